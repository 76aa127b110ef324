/** Runs `ssh-keygen -Y`, which makes and checks signatures. */
import { spawn } from 'node:child_process'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { childEnv } from '../../text/child-env.ts'
import type { Io } from '../io.ts'

export interface Answer {
  code: number | null
  stdout: string
  stderr: string
}

/** `stdin` null: the terminal, for a key's passphrase. Throws DiagnosticsError where it is not installed. */
export async function sshKeygen(args: readonly string[], stdin: string | Buffer | null, io: Io): Promise<Answer> {
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
    // No verdict on what was to be checked.
    const hint = "it comes with OpenSSH's client"
    throw new DiagnosticsError([errorDiagnostic('ssh-keygen', 'ssh-keygen is not installed', { hint })])
  }
}

/** `detail`: what ssh-keygen said. */
export function signatureError(summary: string, detail: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([
    errorDiagnostic('signature', summary, { detail: detail.replaceAll('\r', '').trim().slice(0, 2000), hint }),
  ])
}
