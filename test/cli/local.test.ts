/** This machine among the hosts: read as any other, and taken back as it was changed. */
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { reportError } from '../../src/cli/errors.ts'
import { assembleRollback } from '../../src/cli/run/rollback-plan.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { makeFiles } from '../inventory/files.ts'
import { testIo } from './test-io.ts'

const files = { 'hosts.yml': 'all: { hosts: { web: , me: { ansible_connection: local } } }\n' }

test.each(['me', 'localhost'])('%s is read without SSH', async (name) => {
  const { io, out, err } = testIo({ cwd: makeFiles(files), env: { PATH: process.env['PATH'] } })
  expect(await dispatch(['status', '-i', 'hosts.yml', name, '--output', 'json'], io), err()).toBe(0)
  expect(JSON.parse(out())).toMatchObject({ hosts: [{ name, address: hostname(), error: null }] })
})

async function rollback(address: string) {
  const inventory = await loadInventory(['hosts.yml'], makeFiles(files))
  const segments = [{ at: '2026-01-02T03:04:05.000Z', changes: [] }]
  const record = { schemaVersion: 1, runId: 'r', host: 'localhost', address, become: null, segments } as const
  return assembleRollback('r', [{ ...record, segments }], {
    inventory,
    limit: null,
    connection: {},
    taken: new Map(),
    unknown: new Map(),
    instead: () => '',
  })
}

test('a run that changed it is taken back here, and nowhere else', async () => {
  const { plays } = await rollback(hostname())
  expect(plays[0]?.batches).toMatchObject([[{ host: { name: 'localhost' }, connection: { local: true } }]])
  await expect(rollback('elsewhere')).rejects.toMatchObject({ diagnostics: [{ code: 'other-address' }] })
})

test('two hosts of a play that are both this machine are refused, since they would undo each other', async () => {
  const text = '- hosts: all\n  connection: local\n  tasks:\n    - mptcp_available:\n'
  const { io, err } = testIo({ cwd: makeFiles({ ...files, 'p.yml': text }) })
  const code = await dispatch(['plan', '-i', 'hosts.yml', 'p.yml'], io).catch((error: unknown) =>
    reportError(error, io),
  )
  expect(code).toBe(1)
  expect(err()).toContain('p.yml:1:10: web, me are all this machine')
})
