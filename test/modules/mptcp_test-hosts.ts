/** Facts of hosts on two networks, and the trial that they get. */
import type { Problem } from '../../src/model/change.ts'
import type { TrialPlan } from '../../src/modules/define.ts'
import { mptcpTest } from '../../src/modules/mptcp_test.ts'

export type Facts = Parameters<typeof mptcpTest.prepare>[2][string]

function card(dev: string, address: string): Facts['addresses'][number] {
  const rest = { family: 4, prefix: 24, scope: 'global', dynamic: false, tentative: false, peer: null } as const
  return { dev, address, ...rest }
}

function link(name: string): Facts['links'][string] {
  const rest = { index: 2, mac: null, mtu: 1500, up: true, loopback: false, kind: null, master: null }
  return { name, ...rest, rxBytes: 0, txBytes: 0 }
}

export function route(dst: string, dev: string): Facts['routing']['routes'][number] {
  const rest = { family: 4, type: 'unicast', table: 'main', metric: 0, prefsrc: null, scope: null } as const
  return { dst, dev, gateway: '10.0.0.1', ...rest }
}

/** A host on 192.0.2.0/24 and 198.51.100.0/24 with everything a trial needs. */
export function host(last: number, change: Partial<Facts> = {}): Facts {
  const programs = ['mptcpize', 'python3', 'curl', 'ss', 'sha256sum', 'timeout']
  return {
    addresses: [card('eth0', `192.0.2.${last}`), card('wlan0', `198.51.100.${last}`)],
    links: { eth0: link('eth0'), wlan0: link('wlan0') },
    routing: { routes: [], rules: [] },
    endpoints: {},
    limits: { subflows: 2, addAddrAccepted: 1, max: 8 },
    sysctl: { 'net.mptcp.enabled': '1' },
    tools: { paths: Object.fromEntries(programs.map((name) => [name, `/usr/bin/${name}`])), versions: {} },
    listeners: [],
    ...change,
  }
}

export function signal(address: string, flags: Facts['endpoints'][string]['flags'] = ['signal']): Facts['endpoints'] {
  return { [address]: { address, port: null, id: 1, flags, dev: null } }
}

export function prepare(
  server: Facts,
  client: Facts,
  wish: Record<string, unknown> = {},
): TrialPlan | { problems: Problem[] } {
  const want = mptcpTest.params.parse({ server: 'a', client: 'b', ...wish })
  return mptcpTest.prepare(want, { server: 'a', client: 'b' }, { a: server, b: client })
}

export function planOf(...args: Parameters<typeof prepare>): TrialPlan {
  const plan = prepare(...args)
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems))
  return plan
}

export function problemsOf(...args: Parameters<typeof prepare>): Problem[] {
  const plan = prepare(...args)
  return 'problems' in plan ? plan.problems : []
}
