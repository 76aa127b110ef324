import { describe, expect, it } from 'vitest'
import type { Flow, RouteEntry, RuleEntry } from '../../src/mptcp/route.ts'
import { lookupRoute } from '../../src/mptcp/route.ts'

function route(dst: string, dev: string | null, more: Partial<RouteEntry> = {}): RouteEntry {
  return { family: 4, dst, type: 'unicast', gateway: null, dev, table: 'main', metric: 0, prefsrc: null, ...more }
}

function rule(priority: number, table: string | null, more: Partial<RuleEntry> = {}): RuleEntry {
  return { family: 4, priority, src: 'all', dst: 'all', iif: null, oif: null, fwmark: null, table, other: [], ...more }
}

const MAIN = rule(32_766, 'main')

function way(routes: RouteEntry[], rules: RuleEntry[], flow: Flow): string | null {
  return lookupRoute({ routes, rules }, flow).route?.dev ?? null
}

describe('a table', () => {
  const routes = [route('default', 'wan'), route('10.0.0.0/8', 'vpn'), route('10.1.0.0/16', 'lan')]

  it.each([
    ['10.1.2.3', 'lan'],
    ['10.2.2.3', 'vpn'],
    ['192.0.2.1', 'wan'],
  ])('takes the longest prefix for %s', (dst, dev) => {
    expect(way(routes, [], { dst })).toBe(dev)
  })

  it('takes the lowest metric of equal prefixes, and the first of equal metrics', () => {
    expect(
      way([route('default', 'a', { metric: 200 }), route('default', 'b', { metric: 100 })], [], { dst: '1.1.1.1' }),
    ).toBe('b')
    expect(way([route('default', 'a'), route('default', 'b')], [], { dst: '1.1.1.1' })).toBe('a')
  })

  it('has no way where nothing fits, or a route forbids it', () => {
    expect(way([route('10.0.0.0/8', 'a')], [], { dst: '192.0.2.1' })).toBeNull()
    const refusing = [route('default', 'a'), route('192.0.2.0/24', null, { type: 'unreachable' })]
    expect(way(refusing, [], { dst: '192.0.2.1' })).toBeNull()
  })

  it('is bound to a card where the socket is', () => {
    expect(way([route('default', 'a'), route('default', 'b', { metric: 9 })], [], { dst: '1.1.1.1', oif: 'b' })).toBe(
      'b',
    )
  })

  it('keeps families apart', () => {
    const six = route('default', 'six', { family: 6 })
    expect(way([six, route('default', 'four')], [], { dst: '2001:db8::1' })).toBe('six')
    expect(way([six], [], { dst: '192.0.2.1' })).toBeNull()
  })

  it('knows no way to what is no address', () => {
    expect(way([route('default', 'a')], [], { dst: 'eth0' })).toBeNull()
  })
})

describe('rules', () => {
  const routes = [route('default', 'wan'), route('default', 'lan', { table: '100' })]

  it('send a source by a table of its own', () => {
    const rules = [rule(100, '100', { src: '192.0.2.10/32' }), MAIN]
    expect(way(routes, rules, { dst: '1.1.1.1', src: '192.0.2.10' })).toBe('lan')
    expect(way(routes, rules, { dst: '1.1.1.1', src: '192.0.2.11' })).toBe('wan')
    expect(way(routes, rules, { dst: '1.1.1.1' })).toBe('wan')
  })

  it('are read by priority, whatever their order', () => {
    expect(way(routes, [MAIN, rule(5, '100', { dst: '1.0.0.0/8' })], { dst: '1.1.1.1' })).toBe('lan')
  })

  it('go on where a table has no route, and where one says throw', () => {
    expect(way(routes, [rule(5, '200'), MAIN], { dst: '1.1.1.1' })).toBe('wan')
    const thrown = [...routes, route('1.1.1.0/24', null, { type: 'throw', table: '100' })]
    expect(way(thrown, [rule(5, '100'), MAIN], { dst: '1.1.1.1' })).toBe('wan')
  })

  it('of incoming cards and of marks do not concern the host itself', () => {
    expect(way(routes, [rule(5, '100', { iif: 'eth0' }), MAIN], { dst: '1.1.1.1' })).toBe('wan')
    expect(way(routes, [rule(5, '100', { iif: 'lo' }), MAIN], { dst: '1.1.1.1' })).toBe('lan')
    expect(way(routes, [rule(5, '100', { fwmark: '0x2/0xff' }), MAIN], { dst: '1.1.1.1' })).toBe('wan')
    expect(way(routes, [rule(5, '100', { fwmark: '0x0/0xff' }), MAIN], { dst: '1.1.1.1' })).toBe('lan')
  })

  it('of outgoing cards concern bound sockets', () => {
    const rules = [rule(5, '100', { oif: 'lan' }), MAIN]
    expect(way(routes, rules, { dst: '1.1.1.1', oif: 'lan' })).toBe('lan')
    expect(way(routes, rules, { dst: '1.1.1.1' })).toBe('wan')
  })

  it('that cannot be judged are told and passed over', () => {
    const answer = lookupRoute({ routes, rules: [rule(5, '100', { other: ['uidrange'] }), MAIN] }, { dst: '1.1.1.1' })
    expect(answer).toMatchObject({ route: { dev: 'wan' }, unclear: ['rule 5 (uidrange)'] })
  })
})
