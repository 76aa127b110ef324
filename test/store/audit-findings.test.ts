/** Packs of findings: each finding has its number, and no pack is kept for little. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredFinding } from '../../src/store/audit-findings.ts'
import { encodeNumbers, findingAt, numberAt, packFindings } from '../../src/store/audit-findings.ts'

const finding = (value: number): StoredFinding => ({
  reason: `it is ${value}`,
  evidence: [{ kind: 'running', fact: 'limits', value }],
  remedy: null,
})

test('every finding is found by its number, audit after audit', () => {
  const day = fc.uniqueArray(fc.nat(40), { maxLength: 30 })
  fc.assert(
    fc.property(fc.array(day, { maxLength: 60 }), (days) => {
      let packs: StoredFinding[][] = []
      for (const values of days) {
        const findings = values.map(finding)
        const { kept, fresh, numbers } = packFindings(findings, packs)
        packs = [...kept.map((index) => packs[index]!), ...(fresh.length === 0 ? [] : [fresh])]
        expect(numbers.map((number) => findingAt(packs, number))).toEqual(findings)
        expect(packs.length).toBeLessThanOrEqual(16)
        expect(packs.flat().length).toBeLessThanOrEqual(2 * findings.length)
      }
    }),
  )
})

test('what was found before is not stored again, in whatever order its keys are', () => {
  const turned = { remedy: null, evidence: [{ value: 1, fact: 'limits', kind: 'running' as const }], reason: 'it is 1' }
  expect(packFindings([turned, finding(2)], [[finding(2), finding(1)]])).toEqual({
    kept: [0],
    fresh: [],
    numbers: [1, 0],
  })
})

test('numbers of findings by host and control, and none where a host has none', () => {
  const bytes = encodeNumbers([[0, 1], [2]], 2, [7, 8, 9])
  expect([numberAt(bytes, 2, 0, 0), numberAt(bytes, 2, 1, 0), numberAt(bytes, 2, 0, 1)]).toEqual([7, 8, 9])
  expect([numberAt(bytes, 2, 1, 1), numberAt(bytes, 2, 9, 0)]).toEqual([null, null])
})
