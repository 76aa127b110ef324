/** Changes of hosts that others are reached through. */
import { expect, test } from 'vitest'
import { movesNetwork } from '../../src/engine/behind.ts'
import { fold } from '../../src/engine/fold.ts'
import { foldHost, setModule, task } from '../support/tasks.ts'
import { change } from '../report/sample.ts'

test.each<[string, string[], boolean]>([
  ['nm_profile/eth0/ipv4.addresses', [], true],
  ['addresses', [], true],
  ['sysctl/net.mptcp.enabled', [], false],
  ['package/mptcpize', ['routing'], true],
  ['endpoint/192.0.2.10', [], false],
])('%s with effects on %j moves the network: %s', (fact, effects, expected) => {
  const after = Object.fromEntries(effects.map((path) => [path, null]))
  expect(movesNetwork(change('a', { fact, effects: after }))).toBe(expected)
})

test('they are disruptive where they could cut these off', () => {
  const module = { ...setModule, plan: () => ({ changes: [change('a', { fact: 'addresses', disruptive: false })] }) }
  const plan = (leads: boolean): (boolean | undefined)[] => {
    const host = { ...foldHost('a', {}), leads }
    const { plans } = fold([task(0, module, { a: { values: {} } })], [host], { start: 0, through: false })
    return plans.get('a')!.changes.map(({ disruptive }) => disruptive)
  }
  expect([plan(true), plan(false)]).toEqual([[true], [false]])
})
