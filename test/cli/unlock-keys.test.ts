/** Passphrases of keys: asked once for each key, and hidden from then on. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import ssh2 from 'ssh2'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { unlockKeys } from '../../src/cli/run/unlock-keys.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { createKeyFiles } from '../../src/transport/private-key.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import { keyPair, startServer, targetOf } from '../transport/support.ts'
import type { TestServer } from '../transport/support.ts'
import { writeFileSync } from 'node:fs'
import { testIo } from './test-io.ts'

const dir = mkdtempSync(join(tmpdir(), 'mptcp-fleet-unlock-'))
const PASSPHRASE = 'canary of the key'
let server: TestServer
let locked: string
beforeAll(async () => {
  server = await startServer()
  locked = join(dir, 'locked')
  writeFileSync(locked, lock(server.keyFile, PASSPHRASE), { mode: 0o600 })
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  await server.close()
  rmSync(dir, { recursive: true })
})

/** The same key under a passphrase, as ssh-keygen encrypts it. */
function lock(file: string, passphrase: string): string {
  const copy = join(dir, 'copy')
  execFileSync('cp', [file, copy])
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', copy], { stdio: 'ignore' })
  return execFileSync('cat', [copy], { encoding: 'utf8' })
}

/** A terminal on which these lines are typed, one for each question. */
function terminal(...answers: string[]): ReturnType<typeof testIo> {
  const written = { err: '' }
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin })
  const stderr = {
    isTTY: true,
    write: (text: string): void => {
      written.err += text
      if (text.startsWith('Passphrase')) setImmediate(() => stdin.write(`${answers.shift() ?? ''}\r`))
    },
  }
  const made = testIo({ stdin: stdin as unknown as Io['stdin'], stderr: stderr as unknown as Io['stderr'] })
  return { ...made, err: () => written.err }
}

const hosts = (count: number) =>
  Array.from({ length: count }, (_, i) => targetOf({ port: server.port, privateKeyFile: locked }, `h${i}`))

it('asks once, derives the key once for twenty hosts, and keeps the passphrase to itself', async () => {
  const parse = vi.spyOn(ssh2.utils, 'parseKey')
  const { io, err } = terminal(PASSPHRASE)
  const keyFiles = createKeyFiles()
  await unlockKeys(hosts(20), keyFiles, io)
  expect(err()).toBe(`Passphrase of the key ${locked}: \n`)
  expect(io.secrets.text(`it is ${PASSPHRASE}`)).toBe('it is [secret]')
  const transport = createSshTransport({ env: {}, keyFiles })
  const { signal } = new AbortController()
  await Promise.all(hosts(20).map((target) => transport.connect(target, signal)))
  await transport.close()
  expect(server.connections()).toBe(20)
  expect(parse.mock.calls.filter(([, passphrase]) => passphrase !== undefined)).toHaveLength(1)
})

it('asks again after a wrong answer, and gives up after three', async () => {
  const keyFiles = createKeyFiles()
  const second = terminal('nonsense', PASSPHRASE)
  await unlockKeys(hosts(1), keyFiles, second.io)
  expect((await keyFiles.read(locked)).kind).toBe('usable')
  expect(second.err()).toContain('That is not its passphrase.')
  const never = unlockKeys(hosts(1), createKeyFiles(), terminal('one', 'two', 'three').io)
  const error = await never.catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(DiagnosticsError)
  expect((error as DiagnosticsError).diagnostics[0]).toMatchObject({ code: 'key-passphrase' })
})

it('goes without a key at an empty answer, and asks for those of jump hosts as well', async () => {
  const other = join(dir, 'other')
  writeFileSync(other, keyPair('ed25519', 'x').private)
  const jump = targetOf({ ssh: { identityFiles: [other] } }).connection
  const keyFiles = createKeyFiles()
  const { io, err } = terminal('', 'x')
  await unlockKeys([targetOf({ privateKeyFile: locked, jumps: [jump] })], keyFiles, io)
  expect(err().match(/Passphrase of the key \S+:/g)).toEqual([
    `Passphrase of the key ${locked}:`,
    `Passphrase of the key ${other}:`,
  ])
  expect((await keyFiles.read(locked)).kind).toBe('encrypted')
  expect((await keyFiles.read(other)).kind).toBe('usable')
})

it('asks nobody where there is no terminal', async () => {
  const { io, err } = testIo()
  await unlockKeys(hosts(1), createKeyFiles(), io)
  expect(err()).toBe('')
})
