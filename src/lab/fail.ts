// How the lab says that something went wrong: as a diagnostic, so that every caller prints it the same way.
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'

/** An error that a person can act on: `summary` says what and where, `hint` what to do next, `detail` the evidence. */
export function labError(
  code: string,
  summary: string,
  more: { detail?: string; hint?: string } = {},
): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic(code, summary, more)])
}
