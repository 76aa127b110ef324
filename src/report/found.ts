/** What tasks `audit` of a run found, in the order and groups in which formats tell it. Not sanitized. */
import type { Finding } from '../model/finding.ts'
import { SEVERITIES } from '../model/finding.ts'

/** Findings of one control, with its hosts by what is said of them. */
export interface FoundControl {
  finding: Finding
  hosts: ReadonlyMap<string, readonly string[]>
}

/** The worst controls first; hosts with the same reason are told together. */
export function foundControls(findings: readonly Finding[]): FoundControl[] {
  const groups = new Map<string, { finding: Finding; hosts: Map<string, string[]> }>()
  for (const finding of findings) {
    const { task, profile, control, severity, fails } = finding
    const key = JSON.stringify([task, profile, control, severity, fails || foundStatus(finding)])
    const group = groups.get(key) ?? { finding, hosts: new Map<string, string[]>() }
    groups.set(key, group)
    const names = group.hosts.get(foundReason(finding)) ?? []
    names.push(finding.host)
    group.hosts.set(foundReason(finding), names)
  }
  const all = [...groups.values()]
  return SEVERITIES.flatMap((severity) => all.filter(({ finding }) => finding.severity === severity))
}

export function findingsByHost(all: readonly Finding[]): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>()
  for (const finding of all) {
    const own = found.get(finding.host) ?? []
    own.push(finding)
    found.set(finding.host, own)
  }
  return found
}

/** What a finding counts as: its status, or where that is bad and yet does not fail the host, that it is below the threshold. */
export function foundStatus({ status, fails }: Finding): string {
  return fails || status === 'waived' ? status : BELOW
}

/** Less severe than `--fail-on`, or a task's `fail_on`. */
export const BELOW = 'below threshold'

/** Why, with what status where that is not `fail`, and who waived it. */
export function foundReason({ status, reason, waiver }: Finding): string {
  const said = status === 'fail' || status === 'waived' ? reason : `${status}: ${reason}`
  return waiver === null ? said : `${said} (waived by ${waiver})`
}
