/** Vault passwords from flags, environment and ansible.cfg: the same ones, in the same order, as ansible-core takes. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { vaultFlags } from '../../src/cli/flags.ts'
import type { Io } from '../../src/cli/io.ts'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { recordOpener, recordSealer } from '../../src/cli/run/vault.ts'
import { vaultOf, vaultPasswords } from '../../src/cli/run/vault-passwords.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { Secret } from '../../src/model/secret.ts'
import { encryptVaultSync } from '../../src/text/vault.ts'
import { hasAnsible, skipped } from '../inventory/referee.ts'
import { testIo } from './test-io.ts'

const command = { usage: 'x', summary: 'x', flags: vaultFlags, args: { min: 0, max: 0 }, run: async () => 0 }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mptcp-fleet-vault-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string, mode = 0o600): void {
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), mode)
}

interface Got {
  passwords: string[]
  io: Io
  err: string
}

async function flagsOf(argv: string[]) {
  const parsed = await parseCommandLine('x', command, argv)
  if (parsed.kind === 'help') throw new Error('no flags')
  return parsed.invocation.flags as Parameters<typeof vaultPasswords>[0]
}

async function got(argv: string[], env: Record<string, string> = {}, cwd = folder): Promise<Got> {
  const { io, err } = testIo({ cwd, env: { HOME: cwd, ...env } })
  const passwords = await vaultPasswords(await flagsOf(argv), io)
  return { passwords: passwords.map(({ id, password }) => `${id}=${password.reveal()}`), io, err: err() }
}

const refusal = async (argv: string[], env: Record<string, string> = {}): Promise<string> =>
  got(argv, env).then(
    () => expect.fail('should have been refused'),
    (error: Error) => (error instanceof DiagnosticsError ? error.diagnostics[0]!.summary : error.message),
  )

describe.runIf(hasAnsible)(`as Ansible takes them${skipped}`, () => {
  const cases: [name: string, argv: string[], env?: Record<string, string>, config?: string][] = [
    ['a file, blanks around its text left out', ['--vault-password-file', 'blank']],
    ['several lines', ['--vault-password-file', 'lines']],
    ['several files', ['--vault-password-file', 'one', '--vault-password-file', 'blank']],
    ['a program, which gets no arguments', ['--vault-password-file', 'script.sh']],
    ['a client program, which gets the id', ['--vault-password-file', 'my-client']],
    ['a client program with an ending', ['--vault-id', 'prod@my-client.sh']],
    ['a client program without an id', ['--vault-id', 'my-client.sh']],
    ['ids before files', ['--vault-password-file', 'one', '--vault-id', 'dev@blank', '--vault-id', 'one']],
    ['the environment after flags', ['--vault-password-file', 'one'], { ANSIBLE_VAULT_PASSWORD_FILE: 'blank' }],
    ['the list before flags', ['--vault-id', 'x@one'], { ANSIBLE_VAULT_IDENTITY_LIST: 'a@blank, b@my-client' }],
    ['ansible.cfg', [], {}, '[defaults]\nvault_password_file = one\nvault_identity_list = p@blank , q@my-client\n'],
    ['one that is not there, beside one that is', ['--vault-id', 'a@nowhere', '--vault-id', 'b@one']],
    ['one that fails, beside one that does not', ['--vault-id', 'a@fails', '--vault-id', 'b@one']],
    ['a file that an earlier password opens', ['--vault-password-file', 'one', '--vault-id', 'z@sealed']],
    ['the home directory', ['--vault-id', 'h@~/one']],
    ['two of one id', ['--vault-id', 'a@one', '--vault-id', 'a@blank']],
    ['each for its own id alone', ['--vault-id', 'b@blank', '--vault-id', 'a@one'], { ANSIBLE_VAULT_ID_MATCH: 'yes' }],
    ['one without an id, for its own id alone', ['--vault-password-file', 'one'], { ANSIBLE_VAULT_ID_MATCH: 'true' }],
    ['one of an id that nothing has', ['--vault-id', 'c@one'], {}, '[defaults]\nvault_id_match = True\n'],
    ['two of one id, for it alone', ['--vault-id', 'a@blank', '--vault-id', 'a@one'], { ANSIBLE_VAULT_ID_MATCH: '1' }],
    [
      'a file that an earlier password of another id would open',
      ['--vault-password-file', 'one', '--vault-id', 'z@sealed'],
      { ANSIBLE_VAULT_ID_MATCH: 'yes' },
    ],
  ]

  let folders: string[] = []
  afterAll(() => {
    for (const each of folders) rmSync(each, { recursive: true })
  })
  let theirs: unknown[] = []
  beforeAll(() => {
    folders = cases.map(() => mkdtempSync(join(tmpdir(), 'mptcp-fleet-vault-')))
    const asked = cases.map(([, argv, env = {}, config = ''], i) => {
      folder = folders[i]!
      writeSources(config)
      return { cwd: folder, argv, env: { PATH: '/usr/bin:/bin', HOME: folder, LC_ALL: 'C.UTF-8', ...env } }
    })
    const script = join(import.meta.dirname, 'vault-sources.py')
    const done = spawnSync('/usr/bin/python3', [script], { input: JSON.stringify(asked), encoding: 'utf8' })
    theirs = done.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(theirs, done.stderr).toHaveLength(cases.length)
    // One process for each case.
  }, 60_000)

  it.each(cases.map((each, i) => [each[0], i] as const))('%s', async (_, i) => {
    const [, argv, env] = cases[i]!
    const cwd = folders[i]!
    const { passwords, io } = await got(argv, env, cwd)
    const vault = await vaultOf(await flagsOf(argv), io)
    const opened: string[] = []
    for (const name of VAULTS)
      await vault.openFile(readFileSync(join(cwd, name), 'utf8'), name).then(
        () => opened.push(name),
        () => {},
      )
    expect({ passwords, opened }).toEqual(theirs[i])
  })
})

/** By the id that they are encrypted with; all under one password. */
const VAULTS = ['v-a', 'v-b', 'v-default']

function writeSources(config: string): void {
  write('one', 'tiger one\n')
  write('blank', ' \t tiger blank \r\n\n')
  write('lines', 'tiger\nof lines\n')
  for (const name of ['script.sh', 'my-client', 'my-client.sh']) write(name, '#!/bin/sh\necho "args:$*"\n', 0o700)
  write('fails', '#!/bin/sh\necho tiger; exit 2\n', 0o700)
  write('sealed', encryptVaultSync(Buffer.from('tiger inside\n'), { id: 'x', password: new Secret('tiger one') }))
  for (const name of VAULTS)
    write(name, encryptVaultSync(Buffer.from('x'), { id: name.slice(2), password: new Secret('tiger one') }))
  if (config !== '') write('ansible.cfg', config)
}

describe('a vault password', () => {
  it('is known to the redactor, and asked for once in a process', async () => {
    write('count', `#!/bin/sh\necho x >>${folder}/calls\necho tiger-word\n`, 0o700)
    const { io } = testIo({ cwd: folder, env: { HOME: folder } })
    const flags = await flagsOf(['--vault-password-file', 'count'])
    await vaultPasswords(flags, io)
    await recordSealer(flags, io)
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('x\n')
    expect(io.secrets.text('a tiger-word')).toBe('a [secret]')
  })

  it('that cannot be had is a warning beside others, which says what the program said', async () => {
    write('one', 'tiger one\n')
    write('x-client', '#!/bin/sh\necho "no such id: $2" >&2; exit 2\n', 0o700)
    const { passwords, err } = await got(['--vault-id', 'a@x-client', '--vault-id', 'b@one'])
    expect(passwords).toEqual(['b=tiger one'])
    expect(err).toContain('warning: --vault-id x-client: it ended with 2: no such id: a')
  })

  it('is refused where none can be had', async () => {
    write('empty', '\n')
    write('bytes', 'x')
    writeFileSync(join(folder, 'bytes'), Buffer.from([0xff, 0xfe]))
    expect(await refusal(['--vault-id', 'a@nowhere'])).toBe('--vault-id nowhere: there is no such file')
    expect(await refusal(['--vault-id', 'a@empty'])).toBe('--vault-id empty: it holds no password')
    expect(await refusal(['--vault-id', 'a@bytes'])).toBe('--vault-id bytes: it is not UTF-8 text')
    expect(await refusal(['--vault-id', 'a;b@empty'])).toContain('a vault id has no ";"')
    expect(await refusal([], { ANSIBLE_VAULT_PASSWORD_FILE: '/no/file' })).toContain('vault_password_file /no/file')
  })

  it('is asked for on a terminal alone, and either asked for or read', async () => {
    for (const argv of [['--ask-vault-pass'], ['-J'], ['--vault-id', 'prod@prompt']]) {
      expect(await refusal(argv)).toContain('there is no terminal to ask on')
    }
    expect(await refusal([], { ANSIBLE_ASK_VAULT_PASS: 'yes' })).toContain('there is no terminal to ask on')
    expect(await refusal(['-J', '--vault-password-file', 'x'])).toContain('do not go together')
  })
})

describe('undo records', () => {
  it('are encrypted under the first password, and opened by whichever fits', async () => {
    write('one', 'tiger one')
    write('two', 'tiger two')
    const { io } = testIo({ cwd: folder, env: { HOME: folder } })
    const seal = await recordSealer(await flagsOf(['--vault-id', 'prod@one', '--vault-id', 'dev@two']), io)
    const sealed = seal!('a record')
    expect(sealed).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
    const open = await recordOpener(await flagsOf(['--vault-id', 'x@two', '--vault-id', 'y@one']), ioOf())
    expect(await open(sealed)).toBe('a record')
    expect(await open('plain')).toBe('plain')
    const other = await recordOpener(await flagsOf(['--vault-id', 'x@two']), ioOf())
    await expect(other(sealed)).rejects.toThrow(/vault ids: x\) opens it/)
    write('ansible.cfg', '[defaults]\nvault_id_match = yes\n')
    const strict = await recordOpener(await flagsOf(['--vault-id', 'y@one']), ioOf())
    await expect(strict(sealed)).rejects.toThrow(/vault_id_match has only those of its own id tried/)
  })

  it('vault_id_match = no is no, which Ansible takes for yes', async () => {
    write('one', 'tiger one')
    const { io } = testIo({ cwd: folder, env: { HOME: folder, ANSIBLE_VAULT_ID_MATCH: 'no' } })
    const vault = await vaultOf(await flagsOf(['--vault-id', 'x@one']), io)
    const text = encryptVaultSync(Buffer.from('panther'), { id: 'y', password: new Secret('tiger one') })
    expect((await vault.openFile(text, 'f')).toString()).toBe('panther')
  })
})

function ioOf(): Io {
  return testIo({ cwd: folder, env: { HOME: folder } }).io
}

it('what is opened becomes known to the redactor, what is not does not', async () => {
  write('pw', 'tiger one')
  const io = ioOf()
  const vault = await vaultOf(await flagsOf(['--vault-password-file', 'pw']), io)
  const password = { id: 'default', password: new Secret('tiger one') }
  const text = encryptVaultSync(Buffer.from('panther'), password)
  const secret = vault.value(text, { file: 'f', line: 1, column: 1 })
  expect(io.secrets.occursIn('a panther')).toBe(false)
  expect(secret.reveal()).toBe('panther')
  expect(io.secrets.text('a panther')).toBe('a [secret]')
})
