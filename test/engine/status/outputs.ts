/** Hosts that answer the status probe from canned outputs, one for each fact. */
import type { FakeExec } from '../../../src/transport/fake.ts'
import { exited } from '../../../src/transport/fake.ts'
import { STATUS_FACTS } from '../../../src/engine/status/facts.ts'

export type Outputs = Partial<Record<keyof typeof STATUS_FACTS, string>>

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const json = (value: unknown): string => `${JSON.stringify(value)}\n`

const SYSCTL_FILE = 'net.mptcp.enabled = 1\n'

/** A host that can: two cards that nobody manages, one endpoint that the kernel was told by hand. */
export const GOOD: Outputs = {
  identity: 'uid 0\nhostname a\nmachine x86_64\nbootId b\nsystemd yes\n',
  sysctl: '/proc/sys/net/mptcp/enabled:1\n',
  sysctlPersisted: `name /etc/sysctl.d/90-mptcp.conf
file /etc/sysctl.d/90-mptcp.conf
target /etc/sysctl.d/90-mptcp.conf
@file 644 root root 0 0 ${SYSCTL_FILE.length}
${base64(SYSCTL_FILE)}
.
sysctl enabled
`,
  socket: 'perl 0\n',
  limits: 'add_addr_accepted 0 subflows 2 \n\n== limits 0\nError: limit greater than maximum (8).\n\n== max 2\n',
  endpoints: '[]\n',
  persisted: '@absent\n@absent\n',
  links: json(
    ['lo', 'eth0', 'eth1'].map((ifname, index) => ({
      ifname,
      ifindex: index + 1,
      mtu: 1500,
      flags: ['UP', 'LOWER_UP'],
    })),
  ),
  addresses: json([
    { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }] },
    {
      ifname: 'eth0',
      addr_info: [{ family: 'inet', local: '192.0.2.10', prefixlen: 24, scope: 'global', noprefixroute: true }],
    },
    {
      ifname: 'eth1',
      addr_info: [{ family: 'inet', local: '198.51.100.10', prefixlen: 24, scope: 'global', noprefixroute: true }],
    },
  ]),
  routing: ['routes4', 'rules4', 'routes6', 'rules6'].map((name) => `[]\n\n== ${name} 0\n`).join(''),
  nm: '',
  nmProfiles: '',
  connections: '\n\n== connections 0\n0\n\n== total 1\n0\n\n== fallbacks 1\n\n== subflows 0\n',
  counters: 'MPTcpExt: MPJoinRejected MPCapableFallbackSYNACK\nMPTcpExt: 0 0\n',
  log: ['kernel', 'journal', 'service'].map((name) => `\n== ${name} 0\n0\n\n== ${name}-total 1\n`).join('uid 0\n'),
}

/** Answers a probe script: the output of each fact between its markers. */
export function answering(outputs: Outputs): FakeExec {
  return (_target, script) => {
    const nonce = /^N=(\w+)$/m.exec(script)![1]!
    const out = Object.keys(STATUS_FACTS).map((name, index) => {
      const text = outputs[name as keyof Outputs] ?? ''
      return `\n${nonce} f${index} b\n${text}\n${nonce} f${index} 0\n`
    })
    return exited(out.join(''))
  }
}
