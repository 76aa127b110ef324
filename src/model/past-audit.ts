/** A kept audit as questions over many of them need it: a letter for each host and control, and evidence only when asked for. */
import type { AuditedControl, AuditReport, Evidence } from './audit.ts'
import { LETTERS } from './audit-status.ts'

/** Audits that held the same controls against the same hosts may share these objects. */
export interface PastAudit extends Pick<AuditReport, 'runId' | 'startedAt' | 'pattern' | 'profile'> {
  controls: readonly AuditedControl[]
  hosts: AuditedHosts
  /** Of each control, a letter for each host. */
  columns: readonly string[]
  /** By index. */
  evidence: (control: number, host: number) => readonly Evidence[]
}

/** In columns. */
export interface AuditedHosts {
  names: readonly string[]
  /** Of each host, of the inventory. */
  groups: readonly (readonly string[])[]
}

/** The same of a whole report. */
export function pastAudit({ runId, startedAt, pattern, profile, controls, hosts }: AuditReport): PastAudit {
  return {
    runId,
    startedAt,
    pattern,
    profile,
    controls,
    hosts: { names: hosts.map(({ name }) => name), groups: hosts.map(({ groups }) => groups) },
    columns: controls.map((_, control) =>
      hosts.map(({ results }) => LETTERS[results[control]?.status ?? 'error']).join(''),
    ),
    evidence: (control, host) => hosts[host]?.results[control]?.evidence ?? [],
  }
}
