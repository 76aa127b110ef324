/** What a run shows and keeps: no secret, in whatever form, and nothing of what stands under no_log. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { renderEvent } from '../../src/cli/view/ndjson.ts'
import { run } from '../../src/engine/run.ts'
import { shownEvent } from '../../src/engine/shown.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import type { PlayPlan, RunEvent } from '../../src/model/events.ts'
import type { RunReport } from '../../src/model/report.ts'
import { runReportSchema } from '../../src/model/report.ts'
import { Secret } from '../../src/model/secret.ts'
import type { Module } from '../../src/modules/define.ts'
import { defineModule } from '../../src/modules/define.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { renderPlan } from '../../src/report/plan.ts'
import { renderRun } from '../../src/report/run.ts'
import { PLAIN } from '../../src/report/style.ts'
import { keepRun } from '../../src/store/keep-run.ts'
import { loadUndo } from '../../src/store/load-run.ts'
import { keptValue } from '../../src/store/undo-record.ts'
import { createRedactor } from '../../src/text/redact.ts'
import type { ShellHosts } from '../support/shell-transport.ts'
import { shellHosts } from '../support/shell-transport.ts'
import { change, probeTrial, setModule, settings } from '../support/tasks.ts'

const SSH = "tiger's&tank/co"
const SUDO = 'sudo-panther'
const HIDDEN = 'hidden-lynx'

/** Says what it should not: secrets in notes, problems, and in the output of a step that fails. */
const chattyModule = defineModule({
  name: 'chatty',
  summary: '',
  description: '',
  example: '',
  params: z.strictObject({ text: z.string(), problem: z.boolean().default(false), fails: z.boolean().default(false) }),
  facts: () => ({ settings }),
  plan: ({ text, problem, fails }, { settings: { chat = null } }) => ({
    changes: [chat].flatMap((before) => {
      if (before === `new ${text}`) return []
      return {
        ...change('chat', before, `new ${text}`, { [`setting/${text}`]: text }),
        summary: `chat about ${text}`,
        apply: fails
          ? [{ kind: 'run', argv: ['sh', '-c', 'echo "it is $1" >&2; echo "$1"; exit 3', 'sh', text] }]
          : [{ kind: 'run', argv: ['set', 'chat', `new ${text}`] }],
        undo: [
          { kind: 'write', path: `/x/${text}`, bytes: `old ${text}`, mode: '0600', owner: 'root', group: 'root' },
          { kind: 'run', argv: ['undo', text], stdin: 'harmless' },
        ],
      }
    }),
    notes: [{ summary: `a note of ${text}`, detail: text }],
    problems: problem ? [{ code: 'refused', summary: `not with ${text}`, detail: text, hint: text }] : [],
  }),
})

const modules = new Map<string, Module>(
  [setModule, probeTrial, chattyModule].map((module) => [module.name, module as Module]),
)

let folder = ''
let hosts: ShellHosts
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-secrets-'))
  hosts = shellHosts(folder, { a: { chat: HIDDEN }, b: {} })
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

interface Shown {
  report: RunReport
  events: RunEvent[]
  reviewed: PlayPlan[]
  /** All that a person or a program gets to see of the run. */
  text: string
}

/** Runs a play on a host whose passwords are SSH and SUDO, with the store behind it. */
async function play(
  tasks: unknown,
  more: Record<string, unknown> = {},
  seal?: (text: string) => string,
): Promise<Shown> {
  const vars = { ansible_password: SSH, ansible_become_password: '{{ sudo_pw }}', ansible_become: true, sudo_pw: SUDO }
  writeFileSync(path.join(folder, 'hosts.yml'), JSON.stringify({ all: { hosts: { a: vars, b: vars } } }))
  const events: RunEvent[] = []
  const reviewed: PlayPlan[] = []
  const runId = path.basename(folder)
  const store = keepRun(folder, runId, { seal }).subscriber
  const text = JSON.stringify([{ hosts: 'a,b', tasks, ...more }])
  const report = await run({
    command: 'apply',
    generator: null,
    runId,
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
    review: async (plan) => reviewed.push(plan) > 0,
    emit: (event) => {
      store(event)
      events.push(event)
    },
  })
  runReportSchema.parse(report)
  const shown = { diff: true, verbose: true, steps: true }
  const plans = events.flatMap((event) => (event.type === 'plan-ready' ? [event.plan] : []))
  const all = [
    ...[...plans, ...reviewed].map((plan) => renderPlan(plan, PLAIN, shown)),
    ...events.map(renderEvent),
    renderRun(report, PLAIN),
    JSON.stringify(report),
    readFileSync(path.join(folder, '.mptcp-fleet/runs', runId, 'report.json'), 'utf8'),
  ]
  return { report, events, reviewed, text: all.join('\n') }
}

/** Everything that the store wrote. */
function kept(): string {
  const runs = path.join(folder, '.mptcp-fleet')
  const files = readdirSync(runs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8')).join('\n')
}

const forms = (secret: string): string[] => [
  secret,
  secret.replaceAll("'", String.raw`'\''`),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/.==?$/, ''),
]

function expectNothingOf(text: string, ...secrets: string[]): void {
  expect(text.length).toBeGreaterThan(1000)
  for (const form of secrets.flatMap(forms)) expect(text).not.toContain(form)
}

describe('known secrets', () => {
  it('are nowhere in plan, events, report and files, while the hosts get the true values', async () => {
    const motto = `${SSH}|${encodeURIComponent(SSH)}|${Buffer.from(SUDO).toString('base64')}`
    const { report, text } = await play([{ name: `say ${SUDO}`, set: { values: { motto } } }])
    expect(hosts.settings('a')['motto']).toBe(motto)
    expectNothingOf(text, SSH, SUDO)
    expectNothingOf(kept(), SSH, SUDO)
    expect(report.hosts.map((host) => host.status)).toEqual(['changed', 'changed'])
    expect(report.hosts[0]?.changes[0]).toMatchObject({ task: 'say [secret]', after: '[secret]|[secret]|[secret]' })
    // What was planned and verified were the true values: a second run finds nothing to do.
    rmSync(path.join(folder, '.mptcp-fleet'), { recursive: true })
    const again = await play([{ set: { values: { motto } } }])
    expect(again.report.hosts.map((host) => host.changes)).toEqual([[], []])
  })

  it('are not in what a failed step said', async () => {
    const { report, text } = await play([{ chatty: { text: SSH, fails: true } }])
    expect(report.hosts[0]?.error).toMatchObject({ code: 'command-failed' })
    expect(report.hosts[0]?.error?.detail).toMatch(/\[secret\]/)
    expectNothingOf(text, SSH, SUDO)
  })

  it('are not in notes and problems', async () => {
    const { report, text } = await play([{ chatty: { text: SUDO, problem: true } }])
    expect(report.hosts[0]?.error).toEqual({
      code: 'refused',
      summary: 'not with [secret]',
      detail: '[secret]',
      hint: '[secret]',
    })
    expectNothingOf(text, SSH, SUDO)
  })

  it('withhold the undo step that holds one, and no other', async () => {
    const { events } = await play([{ chatty: { text: SUDO } }, { set: { values: { x: '1' } } }])
    const [started] = events.flatMap((event) => (event.type === 'apply-started' ? [event.changes] : []))
    const [write] = started![0]!.undo
    expect(write).toMatchObject({ kind: 'write', bytes: expect.any(Secret) })
    const [record] = await loadUndo(folder, path.basename(folder))
    expect(record!.segments[0]!.changes.map(({ undo }) => undo)).toEqual([
      null,
      [{ kind: 'run', argv: ['set', 'x', 'null'] }],
    ])
    expectNothingOf(kept(), SUDO)
  })

  it('are in an undo record only where it is encrypted, and then it is whole', async () => {
    const sealed: string[] = []
    const seal = (text: string): string => {
      sealed.push(text)
      return text
    }
    const { text } = await play([{ chatty: { text: SUDO } }], {}, seal)
    expectNothingOf(text, SUDO)
    const [record] = await loadUndo(folder, path.basename(folder))
    expect(record!.segments[0]!.changes[0]).toMatchObject({
      after: `new ${SUDO}`,
      undo: [
        { kind: 'write', path: `/x/${SUDO}`, bytes: `old ${SUDO}` },
        { kind: 'run', argv: ['undo', SUDO], stdin: 'harmless' },
      ],
      apply: [{ kind: 'run', argv: ['set', 'chat', `new ${SUDO}`] }],
    })
    expect(sealed.length).toBeGreaterThan(0)
  })

  it('are in what was observed of a fact as in its values of before and after', () => {
    const secrets = createRedactor()
    secrets.add(new Secret(SUDO), '-K')
    const event: RunEvent = {
      type: 'apply-finished',
      host: 'a',
      changes: [],
      observed: [{ a: SUDO }, 'other', undefined],
    }
    const shown = shownEvent(event, secrets)
    expectNothingOf(`${JSON.stringify(shown)}${renderEvent(shown)}`.padEnd(1001), SUDO)
    const observed = shown.type === 'apply-finished' ? shown.observed : []
    expect(observed.map((value) => keptValue(value, true))).toEqual([{ a: SUDO }, 'other', null])
    expect(observed.map((value) => keptValue(value, false))).toEqual(['[secret]', 'other', null])
  })

  it('that are too short to be hidden are warned of', async () => {
    const { report } = await play([], { vars: { ansible_password: 'abc' } })
    expect(report.diagnostics).toMatchObject([
      { severity: 'warning', code: 'short-secret', summary: expect.stringMatching(/^ansible_password: /) },
    ])
  })

  it('do not change names by which things are found again', async () => {
    const { report, events } = await play([{ name: 'b', set: { values: { x: 'a' } } }], {
      vars: { ansible_password: 'apply', ansible_become_password: path.basename(folder) },
    })
    expect(report).toMatchObject({ command: 'apply', runId: path.basename(folder) })
    expect(new Set(events.map((event) => event.type))).toContain('apply-started')
  })
})

describe('no_log', () => {
  const HEADS = ['chat about', 'a note of', 'it is', 'not with']

  it('hides what changes, how, and what was said of it, in all that is shown', async () => {
    const { report, events, text } = await play([{ name: 'quiet', no_log: true, chatty: { text: HIDDEN } }])
    expectNothingOf(text, HIDDEN)
    for (const head of HEADS) expect(text).not.toContain(head)
    expect(report.hosts[0]?.changes).toEqual([
      {
        task: 'quiet',
        module: 'chatty',
        fact: 'setting/chat',
        summary: 'censored: no_log',
        before: 'censored: no_log',
        after: 'censored: no_log',
        status: 'done',
      },
    ])
    const [plan] = events.flatMap((event) => (event.type === 'plan-ready' ? [event.plan] : []))
    expect(plan?.hosts[0]?.changes[0]).toMatchObject({ apply: [], undo: [], effects: {} })
    expect(renderPlan(plan!, PLAIN, { diff: true, verbose: true, steps: true })).toContain(
      'setting/chat: censored: no_log',
    )
  })

  it('keeps in the undo record what undo needs', async () => {
    await play([{ no_log: true, chatty: { text: HIDDEN } }])
    const [record] = await loadUndo(folder, path.basename(folder))
    expect(record?.segments[0]?.changes[0]).toMatchObject({
      noLog: true,
      before: HIDDEN,
      undo: [
        { kind: 'write', bytes: `old ${HIDDEN}` },
        { kind: 'run', argv: ['undo', HIDDEN] },
      ],
    })
  })

  it('hides why a step failed, but not which task it was of', async () => {
    const { report, text } = await play([{ name: 'quiet', no_log: true, chatty: { text: HIDDEN, fails: true } }])
    expect(report.hosts[0]?.error).toMatchObject({
      code: 'command-failed',
      summary: 'censored: no_log: a step of task "quiet" ended with 3',
      detail: 'censored: no_log',
    })
    expectNothingOf(text, HIDDEN)
  })

  it('hides why a wish cannot be met, and what did not converge', async () => {
    const refused = await play([{ name: 'quiet', no_log: true, chatty: { text: HIDDEN, problem: true } }])
    expect(refused.report.hosts[0]?.error).toEqual({
      code: 'refused',
      summary: 'task "quiet": censored: no_log',
      detail: '',
      hint: '',
    })
    expectNothingOf(refused.text, HIDDEN)
    rmSync(path.join(folder, '.mptcp-fleet'), { recursive: true })
    const stubborn = await play([{ no_log: true, set: { values: { stubborn: HIDDEN } } }])
    expect(stubborn.report.hosts[0]?.error).toMatchObject({
      code: 'not-converged',
      detail: 'setting/stubborn: censored: no_log',
    })
    expectNothingOf(stubborn.text, HIDDEN)
  })

  it('of a play holds for its tasks, but for those that say otherwise', async () => {
    const tasks = [{ set: { values: { x: HIDDEN } } }, { no_log: false, set: { values: { y: 'shown' } } }]
    const { report } = await play(tasks, { no_log: true })
    expect(report.hosts[0]?.changes.map(({ summary }) => summary)).toEqual(['censored: no_log', 'set y to shown'])
  })

  it('hides the reasons of a trial', async () => {
    const failing = { ...probeTrial, prepare: () => ({ problems: [{ code: 'x', summary: `no ${HIDDEN}` }] }) }
    modules.set('failing', { ...failing, name: 'failing' } as Module)
    const { report, text } = await play([{ no_log: true, failing: { server: 'a', client: 'b' } }])
    expect(report.trials[0]).toMatchObject({ verdict: 'fail', reasons: ['censored: no_log'] })
    expectNothingOf(text, HIDDEN)
  })
})
