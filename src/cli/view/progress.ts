/** How far a run is, as one line: how many hosts are in which phase, and which are slow. Pure but for the given time. */
import type { HostPhase, RunEvent } from '../../model/events.ts'
import { sanitize } from '../../report/sanitize.ts'
import { formatDuration } from '../../report/units.ts'

export interface Progress {
  startedAt: number
  /** All hosts of the run. */
  total: number
  finished: Set<string>
  phases: Map<string, { phase: HostPhase; since: number }>
  /** A trial that runs: `client → server`. */
  trial: { name: string; since: number } | null
}

/** A host that stays in one phase this long is named, in ms. */
const SLOW = 5000
const WORKING: readonly HostPhase[] = ['connecting', 'gathering', 'applying', 'verifying', 'committing', 'undoing']

export function newProgress(now: number): Progress {
  return { startedAt: now, total: 0, finished: new Set(), phases: new Map(), trial: null }
}

/** Takes an event into account; times in ms of one clock. */
export function trackProgress(progress: Progress, event: RunEvent, now: number): void {
  switch (event.type) {
    case 'run-started': {
      progress.total = event.hosts.length
      break
    }
    case 'host-phase': {
      progress.phases.set(event.host, { phase: event.phase, since: now })
      break
    }
    case 'host-finished': {
      progress.finished.add(event.host.name)
      progress.phases.delete(event.host.name)
      break
    }
    case 'trial-started': {
      // Trials start when everything before them is over.
      progress.phases.clear()
      progress.trial = { name: `${event.client} → ${event.server}`, since: now }
      break
    }
    case 'trial-finished': {
      progress.trial = null
      break
    }
    case 'play-started':
    case 'plan-ready':
    case 'apply-started':
    case 'change-finished':
    case 'commit-started':
    case 'apply-finished':
    case 'recovered':
    case 'audit-finished':
    case 'run-finished': {
      break
    }
  }
}

/** `3/10 hosts done · gathering 2 · applying 5 · slow: system-c applying 12.0 s`; empty where nothing is under way. */
export function renderProgress(progress: Progress, now: number): string {
  const parts: string[] = []
  for (const phase of WORKING) {
    const number = [...progress.phases.values()].filter((state) => state.phase === phase).length
    if (number > 0) parts.push(`${phase} ${number}`)
  }
  if (progress.trial !== null) {
    parts.push(`trial ${sanitize(progress.trial.name)} ${formatDuration(now - progress.trial.since)}`)
  }
  if (parts.length === 0) return ''
  const slow = slowest(progress, now)
  if (slow !== null) parts.push(slow)
  return [`${progress.finished.size}/${progress.total} hosts done`, ...parts].join(' · ')
}

function slowest(progress: Progress, now: number): string | null {
  const slow = [...progress.phases]
    .filter(([, state]) => WORKING.includes(state.phase) && now - state.since >= SLOW)
    .toSorted(([, a], [, b]) => a.since - b.since)
  const named = slow
    .slice(0, 2)
    .map(([host, state]) => `${sanitize(host)} ${state.phase} ${formatDuration(now - state.since)}`)
  return named.length === 0 ? null : `slow: ${named.join(', ')}`
}
