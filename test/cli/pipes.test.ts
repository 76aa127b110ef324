/** Files that are none: what would keep everybody waiting is refused at once, what a shell hands over is read. */
import type { SpawnSyncReturns } from 'node:child_process'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { reportError } from '../../src/cli/errors.ts'
import { encryptVaultSync } from '../../src/text/vault.ts'
import { Secret } from '../../src/model/secret.ts'
import { makeFiles } from '../inventory/files.ts'
import { testIo } from './test-io.ts'

const PLAYBOOK = '- hosts: all\n  tasks:\n    - mptcp_available:\n'

async function call(cwd: string, argv: readonly string[]): Promise<{ code: number; err: string }> {
  const { io, err } = testIo({ cwd })
  const code = await dispatch(argv, io).catch((error: unknown) => reportError(error, io))
  return { code, err: err().replaceAll(/\s+/g, ' ') }
}

const PIPE = 'this is a named pipe, not a file'
const DEVICE = 'this is a device, not a file'
const LONG = 'this is longer than any file of its kind'

test.each([
  ['plan -i hosts p.yml --ssh-config fifo', 'this configuration of ssh cannot be read'],
  ['plan -i hosts fifo', `fifo:1:1: ${PIPE}`],
  ['apply -i hosts fifo', `fifo:1:1: ${PIPE}`],
  ['plan -i hosts /dev/tty', `/dev/tty:1:1: ${DEVICE}`],
  ['plan -i hosts /dev/zero', `/dev/zero:1:1: ${LONG}`],
  ['plan -i /dev/tty p.yml', `/dev/tty:1:1: ${DEVICE}`],
  ['plan -i hosts p.yml --vault-password-file fifo', `--vault-password-file fifo: ${PIPE}`],
  ['plan -i hosts p.yml --vault-id a@/dev/tty', `--vault-id /dev/tty: ${DEVICE}`],
  ['plan -i hosts p.yml --vault-password-file /dev/zero', `--vault-password-file /dev/zero: ${LONG}`],
  ['plan -i hosts p.yml --become-password-file fifo', `--become-password-file fifo: ${PIPE}`],
  ['audit -i hosts --waivers fifo', `fifo:1:1: ${PIPE}`],
  ['plan -i hosts script.yml', `script.cmd: fifo: ${PIPE}`],
])('%s', async (line, said) => {
  const script = '- hosts: all\n  tasks:\n    - script: fifo\n'
  const cwd = makeFiles({ hosts: 'web\n', 'p.yml': PLAYBOOK, 'script.yml': script })
  execFileSync('mkfifo', [join(cwd, 'fifo')])
  expect(await call(cwd, line.split(' '))).toMatchObject({ code: 1, err: expect.stringContaining(said) as string })
})

test('ansible.cfg', async () => {
  const cwd = makeFiles({ hosts: 'web\n', 'p.yml': PLAYBOOK })
  execFileSync('mkfifo', [join(cwd, 'ansible.cfg')])
  expect((await call(cwd, ['plan', '-i', 'hosts', 'p.yml'])).err).toContain(`ansible.cfg:1:1: ${PIPE}`)
})

test('inventory, playbook and vault password come by <(…) as well', () => {
  const sealed = encryptVaultSync(Buffer.from('all: { hosts: { web: } }\n'), {
    id: 'default',
    password: new Secret('pw'),
  })
  const cwd = makeFiles({ 'hosts.yml': sealed, 'p.yml': PLAYBOOK })
  const line = 'plan -i hosts.yml -i <(echo db) <(cat p.yml) --vault-password-file <(echo pw) --list-hosts'
  const ran = inBash(cwd, line)
  expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/web[^]*db/) as string })
})

test('a plan keeps the text of its playbook, which a pipe has once', () => {
  const cwd = makeFiles({ hosts: 'web\n', 'p.yml': PLAYBOOK })
  const ran = inBash(cwd, 'plan -i hosts <(cat p.yml) --out x.plan')
  expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining('which is no file') as string })
  expect(existsSync(join(cwd, 'x.plan'))).toBe(false)
})

/** The program with words that bash makes into arguments. */
function inBash(cwd: string, words: string): SpawnSyncReturns<string> {
  const main = join(import.meta.dirname, '../../src/main.ts')
  const tsx = join(import.meta.dirname, '../../node_modules/.bin/tsx')
  return spawnSync('bash', ['-c', `"$0" "$1" ${words}`, tsx, main], { cwd, encoding: 'utf8', timeout: 60_000 })
}
