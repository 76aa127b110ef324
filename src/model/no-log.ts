/** `no_log`: what may be told of a task whose values nobody is to see. */
import type { PlannedChange } from './change.ts'
import type { Diagnostic } from './diagnostic.ts'

/** Stands where a value, a summary or what a program said would be. */
export const CENSORED = 'censored: no_log'

/** The change as it may be shown: which fact, whether it comes or goes, and nothing of how. */
export function censorChange<C extends PlannedChange>(change: C): C {
  if (change.noLog !== true) return change
  const shown = (value: unknown): unknown => (value === null ? null : CENSORED)
  return {
    ...change,
    before: shown(change.before),
    after: shown(change.after),
    summary: CENSORED,
    effects: {},
    apply: [],
    undo: [],
  }
}

/** Codes of diagnostics that show the value they are about. */
const SHOWING = new Set(['wrong-type', 'bad-value'])

/** Diagnostics of a task's parameters, without the values that are wrong. */
export function censorDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    if (!SHOWING.has(diagnostic.code)) return diagnostic
    const [path = ''] = diagnostic.summary.split(': ')
    return Object.assign({}, diagnostic, { summary: `${path}: is not valid (${CENSORED})`, detail: '', hint: '' })
  })
}
