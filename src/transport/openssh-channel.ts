/** One exec by OpenSSH's client, as a channel. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { ExecChannel } from './carrier.ts'
import type { Markers } from './command-line.ts'
import { processChannel } from './process-channel.ts'
import type { ProcessChannelOptions } from './process-channel.ts'

/** ssh's own failure, and a script's status as well. */
const SSH_FAILED = 255

/**
 * `exit` is emitted once the host has printed the script's status, or where ssh ended with a status that can only be the
 * login shell's; without it the connection was lost. `count` learns of bytes as they go.
 */
export function channelOf(
  child: ChildProcessWithoutNullStreams,
  markers: Markers,
  count: ProcessChannelOptions['count'],
): ExecChannel {
  let hasEnded = false
  const onEnd = (status: number): void => {
    hasEnded = true
    channel.emit('exit', status)
  }
  const filter = newEndFilter(markers.end, onEnd)
  const channel = processChannel(child, { count, filter: filter.feed, close: () => void child.kill() })
  child.on('error', () => channel.emit('close'))
  child.on('close', (status) => {
    const rest = filter.flush()
    if (rest.length > 0) channel.stderr.push(rest)
    if (!hasEnded && status !== null && status !== SSH_FAILED) onEnd(status)
    channel.push(null)
    channel.emit('close')
  })
  return channel
}

/** Takes `MARKER STATUS \n` out of a stream, wherever it is cut, and tells the status. Pure state over chunks. */
export function newEndFilter(
  marker: string,
  onEnd: (status: number) => void,
): { feed: (chunk: Buffer) => Buffer; flush: () => Buffer } {
  let held: Buffer = Buffer.alloc(0)
  let isOver = false
  return {
    feed: (chunk) => {
      if (isOver) return chunk
      held = Buffer.concat([held, chunk])
      const at = held.indexOf(marker)
      const lineEnd = at < 0 ? -1 : held.indexOf('\n', at)
      // What may be the beginning of the marker waits for what follows.
      const safe = at < 0 ? held.length - overlap(held, marker) : at
      const out = held.subarray(0, safe)
      if (lineEnd < 0) {
        held = held.subarray(safe)
        return out
      }
      isOver = true
      onEnd(Number(held.subarray(at + marker.length, lineEnd).toString('latin1')))
      const rest = held.subarray(lineEnd + 1)
      held = Buffer.alloc(0)
      return Buffer.concat([out, rest])
    },
    flush: () => {
      const out = held
      held = Buffer.alloc(0)
      return out
    },
  }
}

/** How many bytes at the end of `bytes` are the beginning of `marker`. */
function overlap(bytes: Buffer, marker: string): number {
  const most = Math.min(bytes.length, marker.length - 1)
  for (let length = most; length > 0; length--) {
    if (bytes.subarray(bytes.length - length).toString('latin1') === marker.slice(0, length)) return length
  }
  return 0
}
