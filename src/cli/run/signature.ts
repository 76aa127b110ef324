/** Detached signatures by OpenSSH's keys: `FILE.sig`, made and checked by `ssh-keygen -Y`. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { childEnv } from '../../text/child-env.ts'
import type { Io } from '../io.ts'

/** What the signatures are for, so that none made for something else counts. */
const NAMESPACE = 'mptcp-fleet'

/**
 * The signature of a text that is to become `file`. An encrypted key asks on the terminal, or is taken from the agent. Throws
 * DiagnosticsError.
 */
export async function signatureOf(text: string, file: string, key: string, io: Io): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mptcp-fleet-'))
  try {
    // From a file: with stdin taken, ssh-keygen would not ask for the key's passphrase.
    const path = join(folder, 'plan')
    writeFileSync(path, text, { mode: 0o600 })
    const { code, stderr } = await sshKeygen(['sign', '-f', resolve(io.cwd, key), '-n', NAMESPACE, path], null, io)
    if (code === 0) return readFileSync(`${path}.sig`, 'utf8')
    const hint = 'name a private key, or a .pub whose key the agent has; nothing was written'
    throw refused(`${file} cannot be signed with ${key}`, stderr, hint)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Who signed the text, which was read from `file`, by the names of the allowed signers. Throws DiagnosticsError where nobody
 * of them did.
 */
export async function signerOf(text: string, file: string, allowed: string, io: Io): Promise<string> {
  const signers = resolve(io.cwd, allowed)
  const signature = `${resolve(io.cwd, file)}.sig`
  if (!existsSync(signature)) throw refused(`${file} is not signed`, '', `there is no ${file}.sig`)
  const found = await sshKeygen(['find-principals', '-f', signers, '-s', signature], null, io)
  const [name = ''] = found.stdout.split('\n')
  if (found.code !== 0 || name === '') throw refused(`${file} is signed by nobody of ${allowed}`, found.stderr, '')
  const options = ['-f', signers, '-I', name, '-n', NAMESPACE, '-s', signature]
  const checked = await sshKeygen(['verify', ...options], text, io)
  if (checked.code !== 0)
    throw refused(`${file} is not what ${name} signed`, checked.stderr + checked.stdout, 'it was changed since')
  return name
}

async function sshKeygen(
  args: readonly string[],
  stdin: string | null,
  io: Io,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  try {
    const child = spawn('ssh-keygen', ['-Y', ...args], {
      cwd: io.cwd,
      env: childEnv(io.env, (value) => io.secrets.occursIn(value)),
      stdio: [stdin === null ? 'inherit' : 'pipe', 'pipe', 'pipe'],
    })
    child.stdin?.on('error', () => {}).end(stdin)
    const text = { stdout: '', stderr: '' }
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
    const code = await new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail))
    return { code, ...text }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw refused('ssh-keygen is not installed', '', "it comes with OpenSSH's client")
  }
}

function refused(summary: string, detail: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([
    errorDiagnostic('signature', summary, { detail: detail.replaceAll('\r', '').trim().slice(0, 2000), hint }),
  ])
}
