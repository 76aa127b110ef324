/** What kept runs have made of a host: the last of them counts, and rollbacks are runs as well. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DiagnosticsError, errorDiagnostic } from '../../src/model/diagnostic.ts'
import type { Applied } from '../../src/model/applied.ts'
import type { PlannedChange } from '../../src/model/change.ts'
import { UNKNOWN } from '../../src/model/change.ts'
import type { ChangeStatus } from '../../src/model/report.ts'
import { Secret } from '../../src/model/secret.ts'
import { loadApplied } from '../../src/store/applied.ts'
import { keepRun } from '../../src/store/keep-run.ts'
import { change, runReport } from '../report/sample.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-applied-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const HOST = 'system-a'

interface Made {
  changes: Partial<PlannedChange>[]
  statuses?: ChangeStatus[]
  observed?: unknown[]
  command?: string
  playbooks?: string[]
  seal?: (text: string) => string
}

function keep(
  runId: string,
  { changes, statuses, observed = [], command = 'apply', playbooks = [], seal }: Made,
): void {
  const planned = changes.map((one) => change(HOST, one))
  const { subscriber } = keepRun(cwd, runId, { seal })
  const request = { playbooks, inventories: [], limit: null, tags: [], skipTags: [] }
  const startedAt = new Date().toISOString()
  subscriber({ type: 'run-started', runId, command, check: false, startedAt, hosts: [HOST], request })
  const attempt = { attempt: runId, guard: null, become: null, address: '192.0.2.1' }
  subscriber({ type: 'apply-started', host: HOST, ...attempt, changes: planned })
  const told = planned.map(({ task, module, fact, summary }, index) => {
    const status = statuses?.[index] ?? ('done' as const)
    return { task, module, fact, summary, before: null, after: null, status }
  })
  subscriber({ type: 'apply-finished', host: HOST, changes: told, observed })
  subscriber({ type: 'run-finished', report: runReport({ runId }) })
}

async function applied(open = async (text: string) => text): Promise<Applied> {
  return (await loadApplied(cwd, new Set([HOST]), open))(HOST)
}

const shown = async (): Promise<string[]> =>
  (await applied()).facts.map(({ fact, values, runId }) => `${fact} ${JSON.stringify(values)} ${runId}`)

test('the last run that set a fact counts, with what was read of it', async () => {
  keep('A', {
    changes: [
      { fact: 'sysctl/x', after: '1' },
      { fact: 'sysctl/y', after: '1' },
    ],
    playbooks: ['p.yml'],
  })
  keep('B', { changes: [{ fact: 'sysctl/x', after: '2' }], observed: ['two'] })
  expect(await shown()).toEqual(['sysctl/y ["1"] A', 'sysctl/x ["2","two"] B'])
  expect((await applied()).facts.map(({ by }) => by)).toEqual(['p.yml', 'apply'])
})

test('a rollback is the last word', async () => {
  keep('A', { changes: [{ fact: 'sysctl/x', before: '0', after: '1' }] })
  keep('B', { changes: [{ fact: 'sysctl/x', before: '1', after: '0' }], command: 'rollback' })
  expect(await shown()).toEqual(['sysctl/x ["0"] B'])
})

test('what did not begin or was taken back leaves the word of before, what failed leaves none', async () => {
  const facts = ['sysctl/a', 'sysctl/b', 'sysctl/c', 'sysctl/d'].map((fact) => ({ fact, after: '1' }))
  keep('A', { changes: facts })
  keep('B', {
    changes: facts.map((one) => ({ ...one, after: '2' })),
    statuses: ['rolled-back', 'not-started', 'failed', 'unknown'],
  })
  expect(await shown()).toEqual(['sysctl/a ["1"] A', 'sysctl/b ["1"] A'])
})

test('what was not known, or is secret, is held against nothing', async () => {
  keep('A', {
    changes: [
      { fact: 'addresses', after: UNKNOWN },
      { fact: 'sysctl/x', after: new Secret('tiger') },
      { fact: 'sysctl/y', after: '1', noLog: true },
    ],
  })
  expect((await applied()).facts).toMatchObject([{ fact: 'sysctl/y', values: ['1'], hidden: true }])
})

test('of encrypted records nothing is shown, and without the password nothing is known', async () => {
  keep('A', { changes: [{ fact: 'sysctl/x', after: '1' }], seal: (text) => `sealed${text}` })
  const open = async (text: string): Promise<string> => text.replace('sealed', '')
  expect(await applied(open)).toMatchObject({ facts: [{ fact: 'sysctl/x', hidden: true }], unread: null })
  const refuse = async (): Promise<string> => {
    throw new DiagnosticsError([errorDiagnostic('vault', 'it is encrypted', { hint: 'give the password' })])
  }
  expect(await applied(refuse)).toEqual({ facts: [], unread: 'it is encrypted (give the password)' })
})

test('hosts that no run changed', async () => {
  expect(await applied()).toEqual({ facts: [], unread: null })
})
