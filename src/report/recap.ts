/** The recap in Ansible's columns. */
import type { HostReport, HostStatus, RunReport, TrialResult } from '../model/report.ts'
import { sanitize } from './sanitize.ts'
import type { Paint, Style } from './style.ts'
import { paint } from './style.ts'
import { displayWidth, padDisplay } from './width.ts'

/**
 * Numbers of tasks, as Ansible counts. `changed`: tasks with a change that was made (in check mode: planned); `ok`: those
 * and, on a host that went well, its tasks that were already so; a trial counts on both its hosts.
 */
export interface RecapRow {
  host: string
  status: HostStatus
  ok: number
  changed: number
  unreachable: number
  failed: number
  skipped: number
}

/** `tasksOf`: how many tasks other than trials a host had in all plays. The report alone does not hold it. */
export function recapRows(report: RunReport, tasksOf: ReadonlyMap<string, number> = new Map()): RecapRow[] {
  const trials = trialsByHost(report.trials)
  return report.hosts.map((host) => {
    const verdicts = (trials.get(host.name) ?? []).map((trial) => trial.verdict)
    const changed = changedTasks(host)
    const well = host.status === 'ok' || host.status === 'changed'
    const passed = verdicts.filter((verdict) => verdict === 'pass').length
    return {
      host: host.name,
      status: host.status,
      ok: Math.max(changed, well ? (tasksOf.get(host.name) ?? 0) : 0) + passed,
      changed,
      unreachable: host.status === 'unreachable' ? 1 : 0,
      failed: (FAILED.has(host.status) ? 1 : 0) + verdicts.filter((verdict) => verdict === 'fail').length,
      skipped: (host.status === 'skipped' ? 1 : 0) + verdicts.filter((verdict) => verdict === 'not-run').length,
    }
  })
}

const FAILED: ReadonlySet<HostStatus> = new Set<HostStatus>(['failed', 'unknown', 'rolled-back'])

/** Planned ones count as well, as in Ansible: they stand there in check mode only, of the run or of their task. */
function changedTasks(host: HostReport): number {
  const made = host.changes.filter((change) => change.status === 'done' || change.status === 'planned')
  return new Set(made.map((change) => change.task)).size
}

function trialsByHost(trials: readonly TrialResult[]): Map<string, TrialResult[]> {
  const byHost = new Map<string, TrialResult[]>()
  for (const trial of trials) {
    for (const name of new Set([trial.server, trial.client])) {
      const list = byHost.get(name)
      if (list === undefined) byHost.set(name, [trial])
      else list.push(trial)
    }
  }
  return byHost
}

/** One line a host: `system-a : ok=4 changed=3 unreachable=0 failed=0 skipped=0`. Empty where there are no hosts. */
export function renderRecap(report: RunReport, style: Style, tasksOf?: ReadonlyMap<string, number>): string {
  const rows = recapRows(report, tasksOf)
  if (rows.length === 0) return ''
  const names = Math.max(...rows.map((row) => displayWidth(sanitize(row.host))))
  const widths = Object.fromEntries(
    COLUMNS.map((column) => [column, Math.max(...rows.map((row) => String(row[column]).length))]),
  )
  const lines = rows.map((row) => {
    const cells = COLUMNS.map((column) => {
      const cell = `${column}=${String(row[column]).padEnd(widths[column] ?? 1)}`
      return row[column] === 0 ? cell : paint(style, COLORS[column], cell)
    })
    return `${paint(style, nameColor(row), padDisplay(sanitize(row.host), names))} : ${cells.join(' ')}${ending(row)}`.trimEnd()
  })
  return `${lines.join('\n')}\n`
}

const COLUMNS = ['ok', 'changed', 'unreachable', 'failed', 'skipped'] as const

const COLORS: Record<(typeof COLUMNS)[number], Paint> = {
  ok: 'green',
  changed: 'yellow',
  unreachable: 'red',
  failed: 'red',
  skipped: 'cyan',
}

function nameColor(row: RecapRow): Paint {
  if (row.failed + row.unreachable > 0) return 'red'
  return row.changed > 0 ? 'yellow' : 'green'
}

/** Outcomes that Ansible has no column for are named. */
function ending(row: RecapRow): string {
  return ['unknown', 'rolled-back', 'not-started'].includes(row.status) ? ` (${row.status})` : ''
}
