/** What carries an SSH connection: a TCP socket, or a channel of the connection to a jump host. */
import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'

/** As node:net's Socket, as far as it is needed: destroyed at once, and bytes counted. */
export interface Wire extends Duplex {
  readonly bytesRead: number
  readonly bytesWritten: number
}

/**
 * A channel as a socket of its own. ssh2's channels wait for the other side's goodbye, however long the jump host keeps
 * silent; this one is gone once it is destroyed.
 */
export function wireOver(channel: ClientChannel): Wire {
  const count = { bytesRead: 0, bytesWritten: 0 }
  const wire = Object.assign(
    new Duplex({
      allowHalfOpen: false,
      read: () => void channel.resume(),
      write: (chunk: Buffer, _encoding, done) => {
        wire.bytesWritten += chunk.length
        channel.write(chunk, done)
      },
      final: (done) => {
        channel.end()
        done()
      },
      destroy: (error, done) => {
        channel.close()
        done(error)
      },
    }),
    count,
  )
  channel.on('error', () => {})
  channel.on('data', (chunk: Buffer) => {
    wire.bytesRead += chunk.length
    if (!wire.push(chunk)) channel.pause()
  })
  const onEnd = (): void => {
    if (!wire.readableEnded && !wire.destroyed) wire.push(null)
  }
  channel.on('end', onEnd)
  // A turn later what had arrived is delivered.
  channel.on('close', () => setImmediate(() => wire.destroy()))
  // Whoever uses it listens as well; until it does, an error must not become an uncaught one.
  wire.on('error', () => {})
  return wire
}
