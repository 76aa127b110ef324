/** Laws of the walk through a packet filter's rules; what it says of rules is in test/cases/audit/firewall-addresses.yml. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FilterChain, FilterPacket } from '../../src/mptcp/firewall.ts'
import { filterAnswer } from '../../src/mptcp/firewall.ts'

const packet: FilterPacket = { family: 4, saddr: null, daddr: '192.0.2.10', iif: 'eth0', oif: null, dport: 443 }

const WORDS =
  'match op left right == != in meta payload ct option set prefix addr len range elem val vmap key data jump goto target a b ' +
  'accept drop return reject counter limit dnat reset name mptcp protocol ip tcp field daddr dport iifname eth0 state new'
const words = fc.constantFrom(...WORDS.split(' '), 'tcp option', '192.0.2.10')

const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    words,
    fc.constantFrom<unknown>(null, true, 1, 443),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(words, tie('value'), { maxKeys: 3 }),
  ),
}))

const rules = fc.array(fc.array(json, { maxLength: 4 }), { maxLength: 5 })

function chain(name: string, own: unknown[][], hook: string | null): FilterChain {
  return { family: 'inet', table: 't', name, hook, prio: 0, policy: 'accept', devices: [], rules: own }
}

function verdictOf(...chains: FilterChain[]): string {
  return filterAnswer(chains, ['input'], packet).verdict
}

test('whatever JSON a host sends is walked to an end', () => {
  fc.assert(
    fc.property(rules, rules, (first, second) => {
      expect(['accept', 'drop', 'open']).toContain(verdictOf(chain('a', first, 'input'), chain('b', second, null)))
    }),
    { numRuns: 2000 },
  )
})

test('a map within a map, however deep, ends', () => {
  let verdict: unknown = { drop: null }
  const key = { meta: { key: 'iifname' } }
  for (let depth = 0; depth < 5000; depth++) verdict = { vmap: { key, data: { set: [['eth0', verdict]] } } }
  expect(verdictOf(chain('a', [[verdict]], 'input'))).toBe('open')
})

test('chains that jump to each other many times over are walked once each', () => {
  const names = Array.from({ length: 15 }, (_, index) => `c${index}`)
  const chains = names.map((name, index) => {
    const jump = [{ jump: { target: names[index + 1] ?? 'none' } }]
    return chain(
      name,
      Array.from({ length: 50 }, () => jump),
      index === 0 ? 'input' : null,
    )
  })
  expect(verdictOf(...chains)).toBe('open')
})

test('whatever stands behind a rule that drops all, all is dropped', () => {
  fc.assert(
    fc.property(rules, (behind) => {
      expect(verdictOf(chain('a', [[{ drop: null }], ...behind], 'input'))).toBe('drop')
    }),
  )
})
