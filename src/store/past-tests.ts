/** Tests that kept runs have made. */
import type { PastTest } from '../model/audit.ts'
import { hasReport, listRuns, loadReport } from './load-run.ts'

/** The last test of each pair that was run at all, the oldest first. Throws DiagnosticsError. */
export function loadPastTests(cwd: string): PastTest[] {
  const reports = listRuns(cwd).flatMap((runId) => {
    return hasReport(cwd, runId) ? [loadReport(cwd, runId)] : []
  })
  const last = new Map<string, PastTest>()
  for (const { runId, endedAt, trials } of reports.toSorted((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt))) {
    for (const trial of trials) {
      if (trial.verdict === 'not-run') continue
      const pair = JSON.stringify([trial.server, trial.client])
      last.delete(pair)
      last.set(pair, { ...trial, runId, testedAt: endedAt })
    }
  }
  return [...last.values()]
}
