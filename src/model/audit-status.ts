/** Statuses of controls as one letter each, and which of them count as failing. Without zod: the HTML page carries it as well. */
import type { ControlStatus } from './audit.ts'

/** The worst first. */
export const LETTERS: Readonly<Record<ControlStatus, string>> = {
  fail: 'f',
  error: 'e',
  'not-tested': 't',
  unreachable: 'u',
  waived: 'w',
  pass: 'p',
  'not-applicable': 'n',
}
const STATUSES = Object.fromEntries(Object.entries(LETTERS).map(([status, letter]) => [letter, status])) as Record<
  string,
  ControlStatus
>

/** Of a host's row of letters, that of one control. */
export function statusAt(row: string, index: number): ControlStatus {
  return STATUSES[row.charAt(index)] ?? 'error'
}

/** Whether a status counts as failing; `required`: not-tested does as well. */
export function isFailing(status: ControlStatus, required: boolean): boolean {
  return status === 'fail' || status === 'error' || (status === 'not-tested' && required)
}
