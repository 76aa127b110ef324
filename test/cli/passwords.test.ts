import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connectionFlags } from '../../src/cli/flags.ts'
import type { Io } from '../../src/cli/io.ts'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { passwordsOf } from '../../src/cli/run/passwords.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { testIo } from './test-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mptcp-fleet-password-'))
afterAll(() => rmSync(folder, { recursive: true }))

const command = { usage: 'x', summary: 'x', flags: connectionFlags, args: { min: 0, max: 0 }, run: async () => 0 }

function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

interface Got {
  password: string | undefined
  becomePassword: string | undefined
  io: Io
}

async function got(argv: string[], env: Record<string, string> = {}): Promise<Got> {
  const { io } = testIo({ cwd: folder, env })
  const parsed = await parseCommandLine('x', command, argv)
  if (parsed.kind === 'help') throw new Error('no flags')
  const { password, becomePassword } = await passwordsOf(parsed.invocation.flags, io)
  return { password: password?.reveal(), becomePassword: becomePassword?.reveal(), io }
}

const refusal = async (argv: string[], env: Record<string, string> = {}): Promise<string> =>
  got(argv, env).then(
    () => expect.fail('should have been refused'),
    (error: Error) => (error instanceof DiagnosticsError ? error.diagnostics[0]!.summary : error.message),
  )

describe('a password', () => {
  it('comes from a file, without the line end at its end, and is known from then on', async () => {
    write('ssh', 'tiger one\n')
    write('crlf', ' tiger two \r\n')
    const { password, becomePassword, io } = await got([
      '--connection-password-file',
      'ssh',
      '--become-password-file',
      join(folder, 'crlf'),
    ])
    expect([password, becomePassword]).toEqual(['tiger one', ' tiger two '])
    expect(io.secrets.text('tiger one, tiger two')).toBe('[secret], [secret]')
  })

  it('comes from a program, which finds no password in its environment', async () => {
    const seen = join(folder, 'seen')
    const program = write('program', `#!/bin/sh\nenv >${seen}\necho "tiger of $MARK"\necho noise >&2\n`, 0o700)
    const env = { PATH: process.env['PATH']!, MARK: 'program', ANSIBLE_BECOME_PASS: 'other', COPY: 'tiger-ssh' }
    write('ssh', 'tiger-ssh')
    const found = await got(['--connection-password-file', 'ssh', '--become-password-file', program], env)
    expect(found.becomePassword).toBe('tiger of program')
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(seen, 'utf8')).not.toMatch(/ANSIBLE_BECOME_PASS=|other|tiger-ssh/)
    expect(readFileSync(seen, 'utf8')).toContain('MARK=program')
  })

  it("comes from the environment by Ansible's names, which flags override", async () => {
    write('one', 'from one')
    mkdirSync(join(folder, 'home'), { recursive: true })
    write('home/two', 'from two')
    const env = { HOME: join(folder, 'home'), ANSIBLE_CONNECTION_PASSWORD_FILE: 'one' }
    expect(await got([], env)).toMatchObject({ password: 'from one', becomePassword: undefined })
    const both = { ...env, ANSIBLE_BECOME_PASSWORD_FILE: '~/two', ANSIBLE_BECOME_PASS: 'itself' }
    expect(await got([], both)).toMatchObject({ password: 'from one', becomePassword: 'from two' })
    expect((await got(['--become-password-file', 'one'], both)).becomePassword).toBe('from one')
    const { becomePassword, io } = await got([], { ANSIBLE_BECOME_PASS: 'itself' })
    expect([becomePassword, io.secrets.text('itself')]).toEqual(['itself', '[secret]'])
  })

  it('that is too short to be hidden is warned of by its flag', async () => {
    write('short', 'abc\n')
    const { io } = await got(['--become-password-file', 'short'])
    expect(io.secrets.warnings()[0]?.summary).toMatch(/^--become-password-file: a secret of fewer than 4 /)
  })
})

describe('what is no password', () => {
  it.each([
    ['-', 'not read from stdin'],
    ['absent', 'there is no such file'],
    ['.', 'this is a folder'],
    ['empty', 'it holds no password'],
    ['lines', 'it holds more than one line'],
    ['fails', 'it ended with 3: tells why'],
    ['broken', 'it cannot be run'],
  ])('%s is refused', async (name, reason) => {
    write('empty', '\n')
    write('lines', 'tiger\ntank\n')
    write('fails', '#!/bin/sh\necho tells why >&2; exit 3\n', 0o700)
    write('broken', '#!/no/such/program\n', 0o700)
    const said = await refusal(['--become-password-file', name])
    expect(said).toContain(`--become-password-file ${name}: ${reason}`)
    expect(said).not.toContain('tiger')
  })

  it('is refused by the name of the variable that named it', async () => {
    expect(await refusal([], { ANSIBLE_CONNECTION_PASSWORD_FILE: 'absent' })).toBe(
      'ANSIBLE_CONNECTION_PASSWORD_FILE absent: there is no such file',
    )
  })

  it('cannot be asked for and read at once', async () => {
    write('ssh', 'tiger')
    expect(await refusal(['-k', '--connection-password-file', 'ssh'])).toContain('do not go together')
    expect(await refusal(['-K', '--become-password-file', 'ssh'])).toContain('do not go together')
  })
})
