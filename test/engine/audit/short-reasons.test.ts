/** Reasons that a host has made long. */
import { expect, test } from 'vitest'
import { shortFindings, withShortReasons } from '../../../src/engine/audit/short-reasons.ts'
import { evidenceLine } from '../../../src/report/audit/words.ts'
import { auditReport } from '../../report/audit/fleet-sample.ts'
import { finding } from '../../report/sample.ts'

const LONG = 'A'.repeat(200_000)

test('are cut, with how long they were; evidence is whole', () => {
  const report = auditReport({ a: ['fail', 'pass', 'pass'] }, { value: () => LONG })
  report.hosts[0]!.results[0]!.reason = `it is ${LONG}`
  const [cut, other] = withShortReasons(report).hosts[0]!.results
  expect(cut!.reason).toMatch(/^it is A{994}… \(200006 characters\)$/)
  expect([cut!.evidence[0]!.value, other]).toEqual([LONG, report.hosts[0]!.results[1]])
  expect(shortFindings([finding('a', { reason: LONG })])[0]!.reason.length).toBeLessThan(1100)
})

test('so are values of evidence where they are told in a line, and no character is halved', () => {
  const line = evidenceLine({ kind: 'running', fact: 'x', value: `${'A'.repeat(1998)}😀${LONG}` })
  expect(line).toMatch(/^running x = "A{1998}… \(\d+ characters\)$/)
})
