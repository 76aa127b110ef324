/** What was seen on hosts, as observations of OSCAL: hosts with the same result are told together. */
import type { AuditedControl, AuditReport, ControlResult } from '../../model/audit.ts'
import { code, prose } from '../markdown.ts'
import { listed, propsOf } from './oscal-parts.ts'
import { evidenceLine } from './words.ts'

/** The UUID of a thing of this report, by its name. */
export type UuidOf = (name: string) => string

/** Of one control. */
export interface Observation {
  uuid: string
  result: ControlResult
  hosts: string[]
}

/** By control. */
export function observe({ hosts }: AuditReport, uuid: UuidOf): Map<string, Observation[]> {
  const byControl = new Map<string, Map<string, Observation>>()
  for (const { name, results } of hosts) {
    for (const result of results) {
      const { control } = result
      const group = byControl.get(control) ?? new Map<string, Observation>()
      byControl.set(control, group)
      const key = JSON.stringify(result)
      const same = group.get(key)
      if (same === undefined) group.set(key, { uuid: uuid(`observation ${control} ${key}`), result, hosts: [name] })
      else same.hosts.push(name)
    }
  }
  return new Map([...byControl].map(([control, group]) => [control, [...group.values()]]))
}

export function renderObservation(
  report: AuditReport,
  control: AuditedControl,
  { uuid: own, result, hosts }: Observation,
  uuid: UuidOf,
): object {
  return {
    uuid: own,
    title: prose(`${control.id}: ${result.status}`),
    description: code(result.reason),
    ...propsOf({ status: result.status, failing: result.failing ? 'yes' : 'no' }),
    methods: ['TEST'],
    types: ['control-objective'],
    subjects: hosts.map((host) => ({ 'subject-uuid': uuid(`host ${host}`), type: 'inventory-item' })),
    ...listed(
      'relevant-evidence',
      result.evidence.map((one) => ({
        description: code(evidenceLine(one)),
        ...propsOf({ kind: one.kind, fact: one.fact }),
      })),
    ),
    collected: report.endedAt,
  }
}
