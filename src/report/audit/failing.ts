/** What fails, worst controls first; hosts with the same reason are told together. */
import type { AuditedControl, AuditReport } from '../../model/audit.ts'
import { SEVERITIES } from '../../model/audit.ts'

export interface FailingControl {
  control: AuditedControl
  /** Names of hosts by reason; where the status is not fail, it stands before the reason. */
  hosts: ReadonlyMap<string, readonly string[]>
}

export function failingControls({ controls, hosts }: AuditReport): FailingControl[] {
  const groups = new Map<string, Map<string, string[]>>()
  for (const { name, results } of hosts) {
    for (const { control, failing, status, reason } of results) {
      if (!failing) continue
      const key = status === 'fail' ? reason : `${status}: ${reason}`
      const group = groups.get(control) ?? new Map<string, string[]>()
      groups.set(control, group)
      const names = group.get(key)
      if (names === undefined) group.set(key, [name])
      else names.push(name)
    }
  }
  return SEVERITIES.flatMap((severity) =>
    controls.flatMap((control) => {
      const group = groups.get(control.id)
      return group === undefined || control.severity !== severity ? [] : [{ control, hosts: group }]
    }),
  )
}
