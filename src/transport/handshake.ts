/** One attempt at a connection: TCP, SSH handshake with host key check, authentication. */
import { NodeSSH } from 'node-ssh'
import type { Config } from 'node-ssh'
import type { Client } from 'ssh2'
import { HostError } from '../model/errors.ts'
import type { HostErrorData } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import type { SshSettings } from '../model/ssh-settings.ts'
import { onAbort } from './abort.ts'
import { startAuth } from './auth.ts'
import type { Credentials } from './auth-keys.ts'
import { dialFailure, handshakeFailure, lostFailure, stalledFailure, timeoutFailure } from './connect-errors.ts'
import type { ConnectFailure } from './connect-errors.ts'
import { DialTimeout } from './dial.ts'
import type { HostKeyPolicy } from './host-key.ts'
import { sshByHand, whereOf } from './where.ts'
import type { Wire } from './wire.ts'

/** Each where it is given here, else as OpenSSH's configuration says, else the default. */
export interface HandshakeOptions {
  connectTimeoutMs: number | undefined
  keepaliveIntervalMs: number | undefined
  keepaliveCount: number | undefined
}

/** ms; Ansible's. */
const CONNECT_TIMEOUT = 10_000
/** ms, and lost after that many without an answer. */
const KEEPALIVE_INTERVAL = 15_000
const KEEPALIVE_COUNT = 3
/** ms; PAM delays every refused password by 2 s and more, and directory services are slow. */
const LOGIN_TIMEOUT = 30_000

/** A connection that is ready for channels. */
export interface ReadyConnection {
  client: Client
  wire: Wire
  /** Of host keys that were let pass: those of jump hosts, then its own. */
  warnings: readonly HostErrorData[]
  /** False where its own key is not the known one. */
  mayGivePassword: boolean
}

/** Opens what a connection goes over; rejects with node:net's errors, DialTimeout, HostError, or any error once aborted. */
export type OpenWire = (connection: Connection, timeoutMs: number, signal: AbortSignal) => Promise<Wire>

/** Thrown by one attempt; the caller decides whether to try again. */
export class AttemptFailed extends Error {
  readonly failure: ConnectFailure

  constructor(failure: ConnectFailure) {
    super(failure.error.message)
    this.failure = failure
  }
}

/** The error of a connect that was called off. */
export function connectAborted(connection: Connection): HostError {
  return new HostError('unreachable', 'aborted', `connecting to ${whereOf(connection)} was called off`)
}

/** Opens one connection; throws AttemptFailed. */
export async function attemptConnection(
  connection: Connection,
  open: OpenWire,
  policy: HostKeyPolicy,
  credentials: Credentials,
  options: HandshakeOptions,
  signal: AbortSignal,
): Promise<ReadyConnection> {
  const timeoutMs = options.connectTimeoutMs ?? toMs(connection.ssh.connectTimeout) ?? CONNECT_TIMEOUT
  const wire = await open(connection, timeoutMs, signal).catch((error: Error) => {
    if (signal.aborted) throw new AttemptFailed({ error: connectAborted(connection), transient: false })
    if (error instanceof HostError) throw new AttemptFailed({ error, transient: false })
    if (error instanceof DialTimeout) throw new AttemptFailed(timeoutFailure(connection, error.message))
    throw new AttemptFailed(dialFailure(error, connection))
  })
  return shakeHands(wire, connection, policy, credentials, { ...options, connectTimeoutMs: timeoutMs }, signal)
}

function toMs(seconds: number | null): number | undefined {
  return seconds === null ? undefined : seconds * 1000
}

/** Null is ssh2's own choice. */
function algorithmsOf({ ciphers, macs, kexAlgorithms }: SshSettings, serverHostKey: string[]): object {
  return {
    serverHostKey,
    ...(ciphers === null ? {} : { cipher: ciphers }),
    ...(macs === null ? {} : { hmac: macs }),
    ...(kexAlgorithms === null ? {} : { kex: kexAlgorithms }),
  }
}

function shakeHands(
  wire: Wire,
  connection: Connection,
  policy: HostKeyPolicy,
  credentials: Credentials,
  options: HandshakeOptions & { connectTimeoutMs: number },
  signal: AbortSignal,
): Promise<ReadyConnection> {
  const auth = startAuth(connection, credentials, () => policy.doubt() === null)
  const { ssh: settings } = connection
  let refusal: HostError | null = null
  let phase: 'handshake' | 'login' = 'handshake'
  return new Promise<ReadyConnection>((resolve, reject) => {
    const config = {
      sock: wire,
      username: connection.user,
      // Timed here: ssh2 does not tell a stalled handshake from a slow login.
      readyTimeout: 0,
      keepaliveInterval: options.keepaliveIntervalMs ?? toMs(settings.serverAliveInterval) ?? KEEPALIVE_INTERVAL,
      keepaliveCountMax: options.keepaliveCount ?? settings.serverAliveCountMax ?? KEEPALIVE_COUNT,
      algorithms: algorithmsOf(settings, policy.algorithms),
      hostVerifier: (key: Buffer, verify: (isAccepted: boolean) => void): void => {
        void policy.verify(key).then((error) => {
          refusal = error
          if (!wire.destroyed) verify(error === null)
        }, giveUp)
      },
      authHandler: auth.next,
    }
    const ssh = new NodeSSH()
    // Its promise rejects on errors that do not end a login (one agent key that cannot sign): the events decide.
    ssh.connect(config as unknown as Config).catch(() => {})
    const client = ssh.connection
    if (client === null) throw new Error('node-ssh did not start a connection')
    // For the connection's whole life: node-ssh itself stops listening once it is ready, and a later reset would
    // otherwise be an uncaught exception.
    client.on('error', () => {})

    const giveUp = (error: Error): void => {
      finish()
      client.destroy()
      wire.destroy()
      reject(error)
    }
    const fail = (failure: ConnectFailure): void => {
      // Once credentials were offered, offering them again could lock the account.
      giveUp(new AttemptFailed(phase === 'login' ? { ...failure, transient: false } : failure))
    }
    const arm = (ms: number): NodeJS.Timeout => setTimeout(() => fail(stalledFailure(connection, phase, ms / 1000)), ms)
    let timer = arm(options.connectTimeoutMs)
    const onHandshake = (): void => {
      phase = 'login'
      clearTimeout(timer)
      timer = arm(Math.max(options.connectTimeoutMs, LOGIN_TIMEOUT))
    }
    const stopListening = onAbort(signal, () => fail({ error: connectAborted(connection), transient: false }))
    const onError = (raw: Error & { level?: string }): void => {
      if (raw instanceof HostError) return fail({ error: raw, transient: false })
      if (refusal !== null) return fail({ error: refusal, transient: false })
      if (isOneKeyOnly(raw)) return
      fail(handshakeFailure(raw, connection, auth.failure))
    }
    const onClose = (): void => fail(lostFailure(connection, 'closed without a reason'))
    const onPasswordChange = (): void => fail({ error: passwordExpired(connection), transient: false })
    const onReady = (): void => {
      finish()
      const doubt = policy.doubt()
      resolve({ client, wire, warnings: doubt === null ? [] : [doubt.data], mayGivePassword: doubt === null })
    }
    const finish = (): void => {
      clearTimeout(timer)
      stopListening()
      client.removeListener('handshake', onHandshake)
      client.removeListener('error', onError)
      client.removeListener('close', onClose)
      client.removeListener('change password', onPasswordChange)
      client.removeListener('ready', onReady)
    }
    client.on('handshake', onHandshake).on('error', onError).on('close', onClose)
    client.on('change password', onPasswordChange).on('ready', onReady)
  })
}

/** ssh2 reports a key or agent that cannot sign as an error and then goes on to the next credential. */
function isOneKeyOnly(raw: Error & { level?: string }): boolean {
  if (raw.level === 'agent') return true
  return raw.level === 'client-authentication' && raw.message.startsWith('Error ')
}

function passwordExpired(connection: Connection): HostError {
  return new HostError('unreachable', 'auth', `the password of ${whereOf(connection)} has expired`, {
    hint: `change it by hand: ${sshByHand(connection)}`,
  })
}
