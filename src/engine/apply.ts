/** Sends one host's apply script, and says of it what became of each change. */
import { isDeepStrictEqual } from 'node:util'
import { HostError } from '../model/errors.ts'
import type { Fact } from '../model/fact.ts'
import type { ExecResult, Session } from '../transport/types.ts'
import type { Attempt } from './attempt.ts'
import { changeStatuses, firstSteps, stoppedAt, takeSections } from './attempt.ts'
import { endError, leftOver, stepError } from './apply-errors.ts'
import { newNonce } from './run-id.ts'
import { dialogue } from './script/dialogue.ts'
import { applyScript } from './script/apply-script.ts'
import type { Section } from './script/frame.ts'
import { parseSections } from './script/frame.ts'
import type { FactResults } from './script/probe.ts'
import { digest, readFacts } from './script/probe.ts'

/** Output of one host's script that is kept, in bytes. */
const OUTPUT_CAP = 16 * 1024 * 1024

/** How the apply exec of a host ended. */
export interface Applied {
  error: HostError | null
  /** The host took back what it had begun. */
  undone: boolean
  /** Nobody saw its end: the script may be at work still. */
  lost: boolean
  /** Of which dead run the lock was broken and the changes were undone first, in a sentence; empty: of none. */
  broke?: string
}

/**
 * Runs the attempt's steps; under a guard only those that a reboot takes back. Throws HostError where no script was sent.
 * `facts` are read again under the host's lock: where they differ from `gathered`, nothing is changed (`stale`).
 */
export async function applyAttempt(
  session: Session,
  attempt: Attempt,
  facts: readonly Fact[],
  gathered: FactResults,
  signal: AbortSignal,
): Promise<Applied> {
  const nonce = newNonce()
  const steps = firstSteps(attempt)
  const { script, seconds } = applyScript(nonce, { ...attempt, facts, steps })
  const talk = dialogue(nonce)
  let moved: string[] = []
  let begun = false
  talk.on('go', (said) => {
    moved = movedFacts(facts, gathered, parseSections(nonce, said, ''))
    begun = moved.length === 0
    return begun ? 'go' : null
  })
  talk.on('end', () => 'ack')
  const result = await session.exec({
    script,
    timeoutSeconds: seconds,
    outputCap: OUTPUT_CAP,
    become: true,
    signal,
    ...talk.request,
  })
  const sections = parseSections(nonce, result.stdout, result.stderr)
  takeSections(attempt, sections)
  // Without the word it changes nothing.
  if (!begun && result.end === 'lost') return { error: lostBefore(result), undone: false, lost: false }
  const broke = sections.get('lock')?.stdout.trim() ?? ''
  return { broke, undone: sections.get('undo')?.rc === 0, ...judge(result, attempt, sections, moved) }
}

function lostBefore({ reason }: ExecResult): HostError {
  const summary = 'the connection was lost before anything was changed'
  return new HostError('unreachable', 'connection-lost', summary, { detail: reason ?? '', hint: 'run again' })
}

/** Keys of the facts that are not what the plan read. Only what differs as text is parsed once more. */
function movedFacts(facts: readonly Fact[], gathered: FactResults, sections: ReadonlyMap<string, Section>): string[] {
  const differing = facts.filter(
    (fact, index) => gathered.get(fact.key)?.seen !== digest(sections.get(`f${index}`)?.stdout ?? ''),
  )
  if (differing.length === 0) return []
  const again = readFacts(facts, sections)
  return differing.flatMap(({ key, steady = (value: unknown) => value }) => {
    const [before, now] = [gathered.get(key), again.get(key)]
    if (before === undefined || !before.ok || now?.ok !== true) return before?.ok === now?.ok ? [] : [key]
    return isDeepStrictEqual(steady(before.value), steady(now.value)) ? [] : [key]
  })
}

function judge(
  result: ExecResult,
  attempt: Attempt,
  sections: ReadonlyMap<string, Section>,
  moved: readonly string[],
): { error: HostError | null; lost: boolean } {
  if (moved.length > 0) {
    return failed(
      'stale',
      `nothing was changed: since the plan was made, ${moved.join(', ')} changed`,
      sections.get('lock')?.stdout.trim() ?? '',
      'somebody else works on this host; run again to plan from what is there now',
    )
  }
  const [lock, ready] = [sections.get('lock'), sections.get('ready')]
  if (lock?.rc === 9) {
    const hint = 'wait for its end; apply --resume takes up a run whose controller is gone'
    return failed('locked', 'nothing was changed: another run holds this host', lock.stderr.trim(), hint)
  }
  if (lock?.rc != null && lock.rc !== 0) {
    return failed('no-lock', 'nothing was changed: no lock', lock.stderr.trim(), LOOK)
  }
  if (ready?.rc != null && ready.rc !== 0) {
    return failed(
      'not-prepared',
      'nothing was changed: no copies of the files to be changed',
      ready.stderr.trim(),
      LOOK,
    )
  }
  const arms = ['arm1', 'arm0', 'arm2']
    .map((name) => sections.get(name))
    .find((section) => section?.rc != null && section.rc !== 0)
  if (arms !== undefined) {
    return failed('guard-not-armed', 'the guard could not be armed, so nothing is left changed', arms.stderr.trim())
  }
  const stopped = stoppedAt(attempt, firstSteps(attempt))
  if (stopped === null) return { error: null, lost: false }
  const section = attempt.results.get(stopped.number)
  const placed = attempt.placed[stopped.number]!
  const change = attempt.changes[placed.change]!
  if (section?.rc == null) {
    const error = endError(result, change.summary, attempt.id, attempt.changes)
    return { error, lost: error.outcome === 'unknown' || result.end === 'timed-out' }
  }
  const rest = attempt.guard === null ? leftOver(changeStatuses(attempt, false)) : ''
  return { error: stepError(change, placed.step, { ...section, rc: section.rc }, rest), lost: false }
}

const LOOK = 'look on the host for a full disk (df -h, df -i), a read-only mount, or what somebody put in the way'

function failed(code: string, summary: string, detail = '', hint = ''): { error: HostError; lost: boolean } {
  return { error: new HostError('failed', code, summary, { detail, hint }), lost: false }
}
