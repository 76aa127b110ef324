import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { RunOptions } from '../../src/engine/run.ts'
import { run } from '../../src/engine/run.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Step } from '../../src/model/change.ts'
import { UNKNOWN } from '../../src/model/change.ts'
import type { PlayPlan, RunEvent } from '../../src/model/events.ts'
import type { HostReport, RunReport } from '../../src/model/report.ts'
import { runReportSchema } from '../../src/model/report.ts'
import type { Module } from '../../src/modules/define.ts'
import { defineModule } from '../../src/modules/define.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { shellHosts } from '../support/shell-transport.ts'
import type { ShellHosts } from '../support/shell-transport.ts'
import { change, joinModule, probeTrial, setModule, settings } from '../support/tasks.ts'

/** Throws while it plans. */
const brokenModule = defineModule({
  name: 'broken',
  summary: '',
  description: '',
  example: '',
  params: z.strictObject({}),
  facts: () => ({ settings }),
  plan: () => {
    throw new TypeError('no such thing')
  },
})

/** Sets `later` to something that only the host knows, through a step that can tell. */
const learnModule = defineModule({
  name: 'learn',
  summary: '',
  description: '',
  example: '',
  params: z.strictObject({}),
  facts: () => ({ settings }),
  plan: (_, have) => ({
    changes: 'later' in have.settings ? [] : [{ ...change('later', null, UNKNOWN), apply: learn }],
  }),
})
const learn: Step[] = [{ kind: 'run', argv: ['set', 'later', 'found'] }]

const modules = new Map<string, Module>(
  [setModule, joinModule, probeTrial, brokenModule, learnModule].map((module) => [module.name, module as Module]),
)

let folder = ''
let hosts: ShellHosts
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-run-'))
  hosts = shellHosts(folder, { a: { id: 'A' }, b: {}, c: {}, d: {} })
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

async function play(text: string, more: Partial<RunOptions> = {}): Promise<{ report: RunReport; events: RunEvent[] }> {
  writeFileSync(path.join(folder, 'hosts.yml'), 'all: { hosts: { a: {}, b: {}, c: {}, d: {}, gone: {} } }\n')
  const events: RunEvent[] = []
  const report = await run({
    command: 'apply',
    generator: { name: 'mptcp-fleet', version: '1.2.3', account: 'ops@laptop' },
    runId: path.basename(folder),
    playbooks: [parsePlaybook(text, 'play.yml', modules)],
    inventory: await loadInventory(['hosts.yml'], folder, []),
    limit: null,
    tags: [],
    skipTags: [],
    forks: 5,
    check: false,
    connection: {},
    timeoutSeconds: 20,
    guard: null,
    transport: hosts,
    detailedExitcode: false,
    interrupt: new AbortController().signal,
    kill: new AbortController().signal,
    review: async () => true,
    emit: (event) => events.push(event),
    ...more,
  })
  expect(runReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
  expect(hosts.open).toBe(0)
  return { report, events }
}

const byName = (report: RunReport): Record<string, HostReport> =>
  Object.fromEntries(report.hosts.map((host) => [host.name, host]))
const statuses = (report: RunReport): string => report.hosts.map((host) => `${host.name} ${host.status}`).join(', ')
const set = (values: string, more = ''): string => `    - set: { values: ${values} }\n${more}`

describe('batches and what their failures mean', () => {
  test('any_errors_fatal: a failed batch ends the run, which says so; every host is in the report', async () => {
    const { report } = await play(
      `- { hosts: "a,b,c,d", serial: 2, any_errors_fatal: true, tasks: [{ set: { values: { crash: '1' } } }] }\n- hosts: gone\n`,
    )
    expect(statuses(report)).toBe('a failed, b failed, c not-started, d not-started, gone not-started')
    expect(report.exitCode).toBe(2)
    expect(report.diagnostics).toMatchObject([{ severity: 'warning', code: 'run-stopped' }])
    expect(report.diagnostics[0]?.summary).toBe('play "a,b,c,d" ended the run: any_errors_fatal: a host failed')
  })

  test.each([
    ['any_errors_fatal: true', 'a not-started, gone unreachable', {}],
    ['max_fail_percentage: 49', 'a not-started, gone unreachable', {}],
    ['max_fail_percentage: 50', 'a changed, gone unreachable', { x: '1' }],
    ['name: neither', 'a changed, gone unreachable', { x: '1' }],
  ])('%s counts before the other hosts are changed', async (policy, expected, values) => {
    const { report } = await play(`- hosts: a,gone\n  ${policy}\n  tasks:\n${set("{ x: '1' }")}`)
    expect(statuses(report)).toBe(expected)
    expect(hosts.settings('a')).toEqual({ id: 'A', ...values })
    expect(report.exitCode).toBe(4)
    expect(report.diagnostics.map((diagnostic) => diagnostic.code)).toEqual('x' in values ? [] : ['run-stopped'])
  })

  test('a trial behind changes that were withheld is not run, for that reason', async () => {
    const trial = '    - probe: { server: a, client: b }\n'
    const { report } = await play(`- hosts: a,b,gone\n  any_errors_fatal: true\n  tasks:\n${set("{ x: '1' }")}${trial}`)
    expect(report.trials).toMatchObject([{ verdict: 'not-run', reasons: ['any_errors_fatal: a host failed'] }])
  })

  test('a host that an earlier play lost is no failure of a later one', async () => {
    const { report, events } = await play(
      `- hosts: a,gone\n- hosts: a,gone\n  any_errors_fatal: true\n  tasks:\n${set("{ y: '2' }")}`,
    )
    expect(statuses(report)).toBe('a changed, gone unreachable')
    expect(report.diagnostics).toEqual([])
    const finished = events.flatMap((event) => (event.type === 'host-finished' ? [event.host.name] : []))
    expect(finished.toSorted()).toEqual(['a', 'gone'])
  })

  test('when every host of the last plays is lost there is nothing left to say', async () => {
    const { report } = await play(`- hosts: gone\n- hosts: gone\n`)
    expect(report).toMatchObject({ exitCode: 4, diagnostics: [] })
  })
})

describe('a host in several plays', () => {
  test('keeps its connection, and its metrics add up', async () => {
    const { report } = await play(
      `- hosts: a\n  tasks:\n${set("{ x: '1' }")}- hosts: a\n  tasks:\n${set("{ y: '1' }")}`,
    )
    const { changes, metrics } = byName(report)['a']!
    expect(changes.map((change) => change.fact)).toEqual(['setting/x', 'setting/y'])
    expect(metrics).toMatchObject({ connections: 1, execs: 6 })
  })

  test('is reached anew where a play becomes another user', async () => {
    const { report } = await play(
      `- hosts: a\n  tasks:\n${set("{ x: '1' }")}- hosts: a\n  become: true\n  tasks:\n${set("{ x: '1' }")}`,
    )
    expect(byName(report)['a']).toMatchObject({ status: 'changed', metrics: { connections: 2, execs: 4 } })
  })

  test('that was changed stays so when later changes are declined', async () => {
    let asked = 0
    const { report } = await play(
      `- hosts: a,b\n  tasks:\n${set("{ x: '1' }")}- hosts: a,c\n  tasks:\n${set("{ y: '1' }")}`,
      { review: async () => ++asked < 2 },
    )
    expect(statuses(report)).toBe('a changed, b changed, c not-started')
    expect(byName(report)['a']!.changes.map((change) => change.status)).toEqual(['done', 'not-started'])
    expect(report.exitCode).toBe(1)
  })

  test('that fails in the first takes no part in the second, which goes on', async () => {
    const { report } = await play(
      `- hosts: a,b\n  tasks:\n    - join: { a: a, b: b }\n${set("{ x: '1' }")}` +
        `- hosts: gone,b\n  tasks:\n${set("{ y: '1' }")}- hosts: gone,b\n  tasks:\n${set("{ z: '1' }")}`,
    )
    expect(statuses(report)).toBe('a changed, b changed, gone unreachable')
    expect(hosts.settings('b')).toMatchObject({ y: '1', z: '1' })
    expect(hosts.connections['gone']).toBeUndefined()
  })
})

describe('hosts that cannot be planned or changed', () => {
  test('show what would have been done to them', async () => {
    const { report } = await play(
      `- hosts: a\n  tasks:\n${set("{ x: '1' }")}    - set: { values: {}, problem: cannot }\n`,
    )
    expect(byName(report)['a']).toMatchObject({
      status: 'failed',
      changes: [{ fact: 'setting/x', status: 'not-started' }],
      error: { code: 'refused' },
    })
  })

  test('a refused exec before the first step leaves every change not started, in the report', async () => {
    const { HostError } = await import('../../src/model/errors.ts')
    hosts.faults['a'] = (count) => (count === 2 ? new HostError('unreachable', 'channel-refused', 'no channel') : null)
    const { report } = await play(`- hosts: a\n  tasks:\n${set("{ x: '1', y: '2' }")}`)
    expect(byName(report)['a']).toMatchObject({
      status: 'unreachable',
      changes: [{ status: 'not-started' }, { status: 'not-started' }],
    })
  })

  test('a store that cannot keep the undo record leaves every change not started, in the report', async () => {
    const { HostError } = await import('../../src/model/errors.ts')
    const { report } = await play(`- hosts: a\n  tasks:\n${set("{ x: '1' }")}`, {
      emit: (event) => {
        if (event.type === 'apply-started') throw new HostError('failed', 'undo-record', 'no room')
      },
    })
    expect(byName(report)['a']).toMatchObject({ status: 'failed', changes: [{ status: 'not-started' }] })
    expect(hosts.settings('a')).toEqual({ id: 'A' })
  })

  test("a module that throws is that host's bug: exit code 250, and the report is whole", async () => {
    const { report } = await play(`- hosts: a,b\n  tasks:\n    - broken: {}\n`)
    expect(report.exitCode).toBe(250)
    expect(byName(report)['a']).toMatchObject({ status: 'failed', error: { code: 'internal-error' } })
    expect(byName(report)['a']!.error?.detail).toContain('no such thing')
  })

  test('a host whose peer is absent is skipped with the reason; one that has another peer is not', async () => {
    const { report } = await play(`- hosts: a,b,gone\n  tasks:\n    - join: { a: a, b: gone }\n${set("{ z: '1' }")}`)
    // It was changed by its other task, so that only the peer tells.
    expect(statuses(report)).toBe('a changed, b changed, gone unreachable')
    const { report: only } = await play(`- hosts: a,b,gone\n  tasks:\n    - join: { a: a, b: gone }\n`)
    expect(byName(only)['a']).toMatchObject({
      status: 'skipped',
      error: { code: 'peer-absent', summary: 'gone: gone: connection refused' },
    })
    expect(byName(only)['b']!.status).toBe('ok')
    expect(only.exitCode).toBe(4)
  })

  test('a host that is not skipped any more has no reason either', async () => {
    const { report } = await play(
      `- hosts: a,gone\n  tasks:\n    - join: { a: a, b: gone }\n- hosts: a\n  tasks:\n${set("{ x: '1' }")}`,
    )
    expect(byName(report)['a']).toMatchObject({ status: 'changed', error: null })
  })
})

describe('check mode', () => {
  test('of a task: shown and counted, never applied', async () => {
    const { report } = await play(`- hosts: a\n  tasks:\n${set("{ x: '1' }", '      check_mode: true\n')}`)
    expect(byName(report)['a']).toMatchObject({ status: 'changed', changes: [{ status: 'planned' }] })
    expect(hosts.settings('a')).toEqual({ id: 'A' })
    expect(report).toMatchObject({ check: false, exitCode: 0 })
  })

  test('of a play, unless a task says otherwise', async () => {
    const { report } = await play(
      `- hosts: a\n  check_mode: true\n  tasks:\n${set("{ x: '1' }")}${set("{ y: '1' }", '      check_mode: false\n')}`,
    )
    const { changes } = byName(report)['a']!
    expect(changes.map((change) => `${change.fact} ${change.status}`).toSorted()).toEqual([
      'setting/x planned',
      'setting/y done',
    ])
    expect(hosts.settings('a')).toEqual({ id: 'A', y: '1' })
  })

  test('of a run with detailed exit code tells pending changes', async () => {
    const { report } = await play(`- hosts: a\n  tasks:\n${set("{ x: '1' }")}`, { check: true, detailedExitcode: true })
    expect(report).toMatchObject({ check: true, exitCode: 3 })
  })
})

describe('what is only known after apply', () => {
  const text = `- hosts: a,b\n  tasks:\n    - learn: {}\n${set("{ later: 'found', x: '1' }")}`

  test('ends a segment: it is applied and verified, then planning goes on, for two execs more', async () => {
    let asked = 0
    const { report, events } = await play(text, { review: async () => ++asked > 0 })
    expect(statuses(report)).toBe('a changed, b changed')
    const { changes, metrics } = byName(report)['a']!
    expect(changes.map(({ fact, after, status }) => [fact, after, status])).toEqual([
      ['setting/later', 'known after apply', 'done'],
      ['setting/x', '1', 'done'],
    ])
    expect(metrics).toMatchObject({ connections: 1, execs: 5 })
    expect(asked).toBe(2)
    expect(events.filter((event) => event.type === 'plan-ready')).toHaveLength(2)
  })

  test('is told by check mode, with what depends on it', async () => {
    const { events } = await play(text, { check: true })
    const plans = events.flatMap((event) => (event.type === 'plan-ready' ? event.plan.hosts : []))
    expect(plans[0]).toMatchObject({ host: 'a', afterApply: [{ task: 'set', reason: 'reads setting' }] })
  })

  test('declining what follows keeps what was done', async () => {
    let asked = 0
    const { report } = await play(text, { review: async () => ++asked < 2 })
    expect(statuses(report)).toBe('a changed, b changed')
    expect(byName(report)['a']!.changes.map((done) => done.status)).toEqual(['done', 'not-started'])
    expect(report.exitCode).toBe(1)
  })
})

describe('a host key that was let pass though it is not the known one', () => {
  const warning = { code: 'host-key-changed', summary: 'the host key of a:22 is not the one that is known' }
  const doubtful: RunOptions['transport'] = {
    connect: async (...asked) => ({
      ...(await hosts.connect(...asked)),
      warnings: asked[0].host.name === 'a' ? [{ ...warning, detail: 'presented', hint: 'compare' }] : [],
    }),
    close: () => hosts.close(),
  }

  test('is told before the changes are agreed to, and once in the report', async () => {
    const asked: PlayPlan[] = []
    const two = ['root', 'other'].map(
      (user) => `- { hosts: "a,b", become_user: ${user}, tasks: [{ set: { values: { ${user}: '1' } } }] }\n`,
    )
    const review: RunOptions['review'] = async (plan) => asked.push(plan) > 0
    const { report } = await play(two.join(''), { transport: doubtful, review })
    expect(report.diagnostics).toMatchObject([{ severity: 'warning', ...warning }])
    const notes = asked[0]!.hosts.map((host) => host.notes)
    expect(notes).toMatchObject([[{ isWarning: true, summary: expect.stringContaining(warning.summary) }], []])
  })
})

test('a play without tasks costs one exec and changes nothing', async () => {
  const { report } = await play('- hosts: a\n')
  expect(byName(report)['a']).toMatchObject({ status: 'ok', changes: [], metrics: { execs: 1 } })
})

test('a host that is done, or lost, says that it waits for the others', async () => {
  const { events } = await play(`- hosts: a,gone\n  tasks:\n${set("{ x: '1' }")}`)
  const phases = (name: string): string =>
    events.flatMap((event) => (event.type === 'host-phase' && event.host === name ? [event.phase] : [])).join(' ')
  expect(phases('a')).toBe('connecting gathering waiting planned applying waiting verifying waiting')
  expect(phases('gone')).toBe('connecting waiting')
})

test('forks bound how many hosts are worked on at once', async () => {
  let now = 0
  let most = 0
  const connect = hosts.connect.bind(hosts)
  hosts.connect = async (target, signal) => {
    const session = await connect(target, signal)
    const exec = session.exec.bind(session)
    return Object.assign(session, {
      exec: async (request: Parameters<typeof exec>[0]) => {
        most = Math.max(most, ++now)
        try {
          return await exec(request)
        } finally {
          now--
        }
      },
    })
  }
  await play(`- hosts: a,b,c,d\n  tasks:\n${set("{ x: '1' }")}`, { forks: 2 })
  expect(most).toBe(2)
})

test('tags that select no task are told before any connection, with the tag that was meant', async () => {
  const text = '- hosts: a\n  tasks:\n    - { set: { values: { x: "1" } }, tags: limits }\n'
  await expect(play(text, { tags: ['limit'] })).rejects.toMatchObject({
    diagnostics: [{ code: 'no-tasks', hint: 'did you mean "limits"?' }],
  })
  expect(hosts.connections).toEqual({})
})
