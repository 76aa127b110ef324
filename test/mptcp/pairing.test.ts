import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePaths } from '../../src/mptcp/chosen-paths.ts'
import type { HostAddress, PairHost } from '../../src/mptcp/pairing.ts'
import { candidatePaths } from '../../src/mptcp/pairing.ts'

/** A host from `DEV ADDRESS/PREFIX` items; each network is routed by its card. */
function host(name: string, ...items: string[]): PairHost {
  const addresses = items.map((item): HostAddress => {
    const [dev = '', address = '', prefix = ''] = item.split(/[ /]/)
    const family = address.includes(':') ? 6 : 4
    return { dev, family, address, prefix: Number(prefix), tentative: false, dynamic: false }
  })
  const routes = addresses.map(({ dev, family, address, prefix }) => {
    const base = { type: 'unicast', gateway: null, table: 'main', metric: 0, prefsrc: null }
    return { ...base, family, dst: `${address}/${prefix}`, dev }
  })
  const links = Object.fromEntries(addresses.map(({ dev }) => [dev, { up: true, loopback: dev === 'lo' }]))
  return { name, addresses, links, routing: { routes, rules: [] } }
}

function ends(server: PairHost, client: PairHost): string[] {
  return candidatePaths(server, client).paths.map((path) => `${path.server.address}-${path.client.address}`)
}

describe('candidates', () => {
  it('are networks in which both have an address of their own', () => {
    const a = host('a', 'eth0 192.0.2.10/24', 'wlan0 198.51.100.10/24', 'm 10.0.0.1/30')
    const b = host('b', 'eth0 192.0.2.20/24', 'wlan0 198.51.100.20/24', 'm 10.0.0.5/30')
    expect(ends(a, b)).toEqual(['192.0.2.10-192.0.2.20', '198.51.100.10-198.51.100.20'])
    expect(candidatePaths(a, b).rejected).toEqual([
      { what: '10.0.0.1/30 (m of a)', reason: 'b has no address of its own in its network' },
      { what: '10.0.0.5/30 (m of b)', reason: 'a has no address of its own in its network' },
    ])
  })

  it('need each end in the other network', () => {
    expect(ends(host('a', 'e 10.0.0.1/8'), host('b', 'e 10.1.0.1/16'))).toEqual([])
    expect(ends(host('a', 'e 10.0.0.1/8'), host('b', 'e 10.0.0.2/16'))).toEqual(['10.0.0.1-10.0.0.2'])
  })

  it('count two networks over the same cards once, and prefer IPv4', () => {
    const a = host('a', 'e 2001:db8::1/64', 'e 10.0.0.1/24', 'e 10.0.1.1/24')
    const b = host('b', 'e 2001:db8::2/64', 'e 10.0.0.2/24', 'e 10.0.1.2/24')
    expect(ends(a, b)).toEqual(['10.0.0.1-10.0.0.2'])
  })

  it('leave out addresses that both have, but not their neighbours', () => {
    expect(ends(host('a', 'docker0 172.17.0.1/16'), host('b', 'docker0 172.17.0.1/16'))).toEqual([])
    const a = host('a', 'e 10.0.0.1/24', 'e 10.0.0.100/24')
    const b = host('b', 'e 10.0.0.2/24', 'e 10.0.0.100/24')
    expect(ends(a, b)).toEqual(['10.0.0.1-10.0.0.2'])
  })

  it('choose the card by which the client goes', () => {
    const a = host('a', 'e 10.0.0.1/24')
    const b = host('b', 'slow 10.0.0.2/24', 'fast 10.0.0.3/24')
    const routes = b.routing.routes.map((route) => ({ ...route, metric: route.dev === 'slow' ? 9 : 1 }))
    expect(ends(a, { ...b, routing: { routes, rules: [] } })).toEqual(['10.0.0.1-10.0.0.3'])
  })

  it('prefer addresses that stay', () => {
    const a = host('a', 'e 2001:db8::aaaa/64', 'e 2001:db8::1/64')
    const addresses = a.addresses.map((own) => ({ ...own, dynamic: own.address.endsWith('aaaa') }))
    expect(ends({ ...a, addresses }, host('b', 'e 2001:db8::2/64'))).toEqual(['2001:db8::1-2001:db8::2'])
  })

  it('never end two paths at one address, where networks of different size overlap', () => {
    const a = host('a', 'e0 10.0.0.5/30', 'e1 10.0.0.1/24')
    expect(ends(a, host('b', 'e0 10.0.0.4/24'))).toHaveLength(1)
  })

  it('say of every address whether it is used or why not, and use none twice', () => {
    const item = fc
      .tuple(
        fc.constantFrom('e0', 'e1', 'lo', 'd'),
        fc.nat(3),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(24, 30, 32),
      )
      .map(([dev, net, last, prefix]) => `${dev} 10.0.${net}.${last}/${prefix}`)
    const items = fc.uniqueArray(item, { selector: (text) => text.split(/[ /]/)[1], maxLength: 6 })
    fc.assert(
      fc.property(items, items, (ours, theirs) => {
        const [a, b] = [host('a', ...ours), host('b', ...theirs)]
        const { paths, rejected } = candidatePaths(a, b)
        const used = paths.flatMap(({ server, client }) => [`a ${server.address}`, `b ${client.address}`])
        expect(new Set(used).size).toBe(used.length)
        expect(new Set(paths.map(({ server, client }) => `${server.dev} ${client.dev}`)).size).toBe(paths.length)
        for (const { server, client } of paths) expect(server.address).not.toBe(client.address)
        const told = rejected.map(({ what }) => what).join(' ')
        for (const one of [a, b]) {
          for (const { address } of one.addresses) {
            const network = `${address.split('.').slice(0, 3).join('.')}.`
            expect(used.includes(`${one.name} ${address}`) || told.includes(network)).toBe(true)
          }
        }
      }),
    )
  })
})

describe('chosen paths', () => {
  const a = host('a', 'eth0 192.0.2.10/24', 'wlan0 198.51.100.10/24', 'lo 127.0.0.1/8', 'r 10.9.0.1/32')
  const b = host('b', 'eth0 192.0.2.20/24', 'wlan0 198.51.100.20/24', 'lo 127.0.0.1/8', 'r 10.8.0.1/32')

  it.each([
    [{ network: '192.0.2.0/24' }, '192.0.2.0/24 192.0.2.10 192.0.2.20'],
    [{ server: 'wlan0', client: '198.51.100.20' }, '198.51.100.0/24 198.51.100.10 198.51.100.20'],
    [{ server: '192.0.2.10', client: 'wlan0' }, 'null 192.0.2.10 198.51.100.20'],
    [{ server: 'r', client: 'r' }, 'null 10.9.0.1 10.8.0.1'],
  ])('%j', (choice, found) => {
    const { paths, problems } = choosePaths([choice], a, b)
    expect(problems).toEqual([])
    expect(paths.map((path) => `${path.network} ${path.server.address} ${path.client.address}`)).toEqual([found])
  })

  it.each([
    [{ network: '203.0.113.0/24' }, 'a has no such address or interface'],
    [{ server: 'eth7', client: 'eth0' }, 'a has no such address or interface'],
    [{ server: 'lo', client: 'lo' }, 'both hosts have the address 127.0.0.1'],
  ])('%j is refused', (choice, reason) => {
    expect(choosePaths([choice], a, b).problems[0]?.summary).toContain(reason)
  })

  it('are each named once', () => {
    const { problems } = choosePaths([{ network: '192.0.2.0/24' }, { server: 'eth0', client: 'eth0' }], a, b)
    expect(problems[0]?.summary).toContain('the same path as another')
  })
})

it('looks at so many addresses and says how many it left, where a host has thousands', () => {
  const many = (from: string): string[] =>
    Array.from({ length: 3000 }, (_, index) => `bulk ${from}.${index >> 8}.${index & 255}/8`)
  const a = host('a', 'eth0 192.0.2.10/24', ...many('10.1'))
  const b = host('b', 'eth0 192.0.2.20/24', ...many('10.2'))
  const { paths, rejected } = candidatePaths(a, b)
  expect(paths.map(({ network }) => network)).toEqual(['192.0.2.0/24', '10.0.0.0/8'])
  expect(rejected.length).toBeLessThan(600)
  expect(rejected.map(({ what }) => what)).toContain('2873 further addresses of b')
})
