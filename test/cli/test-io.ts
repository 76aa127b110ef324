/** An Io that collects what is written. */
import { PassThrough } from 'node:stream'
import type { Io } from '../../src/cli/io.ts'

export function testIo(more: Partial<Io> = {}): { io: Io; out: () => string; err: () => string } {
  const written = { out: '', err: '' }
  const collect = (name: 'out' | 'err') => ({
    write: (text: string): void => {
      written[name] += text
    },
  })
  const stdin = new PassThrough() as unknown as Io['stdin']
  const io: Io = { stdout: collect('out'), stderr: collect('err'), stdin, env: {}, cwd: process.cwd(), ...more }
  return { io, out: () => written.out, err: () => written.err }
}
