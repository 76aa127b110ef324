/** Connections to jump hosts: each is made once, for all who go through it, and closed when the last of them is gone. */
import type { Client, ClientChannel } from 'ssh2'
import { HostError } from '../model/errors.ts'
import type { HostErrorData } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { Secret } from '../model/secret.ts'
import { onAbort } from './abort.ts'
import { DialTimeout } from './dial.ts'
import { jumpLost, jumpRefused, jumpUnreachable } from './jump-errors.ts'
import type { ReadyConnection } from './handshake.ts'
import { connectAborted } from './handshake.ts'
import { hangUp } from './hang-up.ts'
import type { Wire } from './wire.ts'
import { wireOver } from './wire.ts'

/** The use of a jump host's connection by one connection behind it. */
export interface JumpLease {
  /** Opens the way to `target`, as dial does and with its errors, or HostError where the jump host itself refuses. */
  dial: (target: Connection, timeoutMs: number, signal: AbortSignal) => Promise<Wire>
  /** See ReadyConnection. */
  warnings: readonly HostErrorData[]
  /** Once, when nothing goes over it any more. */
  release: () => void
}

export interface JumpPool {
  /** `own`: shared with nobody. Throws HostError where the jump host of `target` cannot be reached. */
  lease: (target: Connection, jump: Connection, own: boolean, signal: AbortSignal) => Promise<JumpLease>
  /** Resolves once those that nobody uses any more are closed. */
  idle: () => Promise<void>
}

/** `connect` makes one connection to a jump host, over those before it. */
export function createJumpPool(
  connect: (jump: Connection, own: boolean, signal: AbortSignal) => Promise<ReadyConnection>,
): JumpPool {
  const shared = new Map<string, Way>()
  const closing = new Set<Promise<void>>()
  const keyOf = newKeys()

  const open = (jump: Connection, own: boolean): Way => {
    const key = own ? null : keyOf(jump)
    const known = key === null ? undefined : shared.get(key)
    if (known !== undefined) return known
    const calledOff = new AbortController()
    const way: Way = {
      ready: connect(jump, own, calledOff.signal),
      users: 0,
      wires: new Map(),
      forget: () => {
        if (key !== null && shared.get(key) === way) shared.delete(key)
      },
      callOff: () => calledOff.abort(),
    }
    if (key !== null) shared.set(key, way)
    way.ready.then(({ client }) => {
      client.once('close', () => {
        way.forget()
        for (const [wire, target] of way.wires) wire.destroy(jumpLost(target))
      })
    }, way.forget)
    return way
  }

  const leave = (way: Way): void => {
    if (--way.users > 0) return
    way.forget()
    way.callOff()
    const closed = way.ready.then(hangUp, () => {}).finally(() => closing.delete(closed))
    closing.add(closed)
  }

  return {
    lease: async (target, jump, own, signal) => {
      const way = open(jump, own)
      way.users++
      let isHeld = true
      const release = (): void => {
        if (isHeld) leave(way)
        isHeld = false
      }
      try {
        const { client, warnings } = await orAborted(way.ready, target, signal)
        return { dial: (to, timeoutMs, calledOff) => forward(way, client, to, timeoutMs, calledOff), warnings, release }
      } catch (error) {
        release()
        throw error instanceof HostError ? jumpUnreachable(target, error) : error
      }
    },
    idle: async () => {
      while (closing.size > 0) await Promise.all(closing)
    },
  }
}

/** One connection, or the making of one. */
interface Way {
  ready: Promise<ReadyConnection>
  users: number
  /** With where each leads. */
  wires: Map<Wire, Connection>
  /** Nobody new gets it. */
  forget: () => void
  callOff: () => void
}

function orAborted<T>(promise: Promise<T>, target: Connection, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(connectAborted(target)))
    promise.then(resolve, reject).finally(stopListening)
  })
}

/** Opens a channel from the jump host to the target. */
function forward(way: Way, client: Client, target: Connection, timeoutMs: number, signal: AbortSignal): Promise<Wire> {
  return new Promise((resolve, reject) => {
    let over = false
    const settle = (act: () => void): void => {
      over = true
      clearTimeout(timer)
      stopListening()
      act()
    }
    const stopListening = onAbort(signal, () => settle(() => reject(new Error('aborted'))))
    const late = new DialTimeout(`no answer within ${timeoutMs / 1000} s`)
    const timer = setTimeout(() => settle(() => reject(late)), timeoutMs)
    const onChannel = (error: Error | undefined, channel: ClientChannel): void => {
      // Too late for whoever asked.
      if (over) {
        channel?.on('error', () => {}).close()
        return
      }
      settle(() => {
        if (error !== undefined) return reject(jumpRefused(target, error))
        const wire = wireOver(channel)
        way.wires.set(wire, target)
        wire.once('close', () => way.wires.delete(wire))
        resolve(wire)
      })
    }
    try {
      client.forwardOut('127.0.0.1', 0, target.address, target.port, onChannel)
    } catch {
      // It was lost since it was leased.
      settle(() => reject(jumpLost(target)))
    }
  })
}

/** Equal for connections of which one can stand for the other. Secrets count by which they are, not by what they say. */
function newKeys(): (jump: Connection) => string {
  const secrets = new Map<Secret, number>()
  const keyOf = (value: unknown): string =>
    JSON.stringify(value, function (this: Record<string, unknown>, name, item: unknown) {
      const raw = this[name]
      if (!(raw instanceof Secret)) return item
      const number = secrets.get(raw) ?? secrets.size
      secrets.set(raw, number)
      return { secret: number }
    })
  return keyOf
}
