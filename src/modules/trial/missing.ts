/** What keeps a trial from being run at all, each with its own code, named with its host. */
import type { Listeners } from '../../facts/listeners.ts'
import type { Sysctl } from '../../facts/sysctl.ts'
import type { Tools } from '../../facts/tools.ts'
import type { Problem } from '../../model/change.ts'
import type { Rejected } from '../../mptcp/pairing.ts'
import type { PathHost, TrialPath } from './paths.ts'
import { usableDevices } from './paths.ts'

/** One end as its facts show it. */
export interface TrialHost extends PathHost {
  sysctl: Sysctl
  tools: Tools
  listeners: Listeners
}

const NEEDED = {
  server: ['mptcpize', 'python3', 'ss', 'sha256sum', 'timeout'],
  client: ['mptcpize', 'curl', 'ss', 'sha256sum', 'timeout'],
} as const

/** Problems of both ends, all at once; empty where the trial can be run. `port` null: any free one. */
export function missingForTrial(
  server: TrialHost,
  client: TrialHost,
  found: { paths: readonly TrialPath[]; rejected: readonly Rejected[] },
  port: number | null,
): Problem[] {
  return [
    ...missingTools(server, NEEDED.server),
    ...missingTools(client, NEEDED.client),
    ...mptcpOff(server),
    ...mptcpOff(client),
    ...(found.paths.length > 1 ? [] : [singlePath(server, client, found)]),
    ...(port === null ? [] : portTaken(server, port)),
  ]
}

function missingTools({ name: host, tools }: TrialHost, needed: readonly string[]): Problem[] {
  return needed
    .filter((name) => typeof tools.paths[name] !== 'string')
    .map((name) => ({
      code: `missing-${name}`,
      summary: `${host}: ${name} is not installed`,
      hint: name === 'mptcpize' ? `install it on ${host} with the module mptcp_tools` : `install ${name} on ${host}`,
    }))
}

function mptcpOff({ name: host, sysctl }: TrialHost): Problem[] {
  const value = sysctl['net.mptcp.enabled']
  if (value === '1') return []
  const state = value === undefined ? 'this kernel has no net.mptcp.enabled' : `net.mptcp.enabled is ${value}`
  const hint =
    value === undefined ? `${host} needs a kernel built with MPTCP` : `switch it on with the module mptcp_enabled`
  return [{ code: 'mptcp-off', summary: `${host}: MPTCP is switched off (${state})`, hint }]
}

function singlePath(
  server: TrialHost,
  client: TrialHost,
  { paths, rejected }: { paths: readonly TrialPath[]; rejected: readonly Rejected[] },
): Problem {
  const [only] = paths
  const summary =
    only === undefined
      ? `no path: ${server.name} and ${client.name} have no network in common`
      : `only one path: ${server.name} (${only.serverDevice}) and ${client.name} (${only.clientDevice}) share ` +
        `${only.network ?? 'one route'} and no other network`
  return {
    code: 'single-path',
    summary: `${summary} (${[interfaces(server), interfaces(client), ...sharedAddresses(rejected)].join('; ')})`,
    detail: rejected.map((no) => `${no.what}: ${no.reason}`).join('\n'),
    hint: 'MPTCP needs two networks in which both hosts have an address on an interface that is up',
  }
}

/** Networks that would be a path, were not an address of them on both hosts. */
function sharedAddresses(rejected: readonly Rejected[]): string[] {
  return rejected
    .filter(({ reason }) => reason.startsWith('both hosts have the address'))
    .map(({ what, reason }) => `${what}: ${reason}`)
}

function interfaces(host: TrialHost): string {
  const cards = Object.entries(usableDevices(host)).map(([address, dev]) => `${dev} ${address}`)
  return `${host.name}: ${cards.length === 0 ? 'no usable interface' : cards.join(', ')}`
}

function portTaken({ name: host, listeners }: TrialHost, port: number): Problem[] {
  const taken = listeners.filter((listener) => listener.port === port)
  if (taken.length === 0) return []
  const by = taken.map(({ protocol, address, processes }) => {
    const who = processes.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
    return `${who === '' ? 'a process that is not visible' : who} on ${address}, ${protocol === 'mptcp' ? 'MPTCP' : 'plain TCP'}`
  })
  return [
    {
      code: 'port-taken',
      summary: `${host}: port ${port} is taken by ${by.join('; ')}`,
      hint: 'give another port, or none for a free one',
    },
  ]
}
