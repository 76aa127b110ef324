/** Runs a program for what it prints: bounded in time and output, without our secrets in its environment. */
import { spawn } from 'node:child_process'
import { tail } from '../text/tail.ts'
import { programEnd } from './program-end.ts'

export interface ProgramLimits {
  seconds: number
  /** Of stdout. */
  bytes: number
}

/** A cloud of ten thousand hosts fits. */
const LIMITS: ProgramLimits = { seconds: 300, bytes: 256 * 1024 * 1024 }
/** Bytes of stderr that are kept. */
const MOST_WORDS = 64 * 1024

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface ProgramRun {
  stdout: Buffer
  /** The end of what it said on stderr. */
  said: string
  /** Why there is no result to rely on, or null. */
  failed: string | null
}

/** Never throws; `argv` is passed as it is, without a shell. */
export async function runProgram(
  argv: readonly string[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
  limits = LIMITS,
): Promise<ProgramRun> {
  // A group of its own, so that what it started ends with it.
  const child = spawn(argv[0]!, argv.slice(1), { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const out: Buffer[] = []
  const err: Buffer[] = []
  let stopped: string | null = null
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  const stop = (why: string): void => {
    stopped ??= why
    kill()
    child.stdout.destroy()
    child.stderr.destroy()
  }
  const timer = setTimeout(() => stop(`it ran longer than ${limits.seconds} s`), limits.seconds * 1000)
  collect(child.stdout, out, limits.bytes, () => stop(`it printed more than ${limits.bytes} bytes`))
  collect(child.stderr, err, MOST_WORDS, () => undefined)
  const passOn = (signal: NodeJS.Signals): void => {
    kill()
    for (const each of SIGNALS) process.off(each, passOn)
    process.kill(process.pid, signal)
  }
  for (const signal of SIGNALS) process.once(signal, passOn)
  const ended = await programEnd(child)
  clearTimeout(timer)
  for (const signal of SIGNALS) process.off(signal, passOn)
  const said = tail(Buffer.concat(err).toString('utf8').trim(), 500)
  return { stdout: Buffer.concat(out), said, failed: stopped ?? ended }
}

function collect(stream: NodeJS.ReadableStream, into: Buffer[], most: number, overflow: () => void): void {
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= most) into.push(chunk)
    else overflow()
  })
}
