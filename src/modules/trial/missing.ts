/** What keeps a trial from being run at all, each with its own code, named with its host. */
import type { Listeners } from '../../facts/listeners.ts'
import type { Sysctl } from '../../facts/sysctl.ts'
import type { Tools } from '../../facts/tools.ts'
import type { Problem } from '../../model/change.ts'
import type { PathEnd } from './paths.ts'
import { commonPaths, usableAddresses } from './paths.ts'

/** One end as its facts show it. */
export interface TrialEnd extends PathEnd {
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
  names: { server: string; client: string },
  server: TrialEnd,
  client: TrialEnd,
  port: number | null,
): Problem[] {
  return [
    ...missingTools(names.server, server.tools, NEEDED.server),
    ...missingTools(names.client, client.tools, NEEDED.client),
    ...mptcpOff(names.server, server.sysctl),
    ...mptcpOff(names.client, client.sysctl),
    ...singlePath(names, server, client),
    ...(port === null ? [] : portTaken(names.server, server.listeners, port)),
  ]
}

function missingTools(host: string, tools: Tools, needed: readonly string[]): Problem[] {
  return needed
    .filter((name) => typeof tools.paths[name] !== 'string')
    .map((name) => ({
      code: `missing-${name}`,
      summary: `${host}: ${name} is not installed`,
      hint: name === 'mptcpize' ? `install it on ${host} with the module mptcp_tools` : `install ${name} on ${host}`,
    }))
}

function mptcpOff(host: string, sysctl: Sysctl): Problem[] {
  const value = sysctl['net.mptcp.enabled']
  if (value === '1') return []
  const state = value === undefined ? 'this kernel has no net.mptcp.enabled' : `net.mptcp.enabled is ${value}`
  const hint =
    value === undefined ? `${host} needs a kernel built with MPTCP` : `switch it on with the module mptcp_enabled`
  return [{ code: 'mptcp-off', summary: `${host}: MPTCP is switched off (${state})`, hint }]
}

function singlePath(names: { server: string; client: string }, server: TrialEnd, client: TrialEnd): Problem[] {
  const common = commonPaths(server, client)
  if (common.length > 1) return []
  const [only] = common
  const summary =
    only === undefined
      ? `no path: ${names.server} and ${names.client} have no network in common`
      : `only one path: ${names.server} (${only.serverDevice}) and ${names.client} (${only.clientDevice}) share ` +
        `${only.network} and no other network`
  return [
    {
      code: 'single-path',
      summary,
      detail: `${usable(names.server, server)}\n${usable(names.client, client)}`,
      hint: 'MPTCP needs two networks in which both hosts have an address on an interface that is up',
    },
  ]
}

function usable(host: string, end: PathEnd): string {
  const cards = usableAddresses(end).map(({ dev, address, prefix }) => `${dev} ${address}/${prefix}`)
  return `${host}: ${cards.length === 0 ? 'no usable interface' : cards.join(', ')}`
}

function portTaken(host: string, listeners: Listeners, port: number): Problem[] {
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
