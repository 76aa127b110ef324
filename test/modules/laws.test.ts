/** Laws of every plan, on a host in memory that really runs its steps. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applySteps, undoSteps } from '../../src/engine/coalesce.ts'
import { applyPrediction, readPredicted, startPrediction } from '../../src/engine/predict.ts'
import type { FactResult } from '../../src/engine/script/probe.ts'
import type { EndpointFlag } from '../../src/facts/mptcp_endpoints.ts'
import type { PlannedChange } from '../../src/model/change.ts'
import { UNKNOWN } from '../../src/model/change.ts'
import type { Fact } from '../../src/model/fact.ts'
import { sortFlags } from '../../src/mptcp/endpoint-flags.ts'
import type { FleetModule, HostModule } from '../../src/modules/define.ts'
import { modules } from '../../src/modules/registry.ts'
import type { FactValues } from './base-facts.ts'
import type { ModelHost } from './model-host.ts'
import { factsOf, modelHost, reboot, runStep } from './model-host.ts'

/** More by LAW_RUNS=20000 in the environment. */
const RUNS = Number(process.env['LAW_RUNS'] ?? 500)

const ADDRESSES = [
  { dev: 'eth0', address: '192.0.2.10', prefix: 24 },
  { dev: 'eth0', address: '192.0.2.110', prefix: 24 },
  { dev: 'wlan0', address: '198.51.100.10', prefix: 24 },
  { dev: 'wlan0', address: '2001:db8::10', prefix: 64 },
]

const flags: fc.Arbitrary<EndpointFlag[]> = fc
  .constantFrom('signal', 'subflow', 'signal backup', 'subflow fullmesh', 'signal subflow', 'laminar subflow')
  .map((text) => sortFlags(text.split(' ') as EndpointFlag[]))

const task = fc.oneof(
  fc.record({
    module: fc.constant('mptcp_enabled'),
    params: fc.record({ state: fc.constantFrom('enabled', 'disabled'), persist: fc.boolean() }),
  }),
  fc.record({
    module: fc.constant('mptcp_limits'),
    params: fc.record(
      { subflows: fc.nat(8), add_addr_accepted: fc.nat(8), persist: fc.boolean() },
      { requiredKeys: ['subflows'] },
    ),
  }),
  fc.record({
    module: fc.constant('mptcp_endpoints'),
    params: fc.record({
      endpoints: fc.uniqueArray(
        fc.record({ index: fc.nat(3), flags, ported: fc.boolean(), id: fc.option(fc.integer({ min: 20, max: 23 })) }),
        { selector: ({ index }) => index, maxLength: 4 },
      ),
      exact: fc.boolean(),
      persist: fc.boolean(),
    }),
  }),
)

const anyTask = fc.oneof(
  task,
  fc.record({
    module: fc.constant('mptcp_sysctl'),
    params: fc.record({
      values: fc
        .record(
          {
            checksum_enabled: fc.boolean(),
            close_timeout: fc.constantFrom(30, '60'),
            path_manager: fc.constantFrom('kernel', 'userspace'),
          },
          { requiredKeys: [] },
        )
        .filter((values) => Object.keys(values).length > 0),
      persist: fc.boolean(),
    }),
  }),
  fc.constantFrom('192.0.2', '198.51.100').chain((network) =>
    fc.record({
      module: fc.constant('nm_connection'),
      params: fc.record(
        {
          name: fc.constant(network === '192.0.2' ? 'eth0' : 'wlan0'),
          state: fc.constant('up'),
          mptcp_flags: fc.constantFrom<unknown>('default', 'disabled', ['signal'], ['subflow', 'backup'], 0x22),
          ipv4: fc
            .constantFrom(['77'], ['10', '78'])
            .map((hosts) => ({ addresses: hosts.map((host) => `${network}.${host}/24`) })),
        },
        { requiredKeys: ['name', 'state'] },
      ),
    }),
  ),
)

type Task = { module: string; params: Readonly<Record<string, unknown>> }

const host = fc
  .record({
    count: fc.integer({ min: 1, max: 4 }),
    there: fc.uniqueArray(
      fc.record({ index: fc.nat(3), flags, id: fc.integer({ min: 1, max: 9 }), port: fc.boolean() }),
      {
        selector: ({ id }) => id,
        maxLength: 3,
      },
    ),
    nm: fc.dictionary(fc.constantFrom('eth0', 'wlan0'), fc.constantFrom(0, 1, 0x1e, 0x2e, 0x2a, 0x22), { maxKeys: 2 }),
    defaultRoute: fc.constantFrom(null, 'eth0'),
    sysctl: fc.constantFrom('0', '1'),
    override: fc.boolean(),
    limits: fc.record({ subflows: fc.nat(8), addAddrAccepted: fc.nat(8) }),
  })
  .map((made): ModelHost => {
    const addresses = ADDRESSES.slice(0, made.count)
    const endpoints = made.there
      .filter(({ index }) => index < addresses.length)
      .map(({ index, flags, id, port }) => ({
        address: addresses[index]!.address,
        port: port && flags.includes('signal') && !flags.includes('subflow') ? 5000 : null,
        id,
        flags,
        dev: addresses[index]!.dev,
      }))
    const unique = endpoints.filter(
      (one, index) =>
        endpoints.findIndex((other) => other.address === one.address && other.port === one.port) === index,
    )
    const file = { content: 'net.mptcp.enabled = 0\n', mode: '0644', owner: 'root', group: 'root' }
    return modelHost({
      addresses,
      endpoints: unique,
      sysctl: made.sysctl,
      defaultRoute: made.defaultRoute,
      limits: made.limits,
      files: made.override ? { '/etc/sysctl.d/99-local.conf': file } : {},
      nm: Object.fromEntries(
        Object.entries(made.nm).map(([dev, flags]) => [dev, { profile: flags, applied: flags, made: [] }]),
      ),
      nextId: 10,
    })
  })

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
  const { endpoints, limits, sysctl, settings, files, folders, unitEnabled, nm, addresses } = model
  const shown = endpoints
    .filter(({ flags }) => !flags.includes('implicit'))
    .map(({ address, port, flags, dev }) => `${address} ${port} ${flags.join(' ')} ${dev}`)
    .toSorted()
  const profiles = Object.fromEntries(
    Object.entries(nm).map(([dev, { profile, stored }]) => [dev, { profile, stored }]),
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

  it('what persists is so after a reboot', () => {
    fc.assert(
      fc.property(host, fc.array(anyTask, { maxLength: 2 }), anyTask, (made, history, task: Task) => {
        const model = lived(made, history)
        fc.pre(task.params['persist'] === true || task.module === 'nm_connection')
        fc.pre(model.sysctl === '1' || model.endpoints.every(({ port }) => port === null))
        const changes = plan(task, model, factsOf(model))
        fc.pre(changes !== null)
        for (const { step } of applySteps(changes)) runStep(model, step)
        reboot(model)
        expect(plan(task, model, factsOf(model))).toEqual([])
      }),
      { numRuns: RUNS },
    )
  }, 60_000)
})
