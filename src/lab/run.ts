// Runs programs of this machine: argument vectors only, never a shell line.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter } from 'node:path'
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
  /** Variables beside those of this process. */
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
  /** Milliseconds after which the program is killed; default: no limit. */
  timeoutMs?: number
}

/** Where ip, tc and chroot lie; a PATH that came through `su` or from a user's shell may lack them. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** The folders in which this machine's programs are looked for: PATH's, then those for the system's programs. */
export function programFolders(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, ...SYSTEM_FOLDERS.filter((folder) => !folders.includes(folder))]
}

/** The environment of this machine's programs: this process's, with every folder that programs lie in. */
export function programEnv(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: programFolders().join(delimiter) }
}

/** Runs a program to its end. Rejects only where it cannot be started, or with the signal's reason after an abort. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  for (;;) {
    const { ended, ...result } = await runOnce(argv, options)
    // A terminal's signal that comes between fork and the new session kills the child before it is the program.
    if (ended === null || !TERMINAL_SIGNALS.has(ended)) return result
  }
}

const TERMINAL_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGHUP', 'SIGINT', 'SIGQUIT'])

function runOnce(argv: readonly string[], options: RunOptions): Promise<RunResult & { ended: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      // In a session of its own: a terminal's Ctrl-C is for this process alone, which decides what must still be done.
      detached: true,
      env: { ...programEnv(), ...options.env },
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
        rc: code ?? (signal === null ? 1 : 128 + constants.signals[signal]),
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
        ended: signal,
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
