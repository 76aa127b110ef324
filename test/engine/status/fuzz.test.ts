/** `status` of hosts that lie: a verdict, a report that can be read back, and nothing raw on the terminal. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { STATUS_FACTS, statusFacts } from '../../../src/engine/status/facts.ts'
import { statusReading } from '../../../src/engine/status/reading.ts'
import { judgeStatus } from '../../../src/engine/status/verdict.ts'
import type { FactResults } from '../../../src/engine/script/probe.ts'
import type { StatusReport } from '../../../src/model/status.ts'
import { statusReportSchema } from '../../../src/model/status.ts'
import { renderStatus, renderStatusJson } from '../../../src/report/status/render.ts'
import { PLAIN } from '../../../src/report/style.ts'
import { hostileResults } from '../../support/hostile-facts.ts'

const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

function reported(results: FactResults): StatusReport {
  const { have, unread } = statusFacts(results)
  const reading = statusReading(have, unread)
  const metrics = { connections: 1, execs: 1, bytesSent: 1, bytesReceived: 1, connectMs: 1, gatherMs: 1 }
  const host = { name: 'a', address: '192.0.2.1', status: 'ok' as const, error: null, metrics }
  return {
    schemaVersion: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:04:06.000Z',
    exitCode: 0,
    hosts: [{ ...host, ...judgeStatus(reading), reading }],
    diagnostics: [],
  } as unknown as StatusReport
}

it('reads, judges and shows', () => {
  const facts = Object.values(STATUS_FACTS)
  const verdicts = new Set<string>()
  fc.assert(
    fc.property(hostileResults(facts), (results) => {
      const report = reported(results)
      verdicts.add(report.hosts[0]!.verdict)
      const json = renderStatusJson(report)
      expect(json).not.toMatch(CONTROL)
      expect(statusReportSchema.shape.hosts.safeParse(JSON.parse(json).hosts).error).toBeUndefined()
      for (const verbose of [false, true]) expect(renderStatus(report, PLAIN, verbose)).not.toMatch(CONTROL)
    }),
    { numRuns: 150 },
  )
  expect(verdicts.size).toBeGreaterThan(1)
})
