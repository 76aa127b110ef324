/** What goes wrong on real hosts is told clearly, and each thing differently; nothing is left behind or half done. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import type { RunReport } from '../../src/model/report.ts'
import { cli, hostOf, reported, workFolder } from './support/cli.ts'
import { withLab, withPairLab } from './support/pair-lab.ts'

const pair = withPairLab()
const faults = withLab(
  parseTopology(
    `
hosts:
  well: {kind: light}
  fixed: {kind: light, readOnly: [/etc]}
  full: {kind: light, disk: 16M, packages: {present: [mptcpize]}}
  bare: {kind: light, packages: {absent: [mptcpize]}}
`,
    'diagnosis.yml',
  ),
)
const work = workFolder()
afterAll(() => work.remove())

type Task = Record<string, unknown>

/** Applies tasks to all hosts of a lab. */
async function apply(inventory: string, tasks: Task[], hosts = 'all') {
  const playbook = work.write('play.yml', JSON.stringify([{ hosts, become: true, tasks }]))
  return await reported(work.folder, ['apply', '-i', inventory, playbook, '--yes'])
}

/** What must fail clearly, each in words of its own. */
const FAILURES = [
  'MPTCP switched off',
  "server's subflow limit 0",
  'option stripped from the SYN',
  'option stripped from the SYN/ACK',
  'option stripped after the handshake',
  'join dropped',
  'unwritable /etc',
  'full disk',
  'package source missing',
  'NetworkManager stopped',
  'profile missing',
  'address taken',
] as const

/** What was told of each, in the tests below. */
const told: { failure: (typeof FAILURES)[number]; text: string }[] = []

/** Notes what is told of a failure: a host's error, or the reasons of a trial. */
function tell<T extends RunReport['hosts'][number]['error'] | string>(failure: (typeof FAILURES)[number], of: T): T {
  if (of === null || of === '') throw new Error(`${failure}: nothing is told`)
  told.push({ failure, text: typeof of === 'string' ? of : `${of.code}: ${of.summary}` })
  return of
}

const statuses = (report: RunReport, host: string): string[] => hostOf(report, host).changes.map(({ status }) => status)

const on = async (host: 'system-a' | 'system-b', script: string): Promise<string> => {
  const { stdout, stderr, rc } = await pair().exec(host, script)
  expect({ rc, stderr }, script).toEqual({ rc: 0, stderr: '' })
  return stdout
}

/** What of this tool lies on a host, temporary files and the record of the run too. */
const files = async (host: string): Promise<string> => {
  const script =
    'cd /; ls -d etc/sysctl.d/90-mptcp.conf usr/local/libexec/mptcp-fleet run/mptcp-fleet; find etc usr/local -name ".*Z-*"'
  return (await faults().exec(host, `${script} 2>/dev/null`)).stdout
}

describe('hosts that cannot be changed', () => {
  const fill = 'dd if=/dev/zero of=/var/tmp/big bs=64k 2>/dev/null; test -s /var/tmp/big'
  const wishes: Task[] = [{ mptcp_tools: {} }, { mptcp_enabled: {} }, { mptcp_limits: { subflows: 3 } }]
  let report: RunReport
  let shown: string

  beforeAll(async () => {
    expect((await faults().exec('full', fill)).rc).toBe(0)
    const result = await apply(faults().inventoryFile, wishes)
    expect(result.code).toBe(2)
    report = result.report
    shown = result.stdout + result.stderr
  })

  test('one host goes well beside the others', () => {
    expect(hostOf(report, 'well')).toMatchObject({ status: 'changed', error: null })
    expect(new Set(statuses(report, 'well'))).toEqual(new Set(['done']))
  })

  test('unwritable /etc', async () => {
    const { status, error } = hostOf(report, 'fixed')
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'command-failed' })
    tell('unwritable /etc', error)
    expect(error?.summary).toContain('the file system is read-only (write /etc/sysctl.d/90-mptcp.conf ended with 1)')
    expect(error?.detail).toMatch(/cannot create \S+: Read-only file system/)
    expect(error?.hint).toMatch(/1 earlier change stays made, \d later changes were not started$/)
    expect(statuses(report, 'fixed')).toEqual(['done', 'failed', 'not-started', 'not-started', 'not-started'])
    expect(await files('fixed')).toBe('')
    const running = await faults().exec('fixed', 'sysctl -n net.mptcp.enabled; ip mptcp limits')
    expect(running.stdout).toBe('0\nadd_addr_accepted 0 subflows 2 \n')
  })

  test('full disk, and once there is room it is as it should be', async () => {
    const { status, error } = hostOf(report, 'full')
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'command-failed' })
    tell('full disk', error)
    expect(error?.summary).toContain('no space is left on the disk (write /etc/sysctl.d/90-mptcp.conf ended with 1)')
    expect(error?.detail).toContain('No space left on device')
    expect(statuses(report, 'full')).toEqual(['failed', 'not-started', 'not-started', 'not-started'])
    expect(await files('full')).toBe('')
    await faults().exec('full', 'rm /var/tmp/big')
    const again = await apply(faults().inventoryFile, wishes, 'full')
    expect(hostOf(again.report, 'full')).toMatchObject({ status: 'changed', error: null })
  })

  test('package source missing', () => {
    const { status, error } = hostOf(report, 'bare')
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'command-failed' })
    tell('package source missing', error)
    expect(error?.summary).toMatch(
      /mptcpize with apt-get: no package source of the host has it \(apt-get install .* 100\)/,
    )
    expect(error?.detail).toContain("E: Package 'mptcpize' has no installation candidate")
    expect(new Set(statuses(report, 'bare').slice(1))).toEqual(new Set(['not-started']))
  })

  test('an endpoint for an address that no interface has', async () => {
    const wish = { mptcp_endpoints: { endpoints: [{ address: '203.0.113.9', flags: ['signal'] }] } }
    const result = await apply(faults().inventoryFile, [wish], 'well')
    expect(result.code).toBe(2)
    expect(hostOf(result.report, 'well')).toMatchObject({ status: 'failed', error: { code: 'address-not-here' } })
  })

  test('people see it as well, with what to do', () => {
    expect(shown.replaceAll(/\s+/g, ' ')).toContain('hint: free space on the host (df -h), then run again')
  })
})

describe('NetworkManager stopped', () => {
  const wishes: Task[] = [
    { mptcp_tools: {} },
    { mptcp_enabled: {} },
    { mptcp_pair: { server: 'system-b', client: 'system-a' } },
  ]

  test('before: whose cards these are cannot be told, and neither host is touched', async () => {
    await on('system-b', 'systemctl stop NetworkManager')
    const { code, report } = await apply(pair().inventoryFile, wishes)
    await on('system-b', 'systemctl start NetworkManager')
    expect(code).toBe(2)
    expect(tell('NetworkManager stopped', hostOf(report, 'system-b').error)).toMatchObject({
      code: 'nm-stopped',
      hint: expect.stringContaining('systemctl start NetworkManager') as string,
    })
    expect(hostOf(report, 'system-a').error).toMatchObject({ code: 'peer-refused' })
    expect([...statuses(report, 'system-a'), ...statuses(report, 'system-b')]).not.toContain('done')
  })

  test('in mid-apply: the step fails in its own words, the other host gets its part', async () => {
    const nmcli = `#!/bin/sh
case "$*" in *modify*) systemctl stop NetworkManager ;; esac
exec /usr/bin/nmcli "$@"
`
    const write = `printf %s '${nmcli}' >/usr/local/bin/nmcli; chmod 755 /usr/local/bin/nmcli`
    await on('system-b', write)
    const { code, report } = await apply(pair().inventoryFile, wishes)
    await on('system-b', 'rm /usr/local/bin/nmcli; systemctl start NetworkManager')
    expect(code).toBe(2)
    const { status, error } = hostOf(report, 'system-b')
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'command-failed' })
    tell('NetworkManager stopped', error)
    expect(error?.summary).toMatch(/NetworkManager does not run \(nmcli (connection|device) modify .* ended with 8\)$/)
    expect(error?.detail).toBe('Error: NetworkManager is not running.')
    const [failed, ...later] = statuses(report, 'system-b').slice(statuses(report, 'system-b').indexOf('failed'))
    expect({ failed, later: [...new Set(later)] }).toEqual({ failed: 'failed', later: ['not-started'] })
    expect(hostOf(report, 'system-a')).toMatchObject({ status: 'changed', error: null })
  })
})

/** Runs the trial; resolves with the reasons of a failed one as one text, empty where it passed. */
async function reasons(more: Task = {}, seconds = 20): Promise<string> {
  const began = performance.now()
  const wish = { server: 'system-b', client: 'system-a', bytes: '8MiB', ...more }
  const { code, report } = await apply(pair().inventoryFile, [{ mptcp_test: wish }])
  expect((performance.now() - began) / 1000).toBeLessThan(seconds)
  const trial = report.trials[0]!
  expect(code).toBe(trial.verdict === 'pass' ? 0 : 2)
  expect(trial.reasons.length > 0).toBe(trial.verdict === 'fail')
  return trial.reasons.join('\n')
}

/** A rule between the hosts, until the test's end. */
async function middlebox(rule: string): Promise<void> {
  const text = `table bridge middlebox { chain path { type filter hook forward priority 0; ${rule} ; } ; }`
  expect(await pair().inSwitch(['nft', text])).toMatchObject({ rc: 0, stderr: '' })
}

/** What puts hosts right again after a test, whatever came of it. */
const undo: (() => Promise<unknown>)[] = []

/** Changes a host until the test's end. */
async function change(host: 'system-a' | 'system-b', script: string, back: string): Promise<void> {
  undo.unshift(() => on(host, back))
  await on(host, script)
}

/** A line that leaves these endpoints and no others. */
const endpoints = (...addresses: string[]): string =>
  ['ip mptcp endpoint flush', ...addresses.map((one) => `ip mptcp endpoint add ${one} signal`)].join('; ')

/** A line that gives wlan0 one address in the place of another. */
const swap = (one: string, other: string): string =>
  `ip addr del 198.51.100.${other}/24 dev wlan0; ip addr add 198.51.100.${one}/24 dev wlan0`

describe('a trial of paired hosts', () => {
  const all: string[] = []

  beforeAll(async () => {
    const args = ['pair', '-i', pair().inventoryFile, 'system-b', 'system-a', '--yes']
    const { code, stdout, stderr } = await cli(args, { cwd: work.folder })
    expect(code, stdout + stderr).toBe(0)
  })

  // Processes that were killed need a moment to go.
  const LEFT = `for i in 1 2 3 4 5 6 7 8 9 10; do
  left=$(ls -A /run/mptcp-fleet 2>/dev/null; pgrep -af '[h]ttp.server|[m]ptcpize run|[c]url |[s]s -HO'; ls /tmp | grep -v systemd-private)
  [ -n "$left" ] || break; sleep 0.2
done
printf %s "$left"`

  afterEach(async () => {
    const left = await Promise.all(['system-a', 'system-b'].map((host) => pair().exec(host, LEFT)))
    expect(left.map(({ stdout }) => stdout)).toEqual(['', ''])
    await pair().inSwitch(['nft', 'delete', 'table', 'bridge', 'middlebox'])
    for (const back of undo.splice(0)) await back()
  })

  /** The same of a trial that must fail, with a text that none of the others had. */
  async function failure(more: Task = {}, seconds = 20): Promise<string> {
    const text = await reasons(more, seconds)
    expect(text).not.toBe('')
    expect(all).not.toContain(text)
    all.push(text)
    return text
  }

  const TO_SERVER = 'ip daddr { 192.0.2.20, 198.51.100.20 }'
  const TO_CLIENT = 'ip saddr { 192.0.2.20, 198.51.100.20 }'
  const SYN = 'tcp flags & (syn | ack) == syn'
  const STRIP = 'tcp option mptcp exists reset tcp option mptcp'

  test('MPTCP switched off', async () => {
    await change('system-b', 'sysctl -qw net.mptcp.enabled=0', 'sysctl -qw net.mptcp.enabled=1')
    const text = tell('MPTCP switched off', await failure())
    expect(text).toMatch(/^system-b: MPTCP is switched off \(net.mptcp.enabled is 0\) \(.*mptcp_enabled\)$/)
  })

  test("server's subflow limit 0", async () => {
    await change('system-b', 'ip mptcp limits set subflows 0', 'ip mptcp limits set subflows 2')
    expect(tell("server's subflow limit 0", await failure())).toMatch(
      /1 of 2 subflows .*: system-b rejected further subflows: its subflow limit is 0 \(set/,
    )
  })

  test('option stripped from the SYN', async () => {
    await middlebox(`${TO_SERVER} ${SYN} ${STRIP}`)
    const text = tell('option stripped from the SYN', await failure())
    expect(text).toMatch(/fell back to plain TCP: the MPTCP option of system-a's SYN did not reach system-b/)
  })

  test('option stripped from the SYN/ACK', async () => {
    await middlebox(`${TO_CLIENT} tcp flags & (syn | ack) == (syn | ack) ${STRIP}`)
    expect(tell('option stripped from the SYN/ACK', await failure())).toMatch(
      /the MPTCP option of system-b's SYN\/ACK did not reach system-a: .* on the way back/,
    )
  })

  test('option stripped after the handshake', async () => {
    await middlebox(`${TO_SERVER} tcp flags & syn == 0 ${STRIP}`)
    const text = tell('option stripped after the handshake', await failure())
    expect(text).toMatch(/MPTCP options of what system-a sends to system-b are removed after the SYN/)
  })

  test('option stripped after the handshake, on the way back', async () => {
    await middlebox(`${TO_CLIENT} tcp flags & syn == 0 ${STRIP}`)
    expect(await failure()).toContain('of what system-b sends to system-a after the handshake')
  })

  test('option stripped in mid-stream: the transfer hangs, and is given up', async () => {
    await middlebox(`${TO_CLIENT} tcp flags & syn == 0 quota over 2 mbytes ${STRIP}`)
    expect(tell('option stripped after the handshake', await failure({}, 60))).toMatch(
      /curl ended with 28, .*: system-a broke off \d subflows in mid-transfer, since/,
    )
  })

  test('join dropped', async () => {
    await middlebox('tcp option mptcp subtype 1 drop')
    const text = tell('join dropped', await failure())
    expect(text).toMatch(/1 of 2 subflows .*: system-a's SYN for a further subflow did not reach a socket of system-b/)
    expect(text).toContain('it is dropped on that path (198.51.100.10 -> 198.51.100.20)')
  })

  test('join refused', async () => {
    const rules = 'add table inet shut; add chain inet shut in { type filter hook input priority 0; }'
    const rule = 'add rule inet shut in iifname wlan0 tcp flags & (syn | ack) == syn reject with tcp reset'
    await change('system-b', `nft '${rules}; ${rule}'`, 'nft delete table inet shut')
    expect(await failure()).toMatch(/did not reach a socket of system-b: it was refused on that path/)
  })

  test('an address that the server announces and does not have', async () => {
    const right = endpoints('192.0.2.20 dev eth0', '198.51.100.20 dev wlan0')
    await change('system-b', endpoints('198.51.100.99 dev wlan0'), right)
    expect(await failure()).toContain('system-b announces 198.51.100.99, which none of its interfaces has')
  })

  test('an address that both hosts have', async () => {
    await change('system-a', swap('20', '10'), swap('10', '20'))
    expect(await failure()).toMatch(/only one path: .*both hosts have the address 198\.51\.100\.20/)
  })

  test('a port that is taken', async () => {
    const listen = "import socket,time; s=socket.socket(); s.bind(('',8642)); s.listen(); time.sleep(60)"
    const start = `python3 -c "${listen}" >/dev/null 2>&1 & sleep 0.3; echo $! >/run/listener`
    await change('system-b', start, 'kill $(cat /run/listener); rm /run/listener')
    expect(await failure({ port: 8642 })).toMatch(/^system-b: port 8642 is taken by python3 \(pid \d+\) on .*plain TCP/)
  })

  test('SYN with MPTCP dropped: plain TCP also after the fix, until what is remembered is cleared as told', async () => {
    await middlebox(`${TO_SERVER} ${SYN} tcp option mptcp exists drop`)
    expect(await failure()).toContain('SYNs with the MPTCP option from system-a to system-b are dropped on the way')
    await pair().inSwitch(['nft', 'delete', 'table', 'bridge', 'middlebox'])
    const after = await failure()
    expect(after).toContain('system-a does not ask for MPTCP, because SYNs with it were dropped on the way before')
    const remedy = /sysctl -w net\.mptcp\.blackhole_timeout=\d+/.exec(after)![0]
    await on('system-a', remedy)
    expect(await reasons()).toBe('')
  })
})

/** Applies a task about a profile of NetworkManager to one host. */
async function keep(host: 'system-a' | 'system-b', profile: Task): ReturnType<typeof apply> {
  return await apply(pair().inventoryFile, [{ nm_connection: { name: 'wlan0', ...profile } }], host)
}

describe('the profile of a card is missing', () => {
  const pairing: Task[] = [{ mptcp_pair: { server: 'system-b', client: 'system-a' } }]

  beforeAll(() => on('system-b', 'nmcli connection delete wlan0'))

  test('the profile itself', async () => {
    const { code, report } = await keep('system-b', {})
    expect(code).toBe(2)
    expect(tell('profile missing', hostOf(report, 'system-b').error)).toMatchObject({
      code: 'profile-missing',
      summary: 'NetworkManager has no profile named wlan0',
      detail: expect.stringMatching(/^profiles here: .*eth0/) as string,
      hint: expect.stringContaining('give ifname to have it made') as string,
    })
  })

  test('a pair that has lost its second path by it, and neither host is touched', async () => {
    const { code, report } = await apply(pair().inventoryFile, pairing)
    expect(code).toBe(2)
    const { error } = hostOf(report, 'system-b')
    tell('profile missing', error)
    expect(error).toMatchObject({ code: 'too-few-paths' })
    expect(error?.summary).toContain('wlan0 of system-b has no address, since NetworkManager has no profile for it')
    expect(error?.hint).toContain('task nm_connection with name, ifname: wlan0, addresses')
    expect(report.hosts.flatMap(({ changes }) => changes)).toEqual([])
  })

  test('one that is there and not active is told apart', async () => {
    const make = 'type ethernet con-name spare ifname wlan0 autoconnect no ipv4.method disabled'
    await on('system-b', `nmcli connection add ${make} >/dev/null`)
    const { report } = await apply(pair().inventoryFile, pairing)
    await on('system-b', 'nmcli connection delete spare >/dev/null')
    expect(hostOf(report, 'system-b').error?.summary).toContain(
      'wlan0 of system-b has no address, since its profile spare of NetworkManager is not active',
    )
  })

  test('made as told, the hosts pair again', async () => {
    const made = await keep('system-b', { ifname: 'wlan0', ipv4: { addresses: '198.51.100.20/24' } })
    expect(made.code, made.stdout + made.stderr).toBe(0)
    expect((await apply(pair().inventoryFile, pairing)).code).toBe(0)
    expect(await reasons()).toBe('')
  })
})

describe('an address that is taken', () => {
  test('by another card of the host', async () => {
    const { code, report } = await keep('system-a', { ipv4: { addresses: '192.0.2.10/24' } })
    expect(code).toBe(2)
    const { error, changes } = hostOf(report, 'system-a')
    expect(tell('address taken', error)).toMatchObject({
      code: 'address-taken',
      summary: '192.0.2.10 is on eth0 already, so it cannot be given to wlan0',
    })
    expect(changes).toEqual([])
  })

  test.each([null, 60])('by another host, guard %s: nothing is left of it, now nor at boot', async (guard) => {
    const state = `cat /etc/NetworkManager/system-connections/wlan0.nmconnection
ls /run/NetworkManager/system-connections; ip -o -4 address show dev wlan0 | awk '{ print $4 }'; ip mptcp endpoint
nmcli -t -f connection.mptcp-flags,ipv4.method,ipv4.addresses connection show wlan0
nmcli -t -f DEVICE,STATE,CONNECTION device status`
    const before = await on('system-a', state)
    expect(before).toContain('198.51.100.10/24')
    const profile = { name: 'wlan0', ipv4: { addresses: '198.51.100.20/24' } }
    const task = { nm_connection: profile, ...(guard === null ? {} : { guard }) }
    const { code, report } = await apply(pair().inventoryFile, [task], 'system-a')
    expect(code).toBe(2)
    const { error } = hostOf(report, 'system-a')
    if (guard === null) tell('address taken', `${error?.summary}\n${error?.detail}`)
    expect(error?.detail).toContain('198.51.100.20/24 is not on wlan0: NetworkManager gives a card no address that')
    expect(error?.detail).toContain('what wlan0 had before was brought up again')
    expect(statuses(report, 'system-a')).toEqual(['failed', 'not-started'])
    expect(await on('system-a', state)).toBe(before)
    const back = await keep('system-a', { ipv4: { addresses: '198.51.100.10/24' } })
    expect(back.code, back.stdout + back.stderr).toBe(0)
    expect(hostOf(back.report, 'system-a').changes).toEqual([])
  })
})

test('each of these failures was told, and none in the words of another', () => {
  expect(FAILURES.filter((failure) => !told.some((one) => one.failure === failure))).toEqual([])
  // Where, and with which numbers, is no difference.
  const words = told.map(({ text }) => text.replaceAll(/system-[ab]|wlan0|eth0|\d[\d./]*/g, '_'))
  expect(words.toSorted()).toEqual([...new Set(words)].toSorted())
})
