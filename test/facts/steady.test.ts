/** What becomes of facts by itself while a plan is looked at is no reason to call the plan stale. */
import { expect, it } from 'vitest'
import { addresses } from '../../src/facts/addresses.ts'
import { links } from '../../src/facts/links.ts'
import { routing } from '../../src/facts/routing.ts'
import type { Fact } from '../../src/model/fact.ts'

/** The part that counts of what a probe printed. */
function steady(fact: Fact<any>, stdout: string): unknown {
  return fact.steady!(fact.parse({ stdout, stderr: '', rc: 0 }))
}

const inet = { family: 'inet', local: '192.0.2.10', prefixlen: 24, scope: 'global', noprefixroute: true }
const inet6 = { family: 'inet6', local: '2001:db8::10', prefixlen: 64, scope: 'global' }
const link = { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' }
const card = (...list: object[]): string => JSON.stringify([{ ifname: 'eth0', addr_info: list }])

it('addresses that settle are the same, others are not', () => {
  const young = steady(addresses, card(inet, { ...inet6, tentative: true }))
  expect(steady(addresses, card(inet, inet6, link))).toEqual(young)
  expect(steady(addresses, card(inet))).not.toEqual(young)
  expect(steady(addresses, card({ ...inet, local: '192.0.2.11' }, inet6))).not.toEqual(young)
})

/** Both families, IPv6 routes as given beside one of IPv4. */
function tables(...six: object[]): string {
  const four = [{ dst: '192.0.2.0/24', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: '192.0.2.10' }]
  const pieces = [
    ['routes4', four],
    ['rules4', []],
    ['routes6', six],
    ['rules6', []],
  ]
  return pieces.map(([name, list]) => `${JSON.stringify(list)}\n\n== ${name as string} 0\n`).join('')
}

it('routes that come with addresses which settle are the same, others are not', () => {
  const young = steady(routing, tables())
  const settled = [
    { type: 'local', dst: '2001:db8::10', dev: 'eth0', table: 'local', protocol: 'kernel' },
    { dst: 'fe80::/64', dev: 'eth0', protocol: 'kernel', metric: 1024 },
  ]
  expect(steady(routing, tables(...settled))).toEqual(young)
  expect(steady(routing, tables({ dst: 'default', gateway: 'fe80::2', dev: 'eth0' }))).not.toEqual(young)
})

it('a link that carried something is the same, one that went down is not', () => {
  const { example } = links
  const before = steady(links, example)
  expect(steady(links, example.replace('"bytes":493029', '"bytes":493030'))).toEqual(before)
  expect(steady(links, example.replace('"LOWER_UP"', '"X"'))).not.toEqual(before)
})
