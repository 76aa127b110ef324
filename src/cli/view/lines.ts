/** One line for what happens to a host: what stays on stderr above the status line, and all there is without a terminal. */
import type { HostPhase, RunEvent } from '../../model/events.ts'
import { sanitize } from '../../report/sanitize.ts'
import type { Style } from '../../report/style.ts'
import { paint } from '../../report/style.ts'
import { formatDuration } from '../../report/units.ts'
import { count } from '../../report/wrap.ts'

export interface LineOptions {
  /** On a terminal the status line tells phases and counts, so that fewer lines are needed. */
  live: boolean
  /** Number of -v. */
  verbose: number
  /** Hosts of the run; with many, what goes well is told by the recap alone. */
  hosts: number
}

/** Phases in which something is done on the host. */
const TOLD: ReadonlySet<HostPhase> = new Set<HostPhase>([
  'connecting',
  'gathering',
  'applying',
  'verifying',
  'committing',
  'undoing',
])

/** Above this, lines of hosts on which all goes well are left out unless verbose. */
const MANY = 20

/** The line for an event, with its line end; empty where it needs none. */
export function eventLine(event: RunEvent, options: LineOptions, style: Style): string {
  const text = lineOf(event, options, style)
  return text === '' ? '' : `${text}\n`
}

function lineOf(event: RunEvent, options: LineOptions, style: Style): string {
  const quiet = options.verbose === 0 && (options.live || options.hosts > MANY)
  switch (event.type) {
    case 'run-started': {
      return options.verbose > 0 ? `run ${event.runId}: ${count(event.hosts.length, 'host')}` : ''
    }
    case 'host-phase': {
      return quiet || !TOLD.has(event.phase) ? '' : `${sanitize(event.host)}: ${event.phase}`
    }
    case 'change-finished': {
      const { status, summary } = event.change
      if (quiet && status === 'done') return ''
      if (status === 'not-started' && options.verbose === 0) return ''
      const word = paint(style, status === 'done' ? 'green' : 'red', status)
      return `${sanitize(event.host)}: ${word}: ${sanitize(summary)}`
    }
    case 'trial-started': {
      return quiet ? '' : `${sanitize(event.client)} → ${sanitize(event.server)}: trial ${sanitize(event.task)}`
    }
    case 'trial-finished': {
      const { client, server, verdict, durationMs } = event.result
      if (quiet && verdict === 'pass') return ''
      const word = paint(style, verdict === 'pass' ? 'green' : 'red', verdict)
      return `${sanitize(client)} → ${sanitize(server)}: trial ${word}, ${formatDuration(durationMs)}`
    }
    case 'audit-finished': {
      const failed = event.findings.filter(({ fails }) => fails).length
      if (quiet && failed === 0) return ''
      const word = failed === 0 ? paint(style, 'green', 'pass') : paint(style, 'red', 'fail')
      return `${sanitize(event.host)}: audit ${sanitize(event.task)}: ${word}, ${event.passed} passed, ${event.findings.length} found`
    }
    case 'host-finished': {
      const { name, status, error } = event.host
      const color = status === 'skipped' ? 'yellow' : 'red'
      if (error !== null) return `${sanitize(name)}: ${paint(style, color, status)}: ${sanitize(error.summary)}`
      return quiet ? '' : `${sanitize(name)}: ${status}`
    }
    case 'recovered': {
      const { host, attempt, outcome, changes } = event
      const done = changes.filter(({ status }) => status === 'done').length
      const said = outcome === null ? 'it knows nothing of it' : `${done} of ${count(changes.length, 'change')} done`
      return `${sanitize(host)}: run ${attempt}: ${outcome === 'rolled-back' ? 'taken back' : said}`
    }
    case 'play-started':
    case 'commit-started':
    case 'apply-finished':
    case 'plan-ready':
    case 'apply-started':
    case 'run-finished': {
      break
    }
  }
  return ''
}
