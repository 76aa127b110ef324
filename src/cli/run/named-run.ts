/** Two kept runs as a person names them: by id, `last`, or a day. */
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { createAuditReader } from '../../store/audit-history.ts'
import { loadRunStarts, runNamed } from '../../store/load-run.ts'
import type { RunStart } from '../../store/run-start.ts'
import { lastRun } from '../../store/run-start.ts'
import type { Io } from '../io.ts'
import { dayOf, latestOf, summariesOf } from './audit-history.ts'

interface RunPair {
  /** Ids, the one that began first first. */
  earlier: string
  later: string
  areAudits: boolean
}

/**
 * Both are audits, or both are none: `last` and days mean runs of the kind that an id beside them is of, or else of the kind
 * of the run that began last; of audits those that can be compared with it. Throws DiagnosticsError.
 */
export function namedPair(one: string, other: string, io: Io): RunPair {
  const { cwd } = io
  const runs = loadRunStarts(cwd)
  const ids = [one, other].filter((name) => name !== 'last' && dayOf(name) === null)
  const known = ids.map((name) => runs.find(({ folder }) => folder === runNamed(cwd, name))!)
  const [model = lastRun(runs)] = known
  if (model === null) throw wrong('no run is kept in this folder yet', 'an audit or an apply is kept')
  const areAudits = isAudit(model)
  const alike = runs.filter((run) => isAudit(run) === areAudits)
  const stranger = known.find((run) => isAudit(run) !== areAudits)
  if (stranger !== undefined) {
    const last = lastRun(alike)
    const summary = `${model.folder} is ${kindOf(model)}, ${stranger.folder} ${kindOf(stranger)}: they have nothing to compare`
    const near = areAudits ? 'audit' : 'run that changed or tested hosts'
    throw wrong(summary, `name two of a kind; the last ${near} is ${last?.folder ?? ''}`)
  }
  const pair = areAudits
    ? auditPair([one, other], model.folder, alike, io)
    : [one, other].map((name) => find(name, alike))
  const [first, second] = pair.toSorted((a, b) => alike.indexOf(a) - alike.indexOf(b)) as [RunStart, RunStart]
  if (first !== second) return { earlier: first.folder, later: second.folder, areAudits }
  const others = areAudits
    ? 'name another one; by this profile no later one of these hosts is kept'
    : 'runs list shows the others'
  throw wrong(`both names mean the run ${first.folder}`, others)
}

/** `model`: the audit that `last` and days are to be comparable with. `runs`: of all audits. */
function auditPair(names: readonly string[], model: string, runs: readonly RunStart[], io: Io): RunStart[] {
  const run = (id: string): RunStart => runs.find(({ folder }) => folder === id)!
  if (names.every((name) => name !== 'last' && dayOf(name) === null)) return names.map(run)
  const audit = createAuditReader(io.cwd)(model)
  if (audit === null) throw wrong(`the audit ${model} was cut off`, 'name one that runs list shows with a score')
  const kind = { profile: audit.profile.name, hosts: audit.hosts.names }
  const latest = latestOf(summariesOf(io), io)
  return names.map((name) => run(name === 'last' || dayOf(name) !== null ? latest(kind, dayOf(name)) : name))
}

/** `runs`: the oldest first. */
function find(name: string, runs: readonly RunStart[]): RunStart {
  const day = dayOf(name)
  if (name === 'last') return lastRun(runs)!
  if (day === null) return runs.find(({ folder }) => folder === name)!
  const found = runs.findLast(({ start }) => start.at.slice(0, 10) <= day)
  if (found !== undefined) return found
  const kind = 'run that changed or tested hosts'
  throw wrong(`no ${kind} is kept that had begun by ${day}`, `the first began ${runs[0]?.start.at ?? 'never'}`)
}

function isAudit({ start }: RunStart): boolean {
  return start.command === 'audit'
}

function kindOf({ start: { command } }: RunStart): string {
  return /^[aeiou]/.test(command) ? `an ${command}` : `a ${command}`
}

function wrong(summary: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('run-name', summary, { hint })])
}
