/** What kept runs have last made of each fact of a host, rollbacks among them. */
import type { Applied, AppliedFact } from '../model/applied.ts'
import { NOTHING_APPLIED } from '../model/applied.ts'
import { DiagnosticsError } from '../model/diagnostic.ts'
import { KNOWN_AFTER_APPLY } from '../model/plain.ts'
import { loadRunStarts, loadRunState, loadUndoOf } from './load-run.ts'
import { canHaveBegun } from './run-start.ts'
import type { ChangeState, RunState } from './run-state.ts'
import type { UndoRecord } from './undo-record.ts'

/** How plainValue writes what is secret: nothing can be held against it. */
const SECRET = '[secret]'

interface Draft {
  facts: Map<string, AppliedFact>
  unread: string | null
}

/** Of each of `hosts`. `open` decrypts a record's text. Throws DiagnosticsError where the folder is not trusted. */
export async function loadApplied(
  cwd: string,
  hosts: ReadonlySet<string>,
  open: (text: string) => Promise<string>,
): Promise<(host: string) => Applied> {
  const drafts = new Map<string, Draft>()
  // An audit changes nothing, and there are many of them.
  const runs = loadRunStarts(cwd).filter(({ start }) => start.command !== 'audit' && canHaveBegun(start.at))
  for (const { folder } of runs) {
    const state = loadRunState(cwd, folder)
    for (const { name, changes } of state?.hosts ?? []) {
      if (changes.length === 0 || !hosts.has(name)) continue
      const draft = drafts.get(name) ?? { facts: new Map(), unread: null }
      drafts.set(name, draft)
      await takeRun(cwd, state!, { name, changes }, draft, open)
    }
  }
  return (host) => {
    const draft = drafts.get(host)
    return draft === undefined ? NOTHING_APPLIED : { facts: [...draft.facts.values()], unread: draft.unread }
  }
}

async function takeRun(
  cwd: string,
  run: RunState,
  { name, changes }: { name: string; changes: readonly ChangeState[] },
  draft: Draft,
  open: (text: string) => Promise<string>,
): Promise<void> {
  let found: Awaited<ReturnType<typeof loadUndoOf>> = null
  try {
    found = await loadUndoOf(cwd, run.runId, name, open)
    draft.unread ??= found === null ? `run ${run.runId} has no undo record of it` : null
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    const [first] = error.diagnostics
    draft.unread ??= `${first?.summary} (${first?.hint})`
  }
  const kept = found?.record.segments.flatMap((segment) => segment.changes.map((change) => ({ ...change, ...segment })))
  for (const [index, { fact, status }] of changes.entries()) {
    // Not begun, or taken back by the guard: it is as the run before left it.
    if (status === 'not-started' || status === 'rolled-back') continue
    draft.facts.delete(fact)
    const change = kept?.[index]
    if (status !== 'done' || change === undefined || change.fact !== fact) continue
    const values = knownValues(change)
    if (values.length === 0) continue
    const by = run.request?.playbooks.join(', ') ?? ''
    const hidden = change.noLog || found!.sealed
    draft.facts.set(fact, { fact, values, runId: run.runId, at: change.at, by: by === '' ? run.command : by, hidden })
  }
}

function knownValues({ after, observed }: UndoRecord['segments'][number]['changes'][number]): unknown[] {
  return [after, observed].filter((value) => value !== undefined && value !== KNOWN_AFTER_APPLY && value !== SECRET)
}
