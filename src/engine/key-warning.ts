/** What is told of a host key that is not the known one and was let pass. */
import type { Note } from '../model/change.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { HostErrorData } from '../model/errors.ts'

const LET_PASS = 'StrictHostKeyChecking no lets it pass; passwords, also for sudo, are kept back'

/** For the report. */
export function keyWarning({ code, summary, detail, hint }: HostErrorData): Diagnostic {
  return { severity: 'warning', code, summary, detail: `${detail}\n${LET_PASS}`, hint, source: null }
}

/** For the plan: whoever is asked for a yes must know of it before. */
export function keyNote({ summary, detail }: HostErrorData): Note & { task: string } {
  return { task: 'Connection', summary: `${summary}; ${LET_PASS}`, detail, isWarning: true }
}
