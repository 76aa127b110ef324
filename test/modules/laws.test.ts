/** Laws of every plan, on a host in memory that really runs its steps. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/engine/attempt.ts'
import { firstSteps, lastingSteps, newAttempt, pendingFacts } from '../../src/engine/attempt.ts'
import { applySteps, undoSteps } from '../../src/engine/coalesce.ts'
import { applyPrediction, readPredicted, startPrediction } from '../../src/engine/predict.ts'
import type { FactResult } from '../../src/engine/script/probe.ts'
import type { EndpointFlag } from '../../src/facts/mptcp_endpoints.ts'
import type { PlannedChange } from '../../src/model/change.ts'
import { isLasting, UNKNOWN } from '../../src/model/change.ts'
import type { Fact } from '../../src/model/fact.ts'
import type { FleetModule, HostModule } from '../../src/modules/define.ts'
import { modules } from '../../src/modules/registry.ts'
import type { FactValues } from './base-facts.ts'
import type { Task } from './law-arbitraries.ts'
import { anyTask, host, serviceTask, task } from './law-arbitraries.ts'
import type { ModelHost } from './model-host.ts'
import { factsOf, reboot, runStep } from './model-host.ts'

/** More by LAW_RUNS=20000 in the environment. */
const RUNS = Number(process.env['LAW_RUNS'] ?? 500)

/** Parameters as the module's schema gives them, for the addresses that the host has. */
function wantOf({ module, params }: Task, model: ModelHost): unknown {
  const { endpoints } = params as {
    endpoints?: { index: number; flags: EndpointFlag[]; ported: boolean; id: number | null }[]
  }
  const written =
    endpoints === undefined
      ? params
      : {
          ...params,
          endpoints: endpoints
            .filter(({ index }) => index < model.addresses.length)
            .map(({ index, flags, ported, id }, at) => ({
              address: model.addresses[index]!.address,
              flags,
              ...(ported && flags.includes('signal') && !flags.includes('subflow') ? { port: 5000 } : {}),
              ...(id === null ? {} : { id: id + at * 10 }),
            })),
        }
  return modules.get(module)!.params.parse(written)
}

function plan(task: Task, model: ModelHost, values: FactValues): PlannedChange[] | null {
  const module = modules.get(task.module) as HostModule
  const want = wantOf(task, model)
  const have = Object.fromEntries(
    Object.entries<Fact>(module.facts(want)).map(([name, fact]) => [name, values[fact.key]]),
  )
  const result = module.plan(want, have)
  if ((result.problems ?? []).length > 0) return null
  return result.changes.map((change) => {
    return { ...change, host: 'h', task: task.module, module: task.module, taskIndex: 0, checkOnly: false }
  })
}

/** The host after other tasks were applied to it. */
function lived(made: ModelHost, history: readonly Task[]): ModelHost {
  const model = structuredClone(made)
  for (const earlier of history) {
    const steps = applySteps(plan(earlier, model, factsOf(model)) ?? [])
    for (const { step } of steps) runStep(model, step)
  }
  return model
}

function factsAfter(task: Task, model: ModelHost, values: FactValues, changes: readonly PlannedChange[]): FactValues {
  const module = modules.get(task.module)!
  const definitions = new Map(Object.values<Fact>(module.facts(wantOf(task, model))).map((fact) => [fact.key, fact]))
  const gathered = Object.entries(values).map(([key, value]): [string, FactResult] => [key, { ok: true, value }])
  const predicted = startPrediction(definitions, new Map(gathered))
  for (const change of changes) applyPrediction(predicted, change)
  return Object.fromEntries(
    Object.keys(values).map((key) => {
      const result = readPredicted(predicted, key)
      return [key, result !== UNKNOWN && result.ok ? result.value : values[key]]
    }),
  )
}

/** State without what nobody can bring back: which endpoints NetworkManager counts as its own, and ids it gives. */
function visible(model: ModelHost): unknown {
  const { endpoints, limits, sysctl, settings, files, folders, unitEnabled, units, nm, addresses } = model
  const shown = endpoints
    .filter(({ flags }) => !flags.includes('implicit'))
    .map(({ address, port, flags, dev }) => `${address} ${port} ${flags.join(' ')} ${dev}`)
    .toSorted()
  const profiles = Object.fromEntries(
    Object.entries(nm).map(([dev, { profile, stored, shadowed }]) => [dev, { profile, stored, shadowed }]),
  )
  const own = addresses.map(({ address, dev }) => `${address} ${dev}`).toSorted()
  return structuredClone({
    shown,
    limits,
    sysctl,
    settings,
    files,
    folders: folders.toSorted(),
    unitEnabled,
    units,
    profiles,
    own,
  })
}

function renamed(address: string): string {
  return address.replace(/10$/, '20')
}

/** The other end of a pair: the same networks, other addresses. */
function otherEnd(model: ModelHost): ModelHost {
  return {
    ...model,
    addresses: model.addresses.map((own) => ({ ...own, address: renamed(own.address) })),
    endpoints: model.endpoints.map((one) => ({ ...one, address: renamed(one.address) })),
    files: Object.fromEntries(
      Object.entries(model.files).map(([path, file]) => [
        path,
        path.endsWith('.nmconnection') ? { ...file, content: file.content.replaceAll('10/', '20/') } : file,
      ]),
    ),
    nm: Object.fromEntries(
      Object.entries(model.nm).map(([dev, card]) => [
        dev,
        {
          ...card,
          made: card.made.map(renamed),
          stored: (card.stored ?? []).map((text) => text.replace(/10\//, '20/')),
        },
      ]),
    ),
  }
}

function planFleet(persist: boolean, models: Record<string, ModelHost>): Record<string, PlannedChange[]> | null {
  const module = modules.get('mptcp_pair') as FleetModule
  const want: unknown = module.params.parse({ server: 'a', client: 'b', persist })
  const have = Object.fromEntries(
    Object.entries(models).map(([name, model]) => {
      const values = factsOf(model)
      const facts = Object.entries<Fact>(module.facts(want))
      return [name, Object.fromEntries(facts.map(([alias, fact]) => [alias, values[fact.key]]))]
    }),
  )
  const results = module.plan(want, have, {})
  const refused = Object.values(results).filter((result) => (result.problems ?? []).length > 0)
  // A refused pair touches neither host.
  expect([0, 2]).toContain(refused.length)
  if (refused.length > 0) return null
  return Object.fromEntries(
    Object.entries(results).map(([host, { changes }]) => [
      host,
      changes.map((change) => {
        return { ...change, host, task: 'pair', module: 'mptcp_pair', taskIndex: 0, checkOnly: false }
      }),
    ]),
  )
}

/** As a host undoes by itself: files come back from copies, also those that a program changed. */
function takeBack(model: ModelHost, attempt: Attempt, begun: ReadonlySet<number>, copies: ModelHost['files']): void {
  for (const { placed, after } of attempt.undo.filter((item) => item.after.some((number) => begun.has(number)))) {
    const { step } = placed
    const files = step.kind === 'run' ? (step.files ?? []) : []
    if (files.length === 0 || files.some((path) => copies[path] === undefined)) runStep(model, step)
    else for (const path of files) model.files[path] = copies[path]!
    expect(after.length).toBeGreaterThan(0)
  }
}

/**
 * What a guard asks of plans, by host: the steps before confirmation change nothing that outlasts a reboot, all is as planned
 * then but for what waits, the host can take everything back at any time, and the steps after it complete the plan.
 */
function guarded(
  models: Readonly<Record<string, ModelHost>>,
  plans: Readonly<Record<string, readonly PlannedChange[]>>,
  planAgain: () => Record<string, PlannedChange[]> | null,
): void {
  const jobs = Object.entries(models).map(([name, model]) => {
    return { name, model, before: structuredClone(model), attempt: newAttempt('run', 1, plans[name]!, 60) }
  })
  const begun = new Map(jobs.map(({ name }) => [name, new Set<number>()]))
  const canUndo = ({ name, model, before, attempt }: (typeof jobs)[number]): void => {
    const copy = structuredClone(model)
    takeBack(copy, attempt, begun.get(name)!, before.files)
    expect(visible(copy)).toEqual(visible(before))
  }
  for (const job of jobs) {
    for (const { number, step } of firstSteps(job.attempt)) {
      runStep(job.model, step)
      begun.get(job.name)!.add(number)
    }
    expect(afterBoot(job.model)).toEqual(afterBoot(job.before))
    canUndo(job)
  }
  const left = planAgain()
  for (const { name, attempt } of jobs) {
    const pending = pendingFacts(attempt)
    expect(left?.[name]?.filter(({ fact }) => !pending.has(fact))).toEqual([])
  }
  for (const job of jobs) {
    for (const { number, step } of lastingSteps(job.attempt)) {
      runStep(job.model, step)
      begun.get(job.name)!.add(number)
      canUndo(job)
    }
  }
  expect(planAgain()).toEqual(Object.fromEntries(jobs.map(({ name }) => [name, []])))
}

function afterBoot(model: ModelHost): unknown {
  const copy = structuredClone(model)
  reboot(copy)
  return visible(copy)
}

describe('laws', () => {
  it('a pair that was applied is paired, also after a reboot, and undo is the way back', () => {
    let paired = 0
    fc.assert(
      fc.property(host, host, fc.array(task, { maxLength: 2 }), fc.boolean(), (one, other, history, persist) => {
        const models = { a: lived(one, history), b: otherEnd(lived(other, history)) }
        const before = [visible(models.a), visible(models.b)]
        const plans = planFleet(persist, models)
        if (plans === null) return
        paired++
        const tried = structuredClone(models)
        guarded(tried, plans, () => planFleet(persist, tried))
        const undone = structuredClone(models)
        for (const name of ['a', 'b'] as const) {
          for (const { step } of applySteps(plans[name]!)) {
            runStep(models[name], step)
            runStep(undone[name], step)
          }
          for (const { step } of undoSteps(plans[name]!)) runStep(undone[name], step)
        }
        expect(planFleet(persist, models)).toEqual({ a: [], b: [] })
        expect([visible(undone.a), visible(undone.b)]).toEqual(before)
        if (!persist) return
        reboot(models.a)
        reboot(models.b)
        expect(planFleet(persist, models)).toEqual({ a: [], b: [] })
      }),
      { numRuns: RUNS },
    )
    expect(paired).toBeGreaterThan(0)
  }, 60_000)

  it('a plan that was applied leaves an empty plan, as predicted and as gathered, and undo is the way back', () => {
    fc.assert(
      fc.property(host, fc.array(task, { maxLength: 2 }), anyTask, (made, history, task) => {
        const model = lived(made, history)
        // Without MPTCP no endpoint with a port can be put back.
        fc.pre(model.sysctl === '1' || model.endpoints.every(({ port }) => port === null))
        const before = visible(model)
        const values = factsOf(model)
        const changes = plan(task, model, values)
        fc.pre(changes !== null)
        const predicted = factsAfter(task, model, values, changes)
        expect(plan(task, model, predicted)).toEqual([])
        for (const { step } of applySteps(changes)) runStep(model, step)
        expect(plan(task, model, factsOf(model))).toEqual([])
        for (const { step } of undoSteps(changes)) runStep(model, step)
        expect(visible(model)).toEqual(before)
      }),
      { numRuns: RUNS },
    )
  }, 60_000)

  it('a service that uses MPTCP, or no more, does so at once and after a reboot, and undo is the way back', () => {
    const changed = new Map<string, number>()
    fc.assert(
      fc.property(
        host,
        fc.array(serviceTask, { maxLength: 3 }),
        serviceTask,
        fc.boolean(),
        (made, history, task, late) => {
          const model = lived(made, [{ module: 'mptcp_enabled', params: {} }, ...history, ...(late ? [task] : [])])
          // Processes from before their files were changed; what they were started with cannot be brought back.
          const stale = late && history.length > 0
          for (const { process } of Object.values(model.units)) {
            if (stale && process !== null) Object.assign(process, { LD_PRELOAD: null, GODEBUG: null })
          }
          const before = visible(model)
          const values = factsOf(model)
          const changes = plan(task, model, values)
          fc.pre(changes !== null)
          for (const { fact } of changes) {
            const kind = `${task.params.state} ${fact.split('/')[0]}`
            changed.set(kind, (changed.get(kind) ?? 0) + 1)
          }
          expect(plan(task, model, factsAfter(task, model, values, changes))).toEqual([])
          for (const { step } of applySteps(changes)) runStep(model, step)
          const after = structuredClone(model)
          expect(plan(task, model, factsOf(model))).toEqual([])
          reboot(after)
          expect(plan(task, after, factsOf(after))).toEqual([])
          if (stale) return
          for (const { step } of undoSteps(changes)) runStep(model, step)
          expect(visible(model)).toEqual(before)
        },
      ),
      { numRuns: RUNS },
    )
    expect([...changed.keys()]).toEqual(expect.arrayContaining(['disabled file', 'enabled file', 'enabled service']))
  }, 60_000)

  it('a guarded plan changes nothing lasting before it is confirmed, and can be taken back at any time', () => {
    const lastingAlone = new Set<string>()
    fc.assert(
      fc.property(host, fc.array(anyTask, { maxLength: 2 }), anyTask, (made, history, task) => {
        const model = lived(made, history)
        fc.pre(model.sysctl === '1' || model.endpoints.every(({ port }) => port === null))
        const changes = plan(task, model, factsOf(model))
        fc.pre(changes !== null)
        guarded({ h: model }, { h: changes }, () => {
          const again = plan(task, model, factsOf(model))
          return again === null ? null : { h: again }
        })
        for (const { fact, apply } of changes) if (apply.every(isLasting)) lastingAlone.add(fact.split('/')[0]!)
      }),
      { numRuns: RUNS },
    )
    // What runs and what is on the disk are changes of their own, so that the first is verified before the second is made.
    expect([...lastingAlone].toSorted()).toEqual(['file', 'mptcp_persisted', 'nm_keyfile', 'nm_profile'])
  }, 60_000)

  it('what persists is so after a reboot', () => {
    fc.assert(
      fc.property(host, fc.array(anyTask, { maxLength: 2 }), anyTask, (made, history, task: Task) => {
        const model = lived(made, history)
        fc.pre(task.params['persist'] === true || ['nm_connection', 'mptcp_service'].includes(task.module))
        fc.pre(model.sysctl === '1' || model.endpoints.every(({ port }) => port === null))
        const changes = plan(task, model, factsOf(model))
        fc.pre(changes !== null)
        for (const { step } of applySteps(changes)) runStep(model, step)
        reboot(model)
        // Without MPTCP a service that is made to use it cannot be, and the plan says so.
        fc.pre(task.module !== 'mptcp_service' || model.sysctl === '1')
        expect(plan(task, model, factsOf(model))).toEqual([])
      }),
      { numRuns: RUNS },
    )
  }, 60_000)
})
