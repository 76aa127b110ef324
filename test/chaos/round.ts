/** One seed: a guarded apply, a fault in it, and everything that must be so afterwards. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostReport } from '../../src/model/report.ts'
import type { Bed } from './bed.ts'
import { hostName } from './bed.ts'
import type { Ended } from './controller.ts'
import { runToEnd, start } from './controller.ts'
import { undergo } from './faults.ts'
import { differences, isLocked, leftovers, readState, reset } from './host-state.ts'
import type { Scenario } from './scenario.ts'
import { describe, GUARD } from './scenario.ts'
import { shownRun } from './told.ts'
import { newState, oldState } from './wishes.ts'
import type { HostState } from './wishes.ts'

/**
 * Seconds beyond the guard time after which a host that has not settled has failed: its undo has to run, and up to four
 * hosts and controllers share the machine. What it really took is told.
 */
const SLACK = 15
/** Seconds that a controller may take to give up. */
const PATIENCE = 150

export interface Outcome {
  scenario: Scenario
  /** What is not as it must be; empty: all is well. */
  problems: string[]
  /** What the host was in once it had settled: nothing, where that is a mixture; both, where a reboot leaves nothing of the new. */
  states: ('old' | 'new')[]
  /** The status of the host that the run told; null: its controller was killed. */
  told: HostReport['status'] | null
  /** Seconds from the end of the fault until the host let somebody in, and until it was settled. */
  reachable: number
  settled: number
}

export async function runSeed(bed: Bed, scenario: Scenario, folder: string): Promise<Outcome> {
  const index = scenario.host
  const name = hostName(index)
  mkdirSync(folder, { recursive: true })
  const log = (text: string): void => appendFileSync(path.join(folder, 'log'), `${new Date().toISOString()} ${text}\n`)
  log(describe(scenario))
  const outcome: Outcome = { scenario, problems: [], states: [], told: null, reachable: 0, settled: 0 }
  const wrong = (problem: string): void => {
    log(`WRONG ${problem}`)
    outcome.problems.push(problem)
  }
  await reset(bed.lab, name, index, scenario.wish.before)
  const playbook = path.join(folder, 'playbook.yml')
  const tasks = scenario.wish.parts.map(({ task }) => task)
  writeFileSync(playbook, JSON.stringify([{ hosts: 'all', become: true, tasks }], null, 1))
  const args = ['apply', playbook, '-l', name, '--guard', `${GUARD}s`]
  const old = oldState(scenario.wish.before, index)
  const wished = newState(scenario.wish, index)

  const controller = start(bed, folder, args)
  await controller.reach(scenario.moment)
  log('fault')
  const booted = await undergo(bed, scenario, controller)
  log('over')
  const over = performance.now()
  const since = (): number => (performance.now() - over) / 1000
  const kept = booted ? wished.booted : wished.running

  const reachable = (async (): Promise<void> => {
    while (!(await bed.isReachable(index))) {
      if (since() > GUARD + SLACK) return wrong(`not reachable within ${GUARD + SLACK} s`)
      await sleep(200)
    }
    outcome.reachable = since()
  })()
  const patience = setTimeout(() => {
    wrong(`the controller has not ended within ${PATIENCE} s`)
    controller.kill()
  }, PATIENCE * 1000)
  let first: number | null = null
  let state: HostState = {}
  for (;;) {
    // Read between two looks at the lock, so that no script was at work meanwhile.
    const locked =
      (await isLocked(bed.lab, name)) || ((state = await readState(bed.lab, name)), await isLocked(bed.lab, name))
    const whole = [old, kept].some((expected) => differences(state, expected).length === 0)
    const ready = !locked && whole
    if (ready) first ??= since()
    const end = controller.endedAt()
    if (ready && end !== null) break
    const from = end === null ? null : Math.max(over, end)
    if (from !== null && performance.now() - from > (GUARD + SLACK) * 1000) break
    if (first === null && since() > GUARD + SLACK + 10) {
      first = since()
      wrong(
        `${locked ? 'locked' : 'in neither state'} ${since().toFixed(1)} s after the fault: ${JSON.stringify(state)}`,
      )
    }
    await sleep(300)
  }
  await reachable
  clearTimeout(patience)
  outcome.settled = first ?? since()
  const ended = await controller.ended
  writeFileSync(path.join(folder, 'stdout'), ended.stdout)
  writeFileSync(path.join(folder, 'stderr'), ended.stderr)
  const [fromOld, fromNew] = [differences(state, old), differences(state, kept)]
  if (fromNew.length === 0) outcome.states.push('new')
  if (fromOld.length === 0) outcome.states.push('old')
  log(`state ${stateOf(outcome)}`)
  if (outcome.states.length === 0) wrong(`neither old (${fromOld.join('; ')}) nor new (${fromNew.join('; ')})`)
  for (const left of await leftovers(bed.lab, name)) {
    // With /run full systemd does not read its files again; the unit does nothing without them.
    const isShadow = scenario.fault.kind === 'disk-full' && /^mptcp-fleet-undo-\S+ loaded inactive dead/.test(left)
    if (!isShadow) wrong(`left: ${left}`)
  }
  await judgeTold(folder, ended, outcome, wrong)
  await converge(bed, scenario, { folder, args, old, wished: wished.running, wrong, outcome })
  return outcome
}

/** For people and figures. */
export function stateOf({ states }: Outcome): 'old' | 'new' | 'mixed' {
  return states[0] ?? 'mixed'
}

/** What the run says of the host must be true of it. */
async function judgeTold(
  folder: string,
  { code, report }: Ended,
  outcome: Outcome,
  wrong: (problem: string) => void,
): Promise<void> {
  const name = hostName(outcome.scenario.host)
  const said = report?.hosts.find((host) => host.name === name)
  const shown = await shownRun(folder, name)
  if (said === undefined) {
    if (outcome.scenario.fault.kind !== 'controller-killed') wrong(`no report (exit code ${code})`)
  } else {
    outcome.told = said.status
    if (shown !== null && shown.status !== said.status)
      wrong(`runs show says ${shown.status}, the report ${said.status}`)
    if ((code === 0) !== (said.status === 'ok' || said.status === 'changed')) {
      wrong(`exit code ${code} with status ${said.status}`)
    }
    if (said.error?.code === 'internal-error') wrong(`a bug: ${said.error.detail}`)
  }
  const status = said?.status ?? shown?.status ?? 'not-started'
  const must = MUST_BE[status]
  if (must !== null && !outcome.states.includes(must)) {
    wrong(`told as ${status} (${said?.error?.summary ?? ''}), and it is ${stateOf(outcome)}`)
  }
}

/** The state that a status speaks of; null: it may be in either. */
const MUST_BE: Record<HostReport['status'], 'old' | 'new' | null> = {
  ok: 'new',
  changed: 'new',
  failed: null,
  unreachable: 'old',
  unknown: null,
  skipped: 'old',
  'not-started': 'old',
  'rolled-back': 'old',
}

/** A further apply makes it new, one more changes nothing, and rollback makes it old again. */
async function converge(
  bed: Bed,
  scenario: Scenario,
  at: {
    folder: string
    args: readonly string[]
    old: HostState
    wished: HostState
    wrong: (problem: string) => void
    outcome: Outcome
  },
): Promise<void> {
  const { folder, args, wrong } = at
  const name = hostName(scenario.host)
  const { lab } = bed
  const saying = ({ code, report, stdout, stderr }: Awaited<ReturnType<typeof runToEnd>>): string => {
    const error = report.hosts[0]?.error
    return `code ${code}, ${report.hosts[0]?.status}: ${error?.summary} ${error?.detail} ${stderr.slice(-500)}${stdout.length}`
  }
  const again = await runToEnd(bed, folder, args)
  const left = differences(await readState(lab, name), at.wished)
  if (again.code !== 0 || left.length > 0)
    return wrong(`a further apply did not converge: ${left.join('; ')}, ${saying(again)}`)
  const idle = await runToEnd(bed, folder, args)
  const host = idle.report.hosts[0]
  if (idle.code !== 0 || host?.changes.length !== 0 || host.metrics.execs !== 1)
    wrong(`one more apply: ${saying(idle)}`)
  for (const one of await leftovers(lab, name)) wrong(`left after a further apply: ${one}`)
  if (!scenario.rollback || !at.outcome.states.includes('old')) return
  const back = await runToEnd(bed, folder, ['rollback', again.report.runId, '--guard', `${GUARD}s`])
  const differing = differences(await readState(lab, name), at.old)
  if (back.code !== 0 || differing.length > 0) wrong(`rollback: ${differing.join('; ')}, ${saying(back)}`)
  for (const one of await leftovers(lab, name)) wrong(`left after rollback: ${one}`)
}
