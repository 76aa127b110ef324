/** From failing controls to the tasks that mend them: one task for each module, with what each host needs of it. */
import type { Target } from '../../model/host.ts'
import type { AuditReport, Remedy } from '../../model/audit.ts'
import type { Module } from '../../modules/define.ts'
import type { AssembledPlay, AssembledTask } from '../assemble.ts'

/** A play of all remedies; null where no failing control has one. `targets`: hosts as the play reaches them. */
export function remedyPlay(
  report: AuditReport,
  modules: ReadonlyMap<string, Module>,
  targets: readonly Target[],
): AssembledPlay | null {
  const wants = new Map<string, Map<string, Record<string, unknown>>>()
  for (const { name, results } of report.hosts) {
    for (const { failing, remedy } of results) if (failing && remedy !== null) add(wants, name, remedy)
  }
  // In the order of the registry, which is that of a playbook.
  const tasks = [...modules.values()].flatMap((module, index): AssembledTask[] => {
    const byHost = wants.get(module.name)
    if (byHost === undefined) return []
    const parsed = [...byHost].map(([host, params]): [string, unknown] => [host, module.params.parse(params)])
    const source = { file: 'audit --fix', line: index + 1, column: 1 }
    return [{ index, name: module.name, module, wants: new Map(parsed), checkOnly: false, source }]
  })
  if (tasks.length === 0) return null
  const hosts = new Set(tasks.flatMap((task) => [...task.wants.keys()]))
  return {
    name: `Remedies of ${report.profile.name}`,
    batches: [targets.filter(({ host }) => hosts.has(host.name))],
    tasks,
    anyErrorsFatal: false,
    maxFailPercentage: null,
  }
}

/** Wishes of several controls for one module become one: the greater number wins, maps and lists of endpoints are merged. */
function add(wants: Map<string, Map<string, Record<string, unknown>>>, host: string, { module, params }: Remedy): void {
  const byHost = wants.get(module) ?? new Map<string, Record<string, unknown>>()
  wants.set(module, byHost)
  byHost.set(host, mergeParams(byHost.get(host) ?? {}, params))
}

function mergeParams(before: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...before }
  for (const [name, value] of Object.entries(more)) {
    const known = merged[name]
    if (typeof known === 'number' && typeof value === 'number') merged[name] = Math.max(known, value)
    else if (isMap(known) && isMap(value)) merged[name] = mergeParams(known, value)
    else if (isEndpoints(known) && isEndpoints(value)) merged[name] = mergeEndpoints(known, value)
    else merged[name] = value
  }
  return merged
}

interface ListedEndpoint {
  address: string
  port?: number
}

function isEndpoints(value: unknown): value is ListedEndpoint[] {
  return Array.isArray(value) && value.every((item) => isMap(item) && typeof item['address'] === 'string')
}

/** Of one that several controls name the first is kept: what is declared comes before what a profile asks for. */
function mergeEndpoints(known: readonly ListedEndpoint[], more: readonly ListedEndpoint[]): ListedEndpoint[] {
  const isKnown = ({ address, port }: ListedEndpoint): boolean =>
    known.some((one) => one.address === address && one.port === port)
  return [...known, ...more.filter((one) => !isKnown(one))]
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
