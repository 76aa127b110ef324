/** Kept runs as text: the list of them, and of one what was done on each host. Pure. */
import type { AuditPoint } from '../model/audit.ts'
import { SEVERITIES } from '../model/audit.ts'
import type { ChangeStatus } from '../model/report.ts'
import { sanitize } from './sanitize.ts'
import type { Paint, Style } from './style.ts'
import { paint } from './style.ts'
import { drawTable } from './table.ts'
import { count, wrap } from './wrap.ts'

/** What the store knows of a run; `endedAt` null: it ended without a word. `audit`: how one came out. */
export interface RunView {
  runId: string
  command: string
  startedAt: string
  endedAt: string | null
  exitCode: number | null
  hosts: readonly HostView[]
  audit?: AuditView | null
  /** Without playbooks (a saved plan, a pairing, a rollback) there is nothing to go on with. */
  request?: { playbooks: readonly string[] } | null
}

interface AuditView extends Omit<AuditPoint, 'runId' | 'startedAt'> {
  profile: string
  unread?: number | undefined
}

interface HostView {
  name: string
  status: string
  changes: readonly { task: string; fact: string; summary: string; status: ChangeStatus }[]
  error: { code: string; summary: string; hint: string } | null
  guard: number | null
}

/** Rows that are laid out; a list of years of runs is cut to the latest. */
const MOST = 200

/** One line a run, the latest last. */
export function renderRunList(runs: readonly RunView[]): string {
  const shown = runs.slice(-MOST)
  const rows = shown.map((run) => [run.runId, sanitize(run.command), endOf(run), outcomeOf(run)])
  const more = runs.length > shown.length ? `${runs.length - shown.length} earlier runs are left out\n` : ''
  return `${more}${drawTable(['run', 'command', 'ended', 'outcome'], rows)}\n`
}

function endOf({ endedAt, exitCode }: RunView): string {
  return endedAt === null ? 'without a word' : `${exitCode}`
}

function outcomeOf({ hosts, audit }: RunView): string {
  if (audit !== null && audit !== undefined) return auditOutcome(audit)
  const numbers = new Map<string, number>()
  for (const { status } of hosts) numbers.set(status, (numbers.get(status) ?? 0) + 1)
  return [...numbers].map(([status, number]) => `${status} ${number}`).join(', ') || 'none'
}

/** `score 87.5 of baseline, 2 hosts: 1 critical, 3 high`. */
function auditOutcome({ profile, score, hosts, unread = 0, failing }: AuditView): string {
  const worst = SEVERITIES.filter((severity) => failing[severity] > 0)
  const fails = worst.map((severity) => `${failing[severity]} ${severity}`).join(', ')
  const said = [
    `score ${score ?? 'none'} of ${sanitize(profile)}, ${count(hosts, 'host')}: ${fails || 'nothing fails'}`,
  ]
  if (unread > 0) said.push(`${unread} not read`)
  return said.join('; ')
}

const COLORS: Readonly<Record<string, Paint>> = {
  ok: 'green',
  done: 'green',
  changed: 'yellow',
  skipped: 'cyan',
  'not-started': 'dim',
}

/** Host by host: what was done, what was not, and what is unknown. */
export function renderRun(run: RunView, style: Style): string {
  const end =
    run.endedAt === null
      ? 'It ended without a word: it was killed, or the machine that ran it went down.'
      : `It ended ${run.endedAt} with exit code ${run.exitCode}.`
  const head = `run ${run.runId}: ${sanitize(run.command)}, begun ${run.startedAt}\n${end}\n`
  const unknown = run.hosts.filter(({ status }) => status === 'unknown').length
  const goesOn = run.request != null && run.request.playbooks.length > 0 ? ' and goes on' : ''
  const hint =
    unknown === 0
      ? ''
      : `\n${count(unknown, 'host')} unknown: apply --resume ${run.runId} asks them what was done${goesOn}\n`
  return `${head}\n${run.hosts.map((host) => renderHost(host, style)).join('')}${hint}`
}

function renderHost(host: HostView, style: Style): string {
  const status = paint(style, COLORS[host.status] ?? 'red', host.status)
  const lines = [`${paint(style, 'bold', sanitize(host.name))}: ${status}`]
  for (const change of host.changes) {
    const word = paint(style, COLORS[change.status] ?? 'red', change.status.padEnd(11))
    lines.push(`  ${word} ${sanitize(change.summary)}`)
  }
  if (host.error !== null) lines.push(wrap(sanitize(host.error.summary, { lines: true }), style.width, '  '))
  if (host.status === 'unknown' && host.guard !== null) {
    lines.push(
      wrap(
        `unless it was confirmed, the host took this back by itself within ${host.guard} s after its steps ended; restarted before that, it is as before but for what commands did`,
        style.width,
        '  ',
      ),
    )
  }
  return `${lines.join('\n')}\n`
}
