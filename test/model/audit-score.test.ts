/** The score: its formula, and what must hold for any results. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ControlResult } from '../../src/model/audit.ts'
import { CONTROL_STATUSES } from '../../src/model/audit.ts'
import { auditPoint, fleetScore, scoreOf, severitiesOf, WEIGHTS } from '../../src/model/audit-score.ts'
import { auditReport, controls, failed, hosts, result } from '../report/audit/sample.ts'

const severityOf = severitiesOf({ controls })
const score = (...results: ControlResult[]): number | null => scoreOf(results, severityOf)
const [critical, high, medium, low] = controls.map(({ id }) => id) as [string, string, string, string]

describe('a score', () => {
  test.each<[string, number | null, ControlResult[]]>([
    ['all pass', 100, [result(critical), result(low)]],
    ['all fail', 0, [result(critical, failed), result(low, failed)]],
    ['the critical one of all four fails', 60, [result(critical, failed), result(high), result(medium), result(low)]],
    ['the low one of all four fails', 88, [result(critical), result(high), result(medium), result(low, failed)]],
    ['unread evidence fails', 0, [result(low, { status: 'error', failing: true })]],
    ['not tested, and required', 0, [result(low, { status: 'not-tested', failing: true })]],
    ['not tested', 100, [result(low, { status: 'not-tested' }), result(high)]],
    ['waived', 100, [result(critical, { status: 'waived', waiver: 0 }), result(low)]],
    ['only waived', null, [result(critical, { status: 'waived', waiver: 0 })]],
    ['not applicable', null, [result(critical, { status: 'not-applicable' })]],
    ['unreachable', null, [result(critical, { status: 'unreachable' })]],
    ['nothing', null, []],
  ])('where %s: %d', (_, expected, results) => expect(score(...results)).toBe(expected))

  test('is rounded down: one failing of very many is not 100', () => {
    expect(score(...Array.from({ length: 5000 }, () => result(critical)), result(low, failed))).toBe(99.9)
  })

  // 25 and 3 of weight pass, 18 and 10 fail.
  test('of a fleet counts all hosts that were read', () => {
    expect(fleetScore(auditReport())).toBe(50)
    expect(fleetScore(auditReport({ hosts: hosts.slice(-1) }))).toBeNull()
    expect(fleetScore(auditReport({ hosts: [] }))).toBeNull()
  })
})

const anyResult = fc
  .record({ id: fc.constantFrom(...controls.map(({ id }) => id)), status: fc.constantFrom(...CONTROL_STATUSES) })
  .map(({ id, status }) => result(id, { status, failing: status === 'fail' || status === 'error' }))

describe('for any results', () => {
  test('lies between 0 and 100, and is 100 only where nothing fails', () => {
    fc.assert(
      fc.property(fc.array(anyResult), (results) => {
        const number = score(...results)
        const isFailing = results.some(({ failing }) => failing)
        if (number === null) expect(isFailing).toBe(false)
        else {
          expect(number).toBeGreaterThanOrEqual(0)
          expect(number).toBeLessThanOrEqual(100)
          expect(number === 100).toBe(!isFailing)
        }
      }),
    )
  })

  test('a control that is mended never makes it worse, the worse its severity the better', () => {
    fc.assert(
      fc.property(fc.array(anyResult), (results) => {
        const after = [critical, high, medium, low].map((id) => {
          const rest = [critical, high, medium, low].filter((one) => one !== id).map((one) => result(one, failed))
          return score(...results, ...rest, result(id))!
        })
        const before = score(...results, ...controls.map(({ id }) => result(id, failed)))!
        expect([...after, before]).toEqual([...after, before].toSorted((a, b) => b - a))
      }),
    )
  })

  test('weights are ordered as severities are', () => {
    expect(Object.values(WEIGHTS)).toEqual(Object.values(WEIGHTS).toSorted((a, b) => b - a))
  })
})

test('a point of the trend counts hosts by failing control, and scores groups as if each were a fleet', () => {
  const report = auditReport({ hosts: hosts.map((one, at) => ({ ...one, groups: at === 0 ? ['a', 'all'] : ['all'] })) })
  const { controls: failing, groups } = auditPoint(report)
  const on = (id: string): number =>
    hosts.filter(({ results }) => results.some((one) => one.control === id && one.failing)).length
  expect(failing).toEqual(Object.fromEntries(controls.flatMap(({ id }) => (on(id) === 0 ? [] : [[id, on(id)]]))))
  expect(groups).toEqual({
    a: fleetScore(auditReport({ hosts: hosts.slice(0, 1) })),
    all: fleetScore(report),
  })
})
