// Runs programs of this machine: argument vectors only, never a shell line.
import { spawn } from 'node:child_process'
import { labError } from './fail.ts'

/** How a program ended. `rc` is 128 plus the signal's number where a signal ended it. */
export interface RunResult {
  rc: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** Text for stdin; default: stdin is /dev/null. */
  input?: string
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
  /** Milliseconds after which the program is killed; default: no limit. */
  timeoutMs?: number
}

const KILLED = 137

/** Runs a program to its end. Rejects only where it cannot be started, or with the signal's reason after an abort. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.env && { env: options.env }),
      ...(options.timeoutMs !== undefined && { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const abort = (): void => void child.kill('SIGKILL')
    if (options.signal?.aborted === true) abort()
    options.signal?.addEventListener('abort', abort, { once: true })
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    // A program that ends without reading its input is judged by its exit status, not by the broken pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.on('error', reject)
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', abort)
      if (options.signal?.aborted === true) return reject(options.signal.reason as Error)
      resolve({
        rc: code ?? (signal === null ? 1 : KILLED),
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      })
    })
  })
}

/** Runs a program that must succeed and returns its stdout. Throws a diagnostic with what it printed where it fails. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { rc, stdout, stderr } = await run(argv, options)
  if (rc === 0) return stdout
  const detail = [options.input ?? '', stderr || stdout].join('\n').trim()
  throw labError('lab-command-failed', `${argv.join(' ')} ended with ${rc}`, {
    detail,
    hint: 'run "mptcp-fleet lab down" and try again; the output above says what the program missed',
  })
}

/** Resolves after this many milliseconds; rejects at once where the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error)
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal!.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}
