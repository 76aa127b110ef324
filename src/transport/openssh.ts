/**
 * Connections by OpenSSH's own client (`transport: openssh`), for what ours lacks: certificates, security keys, GSSAPI,
 * ProxyCommand. Each connection is one process of ssh, with a control socket of its own over which execs are run.
 */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostError } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import { childEnv } from '../text/child-env.ts'
import { tail } from '../text/tail.ts'
import { onAbort } from './abort.ts'
import type { Carrier } from './carrier.ts'
import { stalledFailure } from './connect-errors.ts'
import { AttemptFailed, connectAborted } from './handshake.ts'
import { channelOf } from './openssh-channel.ts'
import { execCommand, KEEPER, masterCommand } from './openssh-command.ts'
import { checkOpenssh, opensshDoubt, opensshFailure } from './openssh-errors.ts'

export interface OpensshOptions {
  env: Readonly<Record<string, string | undefined>>
  /** What the client must not find in its environment. */
  isSecret: (text: string) => boolean
  /** For the TCP connection and the handshake; unset: as the connection's arguments say, else 10 s. */
  connectTimeoutMs: number | undefined
}

export interface OpensshClient {
  /** One attempt; throws AttemptFailed, and HostError for what cannot be asked of ssh. */
  connect: (target: Target, signal: AbortSignal) => Promise<Carrier>
  /** Removes the sockets' folder; connections are closed before. */
  close: () => void
}

/** ms. ssh bounds its handshake itself; a login that hangs is what this is for. */
const LOGIN_TIMEOUT = 120_000
/** ms after an ssh has ended, for what it said to arrive; a program of its own may hold its output open. */
const LAST_WORDS = 1000
/** Bytes that a socket's path may have, less what ssh appends while it makes one. Source: unix(7), mux.c. */
const LONGEST_PATH = 108 - 18

export function createOpensshClient({ env, isSecret, connectTimeoutMs }: OpensshOptions): OpensshClient {
  let folder: string | null = null
  let sockets = 0
  const start = (argv: readonly string[]): ChildProcessWithoutNullStreams =>
    // A session of its own: Ctrl-C is ours, and nothing of it asks on the terminal.
    spawn(argv[0]!, argv.slice(1), { env: childEnv(env, isSecret), stdio: 'pipe', detached: true })

  const connect = async (target: Target, signal: AbortSignal): Promise<Carrier> => {
    const { connection } = target
    checkOpenssh(connection)
    if (signal.aborted) throw connectAborted(connection)
    folder ??= makeFolder(env)
    const socket = join(folder, String(++sockets))
    const ready = randomBytes(16).toString('hex')
    const timeoutSeconds = connectTimeoutMs === undefined ? null : Math.ceil(connectTimeoutMs / 1000)
    const command = masterCommand(connection.openssh!, { socket, ready, timeoutSeconds })
    const master = watch(start(['/bin/sh', '-c', KEEPER, 'sh', ...command]), ready)
    const called = { off: false, late: false }
    const stop = (why: 'off' | 'late') => (): void => {
      called[why] = true
      master.end()
    }
    const stopListening = onAbort(signal, stop('off'))
    const timer = setTimeout(stop('late'), LOGIN_TIMEOUT)
    const isReady = await Promise.race([master.ready, master.ended.then(() => false)])
    clearTimeout(timer)
    stopListening()
    // A turn of the loop later its stderr has delivered what was said before.
    await new Promise(setImmediate)
    const doubt = isReady ? opensshDoubt(connection, master.said()) : null
    const isRevoked = doubt?.data.code === 'host-key-revoked'
    if (isReady && !called.off && !isRevoked) return carrierOf(master, socket, doubt)
    master.end()
    await master.ended
    if (isRevoked) throw new AttemptFailed({ error: doubt, transient: false })
    if (called.off) throw new AttemptFailed({ error: connectAborted(connection), transient: false })
    if (called.late) throw new AttemptFailed(stalledFailure(connection, 'login', LOGIN_TIMEOUT / 1000))
    throw new AttemptFailed(opensshFailure(connection, master.rc(), master.said()))
  }

  const carrierOf = (master: Master, socket: string, doubt: HostError | null): Carrier => {
    const bytes = { sent: 0, received: 0 }
    const count = (direction: keyof typeof bytes, length: number): void => {
      bytes[direction] += length
    }
    return {
      lost: master.ended.then(() => tail(master.said().trim(), 500) || 'the connection was closed'),
      tellsEnd: true,
      warnings: doubt === null ? [] : [doubt.data],
      // Also where it is a jump host's: ssh does not always say whose it is.
      mayGivePassword: doubt === null,
      run: async (line, markers, { signal }, use) => {
        if (signal.aborted) return null
        return use(channelOf(start(execCommand(socket, line)), markers, count))
      },
      // What scripts read and print; how much the client makes of it nobody sees.
      usage: () => ({ bytesSent: bytes.sent, bytesReceived: bytes.received }),
      close: async () => {
        master.end()
        await master.ended
      },
    }
  }

  return {
    connect,
    close: () => {
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
      folder = null
    },
  }
}

/** The process that holds a connection. */
interface Master {
  ready: Promise<true>
  ended: Promise<void>
  rc: () => number | null
  /** Without the carriage returns that end lines of ssh, as for a terminal in raw mode. */
  said: () => string
  /** Lets it go. */
  end: () => void
}

/** Bytes of what ssh says that are kept. */
const KEPT = 16 * 1024

function watch(child: ChildProcessWithoutNullStreams, readyLine: string): Master {
  let said = ''
  let printed = ''
  let rc: number | null = null
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT)
  })
  child.stdin.on('error', () => {})
  const ready = new Promise<true>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-KEPT)
      if (printed.includes(readyLine)) resolve(true)
    })
  })
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      said += error.message
      resolve()
    })
    child.on('exit', (status) => {
      rc = status
      child.stdin.destroy()
      void Promise.race([once(child, 'close'), new Promise((done) => setTimeout(done, LAST_WORDS))]).then(() => {
        child.stdout.destroy()
        child.stderr.destroy()
        resolve()
      })
    })
  })
  return { ready, ended, rc: () => rc, said: () => said.replaceAll(/\r+\n/g, '\n'), end: () => child.stdin.destroy() }
}

/** A folder of mode 0700 with a short path. */
function makeFolder(env: OpensshOptions['env']): string {
  const places = [env['XDG_RUNTIME_DIR'] ?? '', tmpdir()]
  const place = places.find((path) => path.startsWith('/') && isShort(path) && isWritable(path)) ?? '/tmp'
  return mkdtempSync(join(place, 'mptcp-fleet-'))
}

/** With room for the folder and a number. */
function isShort(path: string): boolean {
  return Buffer.byteLength(join(path, 'mptcp-fleet-XXXXXX', '1234567')) <= LONGEST_PATH
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
