/** An Io that collects what is written. */
import { PassThrough } from 'node:stream'
import type { Io } from '../../src/cli/io.ts'
import { createRedactor } from '../../src/text/redact.ts'

export function testIo(more: Partial<Io> = {}): { io: Io; out: () => string; err: () => string } {
  const written = { out: '', err: '' }
  const collect = (name: 'out' | 'err') => ({
    write: (text: string): void => {
      written[name] += text
    },
  })
  const stdin = new PassThrough() as unknown as Io['stdin']
  const [stdout, stderr] = [collect('out'), collect('err')]
  const secrets = createRedactor()
  const io: Io = {
    stdout,
    data: stdout,
    stderr,
    secrets,
    stdin,
    env: {},
    cwd: process.cwd(),
    version: '9.8.7',
    ...more,
  }
  return { io, out: () => written.out, err: () => written.err }
}
