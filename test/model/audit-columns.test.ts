/** An audit in columns says what the report said. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CONTROL_STATUSES } from '../../src/model/audit.ts'
import { auditEvidenceSchema, auditMatrixSchema, fromColumns, toColumns } from '../../src/model/audit-columns.ts'
import { auditReport, CONTROLS } from '../report/audit/fleet-sample.ts'

const statuses = fc.array(fc.constantFrom(...CONTROL_STATUSES), {
  minLength: CONTROLS.length,
  maxLength: CONTROLS.length,
})
const fleet = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), statuses, { maxKeys: 6 })

test('and back is the same, also by way of JSON', () => {
  fc.assert(
    fc.property(fleet, fc.anything({ withNullPrototype: false }), (hosts, anything) => {
      const value = JSON.parse(JSON.stringify([anything]) ?? '[]') as unknown
      const report = auditReport(hosts, { value: () => value })
      const { matrix, evidence } = JSON.parse(JSON.stringify(toColumns(report))) as ReturnType<typeof toColumns>
      expect(fromColumns(auditMatrixSchema.parse(matrix), auditEvidenceSchema.parse(evidence))).toEqual(report)
    }),
  )
})

test('what several hosts have alike is kept once', () => {
  const same = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`h${index}`, ['pass', 'fail', 'pass'] as const]),
  )
  expect(toColumns(auditReport(same)).evidence.findings).toHaveLength(3)
})
