/** What is written in one turn of the event loop goes out together. */
import type { Writable } from 'node:stream'

/**
 * ssh2 writes each packet in three pieces, which would be three system calls here, three segments on the way and up to three
 * wake-ups on the host. The pieces wait for the end of the turn in which they were written.
 */
export function writeTogether<W extends Writable>(stream: W): W {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  const flush = (): void => stream.uncork()
  return Object.assign(stream, {
    write: (...args: unknown[]): boolean => {
      if (stream.writableCorked === 0) {
        stream.cork()
        process.nextTick(flush)
      }
      return write(...args)
    },
  })
}
