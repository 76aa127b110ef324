import { expect, test } from 'vitest'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { builtInTopologies, loadTopology } from '../../src/lab/topology-file.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'

/** Diagnostics of a topology as `line:column code summary (hint)`. */
function mistakes(text: string): string[] {
  try {
    parseTopology(text, 'bad.yml')
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return error.diagnostics.map(({ code, summary, hint, source }) =>
      `${source?.line}:${source?.column} ${code} ${summary}${hint === '' ? '' : ` (${hint})`}`.trim(),
    )
  }
  return []
}

test('every built-in topology parses, and the pair is the guide’s', async () => {
  const names = await builtInTopologies()
  expect(names).toEqual(['light', 'pair'])
  for (const name of names) expect((await loadTopology(name)).name).toBe(name)
  const pair = await loadTopology('pair')
  expect(Object.keys(pair.hosts)).toEqual(['system-a', 'system-b'])
  expect(pair.links['wlan0']).toMatchObject({
    rate: '100mbit',
    hosts: { 'system-a': { addresses: ['198.51.100.10/24'] }, 'system-b': { addresses: ['198.51.100.20/24'] } },
  })
})

test('a count becomes single hosts with addresses counting up', () => {
  const { hosts, links } = parseTopology(
    `
hosts: {node: {count: 3, kind: light}}
links:
  lan: {hosts: {node: [192.0.2.254/23, "2001:db8::ffff/64"]}}
`,
    'fleet.yml',
  )
  expect(Object.keys(hosts)).toEqual(['node-01', 'node-02', 'node-03'])
  expect(Object.values(links['lan']!.hosts).map((member) => member.addresses)).toEqual([
    ['192.0.2.254/23', '2001:db8::ffff/64'],
    ['192.0.2.255/23', '2001:db8::1:0/64'],
    ['192.0.3.0/23', '2001:db8::1:1/64'],
  ])
})

test('defaults: a host is of kind systemd, a member is up, shaping is by tbf', () => {
  const { hosts, links } = parseTopology('hosts: {a: {}}\nlinks: {lan: {hosts: {a: 192.0.2.1/24}}}', 'x.yml')
  expect(hosts['a']).toMatchObject({ kind: 'systemd', readOnly: [], packages: { absent: [], present: [] } })
  expect(links['lan']).toEqual({ shaper: 'tbf', hosts: { a: { addresses: ['192.0.2.1/24'], state: 'up' } } })
})

test('mistakes are all told at once, each at its place', () => {
  const text = `hosts:
  a: {knd: light}
  b: {kind: lite, disk: big}
links:
  lan:
    rate: fast
    hosts:
      a: 192.0.2.1
`
  expect(mistakes(text)).toEqual([
    '2:7 unknown-key hosts.a.knd: unknown key, did you mean "kind"?',
    '3:13 bad-value hosts.b.kind: expected one of systemd, light, got text "lite"',
    '3:25 bad-value hosts.b.disk: a size is written like 64M',
    '6:11 bad-value links.lan.rate: a rate is written like 100mbit',
    expect.stringContaining('8:10 '),
  ])
})

test('a member that is a mapping is checked key by key', () => {
  const text = `hosts: {a: {}}
links:
  lan:
    hosts:
      a: {addresses: [192.0.2.1/24], gatway: 192.0.2.2}
`
  expect(mistakes(text)).toEqual(['5:38 unknown-key links.lan.hosts.a.gatway: unknown key, did you mean "gateway"?'])
})

test('addresses and gateways are real ones', () => {
  const text = `hosts: {a: {}, b: {}}
links:
  lan:
    hosts:
      a: {addresses: [192.0.2.300/24, 192.0.2.1/33, '2001:db8::1/64'], gateway: 192.0.2.1/24}
      b: [nonsense/24]
`
  const wrong = 'an address is written with its prefix length, like 192.0.2.10/24'
  expect(mistakes(text)).toEqual([
    `5:23 bad-value links.lan.hosts.a.addresses[0]: ${wrong}`,
    `5:39 bad-value links.lan.hosts.a.addresses[1]: ${wrong}`,
    expect.stringMatching(
      /^5:\d+ bad-value links.lan.hosts.a.gateway: a gateway is an address without a prefix length/,
    ),
    `6:11 bad-value links.lan.hosts.b[0]: ${wrong}`,
  ])
})

test('hosts that nobody declares, cards and hosts that are there twice', () => {
  const text = `hosts:
  server: {}
  node-01: {}
  node: {count: 2}
links:
  one:
    hosts: {server: {card: eth0}, serber: 192.0.2.1/24}
  eth0:
    hosts: {server: 192.0.2.2/24}
middleboxes:
  - {host: box, nft: ""}
`
  expect(mistakes(text)).toEqual([
    '4:3 duplicate-host two hosts are named node-01',
    '7:35 unknown-host there is no host serber (did you mean "server"?)',
    '9:13 duplicate-card server has two cards named eth0',
    '11:12 unknown-host there is no host box (the hosts are server, node-01, node)',
  ])
})

test('an empty file and broken YAML', () => {
  const empty = 'topology-empty the topology names no hosts (name one, as in hosts: {system-a: {}})'
  expect(mistakes('')).toEqual([`1:1 ${empty}`])
  expect(mistakes('links: {}\nhosts: {}')).toEqual([`2:1 ${empty}`])
  expect(mistakes('hosts: {a: [}')[0]).toMatch(/^1:\d+ /)
})

test('an unknown topology is told with what there is', async () => {
  await expect(loadTopology('pear')).rejects.toThrow('there is no topology "pear"')
  await expect(loadTopology('./none.yml')).rejects.toThrow(DiagnosticsError)
})
