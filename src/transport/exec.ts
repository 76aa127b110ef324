/** One exec over one channel: login dialogue, script, output, and the ways it can end. */
import type { Become, Target } from '../model/host.ts'
import { onAbort } from './abort.ts'
import { becomePasswordKeptBack, becomePasswordMissing, becomePasswordWrong, passwordLine } from './become-errors.ts'
import type { ExecChannel } from './carrier.ts'
import type { Markers } from './command-line.ts'
import { scriptEnd } from './exec-end.ts'
import type { ProgramExit } from './exec-end.ts'
import { createLoginGate } from './login-gate.ts'
import { loginError, loginFlood, loginTimeout, timeoutMissing } from './login-errors.ts'
import { connectionGone } from './open-channel.ts'
import { createOutputCollector } from './output.ts'
import { feed, streamScript } from './script.ts'
import type { ExecEnd, ExecRequest, ExecResult } from './types.ts'

export interface ExecContext {
  target: Target
  markers: Markers
  /** Null where the connection's own user runs the script. */
  become: Become | null
  /** Whether sudo may have the password. */
  mayGivePassword: boolean
  loginTimeoutMs: number
  /** Resolves with the reason when the connection is gone. */
  lost: Promise<string>
}

/** ms that the controller waits longer than timeout(1) on the host, whose SIGKILL comes 5 s after its SIGTERM. */
const CONTROLLER_GRACE = 10_000
/** ms of silence after the program's end; one that it left behind can hold its output open for ever. */
const LINGER = 3000

/** Runs the dialogue on a channel that has just been opened. Throws HostError where the script was never sent. */
export function runOnChannel(channel: ExecChannel, request: ExecRequest, context: ExecContext): Promise<ExecResult> {
  const { target, become, markers } = context
  const password = become?.password ?? null
  const gate = createLoginGate(markers)
  const output = createOutputCollector(request.outputCap, request.onLine)
  let noiseLeft = request.outputCap
  let passwordSent = false
  let startedAt: number | null = null
  let exit: ProgramExit | null = null
  let timer: NodeJS.Timeout | undefined
  /** When the login, or the script, must be over. */
  let deadline = 0
  let lostBy: string | null = null
  let over = false
  let resolve!: (result: ExecResult) => void
  let reject!: (error: unknown) => void
  const result = new Promise<ExecResult>((...settle) => ([resolve, reject] = settle))
  const stopListening = onAbort(request.signal, () => guard(finish)('aborted'))

  function arm(ms: number, act: () => void): void {
    clearTimeout(timer)
    timer = setTimeout(guard(act), ms)
  }

  /** Waits for a phase to end. */
  function limit(ms: number, act: () => void): void {
    deadline = performance.now() + ms
    arm(ms, act)
  }

  /** Waits for silence; what a program left behind may print a byte now and then, which no limit of its own ends. */
  function linger(): void {
    if (exit !== null) arm(Math.max(0, Math.min(LINGER, deadline + LINGER - performance.now())), conclude)
  }

  /** Nothing happens any more once the exec is over; an exception is its own failure, not that of ssh2's parser. */
  function guard<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (over) return
      try {
        handler(...args)
      } catch (error) {
        stop()
        reject(error)
      }
    }
  }

  function stop(): void {
    over = true
    clearTimeout(timer)
    stopListening()
    channel.close()
  }

  function finish(end: ExecEnd, rc: number | null = null): void {
    const streams = output.finish()
    stop()
    const reason = end === 'lost' && lostBy !== null ? { reason: lostBy } : {}
    resolve({ end, rc, ...streams, ...reason })
  }

  /** The program has ended, or its channel has. */
  function conclude(): void {
    if (startedAt !== null) {
      const { end, rc } = scriptEnd(exit, performance.now() - startedAt, request.timeoutSeconds)
      return finish(end, rc)
    }
    if (exit === null) throw connectionGone(target, lostBy ?? (gate.noise() || 'the channel was closed'))
    const noise = gate.noise()
    // A line of its own: a shell for git alone repeats the command line, in which the marker stands as well.
    if (noise.split('\n').includes(markers.noTimeout.trim())) throw timeoutMissing(target)
    throw loginError({ target, become: become !== null, passwordSent, noise, rc: exit.rc })
  }

  function onExit(rc: number | null, signal?: string): void {
    exit = { rc, signal: signal ?? null }
    linger()
  }

  function onStdout(chunk: Buffer): void {
    linger()
    const rest = gate.stdout(chunk)
    if (rest === null) return onNoise(chunk)
    if (startedAt === null) startScript()
    if (!output.stdout(rest)) finish('output-cap')
  }

  function onStderr(chunk: Buffer): void {
    linger()
    const { rest, prompts } = gate.stderr(chunk)
    if (startedAt === null) onPrompts(prompts)
    if (rest === null) onNoise(chunk)
    else if (!output.stderr(rest)) finish('output-cap')
  }

  function onNoise(chunk: Buffer): void {
    noiseLeft -= chunk.length
    if (noiseLeft < 0 && startedAt === null) throw loginFlood(target, gate.noise())
    if (noiseLeft < 0) finish('output-cap')
  }

  function onPrompts(count: number): void {
    if (count === 0) return
    if (password === null) throw becomePasswordMissing(target)
    if (!context.mayGivePassword) throw becomePasswordKeptBack(target)
    if (count > 1) throw becomePasswordWrong(target)
    if (!passwordSent) channel.write(passwordLine(password, target))
    passwordSent = true
  }

  function startScript(): void {
    startedAt = performance.now()
    limit(request.timeoutSeconds * 1000 + CONTROLLER_GRACE, () => finish('timed-out'))
    const ended = result.catch(() => {})
    void streamScript(channel, request.script, ended)
      .then(async () => request.stdin && (await feed(channel, request.stdin, ended)))
      .then(() => channel.end())
      .catch(guard(rethrow))
  }

  channel.on('error', () => {})
  channel.on('data', guard(onStdout))
  channel.stderr.on('data', guard(onStderr))
  channel.on('exit', guard(onExit))
  // A turn of the loop later both streams have delivered what had arrived.
  channel.on('close', () => setImmediate(guard(conclude)))
  void context.lost.then((reason) => {
    lostBy = reason
    setImmediate(guard(conclude))
  })
  limit(context.loginTimeoutMs, () => {
    throw loginTimeout(target, context.loginTimeoutMs / 1000, gate.noise())
  })
  return result
}

function rethrow(error: unknown): never {
  throw error
}
