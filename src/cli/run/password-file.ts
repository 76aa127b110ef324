/** Passwords from files and programs: `--connection-password-file`, `--become-password-file`, `--vault-password-file`. */
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { programEnd } from '../../inventory/program-end.ts'
import { readBounded } from '../../inventory/read.ts'
import type { Source } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { Secret } from '../../model/secret.ts'
import { childEnv } from '../../text/child-env.ts'
import { unreadableFile } from '../../text/file.ts'
import { tail } from '../../text/tail.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

/** Bytes; far above any password. */
const MOST = 64 * 1024

/**
 * The password in a file or, where the file is executable, on the stdout of that program; one line end at its end does not
 * belong to it. `origin` is the flag or variable that names the file. Throws DiagnosticsError where there is none.
 */
export async function readPasswordFile(file: string, origin: string, io: Io): Promise<Secret> {
  const refuse = refusalOf(file, origin)
  const { bytes } = await readSource(file, { origin, program: { args: [], stderr: 'pipe' } }, io)
  const text = bytes.toString('utf8').replace(/\r?\n$/, '')
  if (text === '') throw refuse('it holds no password')
  if (/[\r\n\0]/.test(text)) throw refuse('it holds more than one line', 'a password is one line')
  const password = new Secret(text)
  io.secrets.add(password, origin)
  return password
}

/** How a program is run that prints a password. */
interface Program {
  args: string[]
  /** `inherit` lets it ask on the terminal; `pipe` shows what it said where it fails. */
  stderr: 'pipe' | 'inherit'
}

/** The bytes of the file, or of what the program prints. Throws DiagnosticsError. */
export async function readSource(
  file: string,
  { origin, place = null, program }: { origin: string; place?: Source | null; program: Program },
  io: Io,
): Promise<{ bytes: Buffer; isProgram: boolean }> {
  if (file === '-') throw usageError(`${origin} -: not read from stdin`, 'name a file, or a program that prints it')
  const home = io.env['HOME'] ?? homedir()
  const path = file.startsWith('~/') ? join(home, file.slice(2)) : resolve(io.cwd, file)
  const refuse = refusalOf(file, origin, place)
  try {
    const status = statSync(path)
    if (status.isDirectory()) throw refuse('this is a folder', 'name a file')
    const isProgram = isExecutable(path)
    return { bytes: isProgram ? await outputOf(path, program, io, refuse) : readBounded(path, MOST), isProgram }
  } catch (error) {
    if (error instanceof DiagnosticsError) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw refuse('there is no such file')
    const { summary, hint } = unreadableFile(error, file)
    if (['EPIPE', 'ENOTTY', 'EFBIG'].includes(code)) throw refuse(summary, hint)
    throw refuse(`it cannot be read: ${(error as Error).message}`)
  }
}

/** Makes what is thrown where it gives no password. */
export function refusalOf(
  file: string,
  origin: string,
  source: Source | null = null,
): (reason: string, hint?: string) => DiagnosticsError {
  return (reason, hint = '') =>
    new DiagnosticsError([errorDiagnostic('password-file', `${origin} ${file}: ${reason}`, { hint, source })])
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs it on this terminal, without the passwords of our environment. */
async function outputOf(
  path: string,
  { args, stderr }: Program,
  io: Io,
  refuse: (reason: string, hint?: string) => DiagnosticsError,
): Promise<Buffer> {
  const env = childEnv(io.env, (value) => io.secrets.occursIn(value))
  const child = spawn(path, args, { cwd: io.cwd, env, stdio: ['inherit', 'pipe', stderr] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => {
    out.push(chunk)
    if (Buffer.concat(out).length > MOST) child.stdout?.destroy()
  })
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
  const ended = await programEnd(child)
  if (ended === null) return Buffer.concat(out)
  const said = tail(Buffer.concat(err).toString('utf8').trim(), 500)
  throw refuse(said === '' ? ended : `${ended}: ${said}`, 'if it is no program, make it not executable: chmod -x')
}
