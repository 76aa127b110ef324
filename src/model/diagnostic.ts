/** Where in a file something stands; line and column count from 1. */
export interface Source {
  file: string
  line: number
  column: number
}

/** Something a person wrote that is wrong or doubtful: what, where, and what to do next. */
export interface Diagnostic {
  severity: 'error' | 'warning'
  /** Stable kebab-case name of the kind of mistake, for example `unknown-key`. */
  code: string
  /** One line: what is wrong. */
  summary: string
  /** More lines where one is not enough, else empty. */
  detail: string
  /** What to do next, else empty. */
  hint: string
  source: Source | null
}

/** Builds a diagnostic of severity error from the parts that are known. */
export function errorDiagnostic(
  code: string,
  summary: string,
  more: { detail?: string; hint?: string; source?: Source | null } = {},
): Diagnostic {
  return {
    severity: 'error',
    code,
    summary,
    detail: more.detail ?? '',
    hint: more.hint ?? '',
    source: more.source ?? null,
  }
}

/** Thrown once all diagnostics of a phase are collected; carried to the command line, which prints them together. */
export class DiagnosticsError extends Error {
  readonly diagnostics: Diagnostic[]

  constructor(diagnostics: Diagnostic[]) {
    super(diagnostics.map((d) => d.summary).join('; '))
    this.name = 'DiagnosticsError'
    this.diagnostics = diagnostics
  }
}

/** Whether any of the diagnostics forbids going on. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error')
}
