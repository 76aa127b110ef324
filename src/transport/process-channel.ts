/** The streams of a program of this machine, as the channel of an exec. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Duplex, PassThrough } from 'node:stream'
import type { ExecChannel } from './carrier.ts'

export interface ProcessChannelOptions {
  /** Learns of bytes as they go. */
  count: (direction: 'sent' | 'received', bytes: number) => void
  /** What of a piece of stderr is passed on. Default: all. */
  filter?: (chunk: Buffer) => Buffer
  close: () => void
}

/** Its end is not told here: whoever knows what the program's own end means emits `exit` and `close`. */
export function processChannel(
  { stdin, stdout, stderr }: ChildProcessWithoutNullStreams,
  { count, filter = (chunk) => chunk, close }: ProcessChannelOptions,
): ExecChannel {
  const channel: ExecChannel = Object.assign(
    new Duplex({
      emitClose: false,
      read: () => void stdout.resume(),
      write: (chunk: Buffer, _encoding, done) => {
        count('sent', chunk.length)
        stdin.write(chunk, () => done())
      },
      final: (done) => {
        stdin.end()
        done()
      },
    }),
    { stderr: new PassThrough(), close },
  )
  stdin.on('error', () => {})
  stdout.on('data', (chunk: Buffer) => {
    count('received', chunk.length)
    if (!channel.push(chunk)) stdout.pause()
  })
  stderr.on('data', (chunk: Buffer) => {
    count('received', chunk.length)
    const rest = filter(chunk)
    if (rest.length > 0) channel.stderr.push(rest)
  })
  return channel
}
