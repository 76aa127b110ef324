import { describe, expect, test } from 'vitest'
import type { TrialPlan } from '../../src/modules/define.ts'
import { mptcpTest } from '../../src/modules/mptcp_test.ts'
import { host, planOf, problemsOf, route, signal } from './mptcp_test-hosts.ts'

describe('parameters', () => {
  test('defaults', () => {
    expect(mptcpTest.params.parse({ server: 'a', client: 'b' })).toEqual({
      server: 'a',
      client: 'b',
      bytes: '64MiB',
      min_share: 0.1,
    })
  })

  test.each([
    { bytes: 0 },
    { bytes: '64 parsec' },
    { bytes: '65GiB' },
    { port: 70_000 },
    { min_share: 2 },
    { client: [] },
    { client: 'a' },
    { client: ['b', 'a'] },
    { subflows: 2 },
  ])('%o is refused', (wish) => {
    expect(mptcpTest.params.safeParse({ server: 'a', client: 'b', ...wish }).success).toBe(false)
  })

  test.each([
    ['64MiB', 67_108_864],
    ['1.5 MB', 1_500_000],
    ['100k', 100_000],
    [4096, 4096],
  ])('bytes: %s', (bytes, count) => {
    expect(planOf(host(10), host(20), { bytes }).serverScript).toContain(`\nbytes=${count}\n`)
  })

  test('one pair for each client', () => {
    const want = mptcpTest.params.parse({ server: 'a', client: ['b', 'c'] })
    expect(mptcpTest.hosts(want)).toEqual(['a', 'b', 'c'])
    expect(mptcpTest.pairs(want)).toEqual([
      { server: 'a', client: 'b' },
      { server: 'a', client: 'c' },
    ])
  })
})

describe('what is missing is named', () => {
  test.each([
    ['mptcpize', 'a', 'a: mptcpize is not installed'],
    ['python3', 'a', 'a: python3 is not installed'],
    ['mptcpize', 'b', 'b: mptcpize is not installed'],
    ['curl', 'b', 'b: curl is not installed'],
    ['ss', 'b', 'b: ss is not installed'],
  ])('%s on %s', (tool, on, summary) => {
    const without = host(on === 'a' ? 10 : 20)
    without.tools.paths[tool] = null
    const problems = on === 'a' ? problemsOf(without, host(20)) : problemsOf(host(10), without)
    expect(problems).toMatchObject([{ code: `missing-${tool}`, summary, hint: expect.stringContaining(`on ${on}`) }])
  })

  test('what an end does not need may be absent', () => {
    const server = host(10)
    const client = host(20)
    server.tools.paths['curl'] = null
    client.tools.paths['python3'] = null
    expect(problemsOf(server, client)).toEqual([])
  })

  test('MPTCP switched off, and a kernel without it', () => {
    const off = { sysctl: { 'net.mptcp.enabled': '0' } }
    expect(problemsOf(host(10, off), host(20, { sysctl: {} })).map((p) => `${p.code} ${p.summary}`)).toEqual([
      'mptcp-off a: MPTCP is switched off (net.mptcp.enabled is 0)',
      'mptcp-off b: MPTCP is switched off (this kernel has no net.mptcp.enabled)',
    ])
  })

  test('a single interface', () => {
    const one = host(20)
    one.addresses.pop()
    expect(problemsOf(host(10), one)).toMatchObject([
      {
        code: 'single-path',
        summary:
          'only one path: a (eth0) and b (eth0) share 192.0.2.0/24 and no other network ' +
          '(a: eth0 192.0.2.10, wlan0 198.51.100.10; b: eth0 192.0.2.20)',
      },
    ])
  })

  test('an address that both have, also where the server announces it', () => {
    const client = host(20)
    client.addresses[1]!.address = '198.51.100.10'
    client.routing = { routes: [route('198.51.100.0/24', 'wlan0')], rules: [] }
    const server = host(10, { endpoints: signal('198.51.100.10') })
    expect(problemsOf(server, client)).toMatchObject([
      { code: 'single-path', summary: expect.stringContaining('both hosts have the address 198.51.100.10') },
    ])
  })

  test('no common network', () => {
    const none = host(20, { addresses: [] })
    expect(problemsOf(host(10), none)).toMatchObject([
      { code: 'single-path', summary: expect.stringContaining('no network in common (a: eth0 192.0.2.10') },
    ])
  })

  test('a port that is taken, and by whom', () => {
    const nginx = { protocol: 'tcp', address: '0.0.0.0', port: 8080, processes: [{ name: 'nginx', pid: 7 }] } as const
    const hidden = { protocol: 'mptcp', address: '::1', port: 8080, processes: [] } as const
    const taken = host(10, {
      listeners: [
        { ...nginx, processes: [...nginx.processes] },
        { ...hidden, processes: [] },
      ],
    })
    expect(problemsOf(taken, host(20), { port: 8080 })).toMatchObject([
      {
        code: 'port-taken',
        summary:
          'a: port 8080 is taken by nginx (pid 7) on 0.0.0.0, plain TCP; a process that is not visible on ::1, MPTCP',
      },
    ])
    expect(problemsOf(taken, host(20), { port: 8081 })).toEqual([])
    expect(problemsOf(taken, host(20))).toEqual([])
  })

  test('all at once', () => {
    const bare = host(20, { sysctl: {}, addresses: [], tools: { paths: {}, versions: {} } })
    expect(problemsOf(host(10), bare).map((p) => p.code)).toEqual([
      'missing-mptcpize',
      'missing-curl',
      'missing-ss',
      'missing-sha256sum',
      'missing-timeout',
      'mptcp-off',
      'single-path',
    ])
  })
})

/** What the client fetches. */
function url(plan: TrialPlan): string | undefined {
  return /http:\/\/\S+\/random/.exec(plan.clientScript(['8080', 'f'.repeat(64)]))?.[0]
}

describe('paths', () => {
  test('the first subflow goes to the lowest network', () => {
    expect(url(planOf(host(10), host(20)))).toBe('http://192.0.2.10:8080/random')
  })

  test('but not to a backup', () => {
    const server = host(10, {
      endpoints: { ...signal('192.0.2.10', ['backup', 'signal']), ...signal('198.51.100.10') },
    })
    expect(url(planOf(server, host(20)))).toBe('http://198.51.100.10:8080/random')
  })

  test('two networks by routes, where the server announces both', () => {
    const server = host(10, { endpoints: { ...signal('192.0.2.10'), ...signal('198.51.100.10') } })
    const client = host(20)
    client.addresses = client.addresses.map((a, i) => Object.assign(a, { address: `10.${i}.0.20` }))
    client.routing = { routes: [route('192.0.2.0/24', 'eth0'), route('198.51.100.0/24', 'wlan0')], rules: [] }
    expect(planOf(server, client).clientScript(['1', ''])).toContain('one_route 10.1.0.20 198.51.100.10')
    client.routing.routes.pop()
    expect(problemsOf(server, client)).toMatchObject([{ code: 'single-path' }])
  })

  test('ports of announced addresses are sampled too', () => {
    const [endpoint] = Object.values(signal('198.51.100.10'))
    const server = host(10, { endpoints: { '198.51.100.10 port 9090': { ...endpoint!, port: 9090 } } })
    expect(planOf(server, host(20)).clientScript(['8080', ''])).toContain("'dport = :8080 or dport = :9090'")
  })
})
