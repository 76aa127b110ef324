/** `apply FILE` of a plan that `plan --out` kept: what was reviewed is what is done, or nothing is. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Assembled } from '../../engine/assemble.ts'
import { expectedResults } from '../../engine/expected.ts'
import { factsOf } from '../../engine/members.ts'
import { isOpaque } from '../../engine/opaque.ts'
import { planSegment } from '../../engine/plan.ts'
import { shown as redacted } from '../../engine/shown.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { PlayPlan } from '../../model/events.ts'
import { sanitize } from '../../report/sanitize.ts'
import type { SavedMachine, SavedPlan, ShownChange } from '../../store/saved-plan.ts'
import { parseSavedPlan } from '../../store/saved-plan.ts'
import type { Redactor } from '../../text/redact.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { machinesOf, pathBetween, shownChange, variablesOf } from './plan-record.ts'
import { canAsk } from './prompt.ts'

/** A saved plan, its paths from the working directory. `signer`: whose signature was verified; null: nobody's. */
export interface ReadPlan {
  plan: SavedPlan
  text: string
  file: string
  signer: string | null
}

/** The saved plan that the arguments name, or null where they name playbooks. Throws DiagnosticsError. */
export function readSavedPlan(args: readonly string[], io: Io): ReadPlan | null {
  const [file = ''] = args
  const text = args.length === 1 ? readText(resolve(io.cwd, file)) : null
  const plan = text === null ? null : parseSavedPlan(text, file)
  if (text === null || plan === null) return null
  const folder = resolve(io.cwd, dirname(file))
  const here = (path: string): string => pathBetween(folder, io.cwd, path)
  const playbooks = plan.playbooks.map((playbook) => ({ ...playbook, file: here(playbook.file) }))
  return { plan: { ...plan, playbooks, inventories: plan.inventories.map(here) }, text, file, signer: null }
}

/** Null where it cannot be read: that is told by who reads playbooks. What a shell hands over can be read only once. */
function readText(path: string): string | null {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : null
  } catch {
    return null
  }
}

/**
 * What can be told of a plan whose signature nobody asked for. Throws DiagnosticsError where a playbook lies in its place
 * and says something else than the plan.
 */
export function checkUnsigned({ plan, file }: ReadPlan, io: Io): void {
  const differs = plan.playbooks.find(({ file: name, text }) => {
    const now = readText(resolve(io.cwd, name))
    return now !== null && now !== text
  })
  if (differs !== undefined) {
    const summary = `${differs.file} differs from its text in ${file}: one of them was edited since the plan was made`
    throw refused(summary, 'make the plan anew, and look at it; or have its signature checked: --allowed-signers FILE')
  }
  if (existsSync(resolve(io.cwd, `${file}.sig`))) {
    const hint = '--allowed-signers FILE says whose signatures count'
    io.stderr.write(`mptcp-fleet: warning: ${sanitize(file)}.sig was not checked: ${hint}\n`)
  }
}

/**
 * Throws DiagnosticsError where the plan does not come out as it was shown: edited, or hosts or variables are others now.
 * `asks`: changes are made, and --yes is not given; a usage error where commands would need a yes that nobody can give.
 */
export function checkSavedPlan(saved: ReadPlan, assembled: Assembled, io: Io, asks: boolean): void {
  const { plan } = saved
  checkMachines(plan, machinesOf(assembled, io.secrets))
  const now = variablesOf(assembled, plan.runId, io.secrets)
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(now)), plan.variables)) {
    const differs = now.find((task, index) => !isDeepStrictEqual(task, plan.variables[index]))
    const summary = `hosts or variables are not those of the plan${differs === undefined ? '' : `: task "${differs.task}"`}`
    throw refused(summary, 'make the plan anew, and look at it')
  }
  for (const [host, problem] of replanned(plan, assembled, io.secrets)) {
    throw refused(`planned again from the facts in the file, ${host} comes out otherwise than shown: ${problem}`)
  }
  const command = assembled.plays.flatMap(({ tasks }) => tasks).find((task) => isOpaque(task) && !task.checkOnly)
  if (command === undefined || saved.signer !== null) return
  const away = plan.playbooks.find(({ file }) => readText(resolve(io.cwd, file)) === null)
  if (away !== undefined) {
    const summary = `task "${command.name}" would run a command that stands in ${saved.file} alone: ${away.file} is not there`
    throw refused(summary, 'have the playbook in its place, or the signature checked: --allowed-signers FILE')
  }
  if (!asks || canAsk(io)) return
  throw usageError(
    `task "${command.name}" of the plan runs a command that no checked signature covers, and there is no terminal to ask on`,
    '--allowed-signers FILE checks the signature; --yes runs it without asking',
  )
}

/** Throws DiagnosticsError where a host of the plan is another machine now, or is reached as somebody else. */
function checkMachines(plan: SavedPlan, machines: SavedPlan['hosts']): void {
  const then = new Map(Object.entries(plan.hosts))
  const wrong = Object.entries(machines).filter(([host, now]) => !isDeepStrictEqual(now, then.get(host)))
  if (wrong.length === 0) return
  const hint = 'check the inventory and --user; where both are right, make the plan anew, and look at it'
  throw new DiagnosticsError(
    wrong.map(([host, now]) => {
      const before = then.get(host)
      const planned = before === undefined ? 'is not among the hosts of the plan' : `was planned at ${places(before)}`
      return errorDiagnostic('other-address', `${host} ${planned}; now it is ${places(now)}`, { hint })
    }),
  )
}

function places(machines: readonly SavedMachine[]): string {
  const ways = machines.map(({ jumps, openssh, ...place }) => {
    const way = [place, ...jumps].map(placeText).join(' through ')
    return openssh === null ? way : `${way} (ssh ${openssh.join(' ')})`
  })
  return ways.join(' and ')
}

function placeText({ user, address, port }: Omit<SavedMachine, 'jumps' | 'openssh'>): string {
  return `${user}@${address} port ${port}`
}

/** Hosts of the first play whose changes are not those that were shown. Hosts with facts that are no values are left to apply. */
function* replanned(
  saved: SavedPlan,
  assembled: Assembled,
  secrets: Redactor,
): Generator<[host: string, problem: string]> {
  const [play, ...more] = assembled.plays
  if (play === undefined || more.length > 0) return
  for (const batch of play.batches) {
    const hosts = batch.map(({ host: { name } }) => {
      const gathered = expectedResults(saved.facts[name] ?? {})
      const absent = saved.facts[name] === undefined ? 'not read when the plan was made' : null
      return {
        name,
        gathered,
        fold: { name, facts: factsOf(play.tasks, name), gathered: gathered ?? new Map(), absent },
      }
    })
    if (hosts.some(({ gathered }) => gathered === null)) continue
    const result = planSegment(
      play.tasks,
      hosts.map(({ fold }) => fold),
      { start: 0, through: true },
    )
    for (const { name, fold } of hosts.filter(({ fold: { absent } }) => absent === null)) {
      const changes = redacted(result.plans.get(fold.name)!.changes.map(shownChange), secrets)
      const problem = firstDifference(changes, saved.shown[name] ?? [])
      if (problem !== null) yield [name, problem]
    }
  }
}

function firstDifference(now: readonly ShownChange[], shown: readonly ShownChange[]): string | null {
  const count = Math.max(now.length, shown.length)
  for (let index = 0; index < count; index++) {
    const [one, other] = [now[index], shown[index]]
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(one ?? null)), other ?? null)) return (one ?? other)!.fact
  }
  return null
}

/** Whether all changes are among those that were shown, and no command among them is there on an unknown author's word. */
export function wasShown({ plan, signer }: ReadPlan, { hosts }: PlayPlan): boolean {
  return hosts.every(({ host, changes }) => {
    const shown = plan.shown[host] ?? []
    return changes.every((change) => {
      const now: unknown = JSON.parse(JSON.stringify(shownChange(change)))
      const mayRun = change.opaque !== true || change.checkOnly || signer !== null
      return mayRun && shown.some((one) => isDeepStrictEqual(one, now))
    })
  })
}

function refused(
  summary: string,
  hint = 'the file was edited, or made by another version: make the plan anew',
): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('saved-plan', summary, { hint })])
}
