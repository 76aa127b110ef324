import { expect, it } from 'vitest'
import { HostError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import { createFakeTransport, exited } from '../../src/transport/fake.ts'
import { request, targetOf } from './support.ts'

const { signal } = new AbortController()

it('answers by host and script, and counts', async () => {
  const transport = createFakeTransport({
    a: (target, script) => exited(`${target.host.name} ${script}`, 3),
    b: { connect: () => Promise.reject(new HostError('unreachable', 'timeout', 'no')) },
  })
  const session = await transport.connect(targetOf({}, 'a'), signal)
  const result = await session.exec(request('', { script: ['x ', new Secret('y')] }))
  expect(result).toEqual({ end: 'exited', rc: 3, stdout: 'a x y', stderr: '' })
  expect(session.usage()).toEqual({ execs: 1, bytesSent: 3, bytesReceived: 5 })
  await expect(transport.connect(targetOf({}, 'b'), signal)).rejects.toThrow(HostError)
  expect(transport.record('a')).toEqual({ connections: 1, execs: 1, open: 1, scripts: ['x y'] })
  expect(transport.record('b')).toMatchObject({ connections: 0, execs: 0 })
  await transport.close()
  expect(transport.record('a').open).toBe(0)
})

it('hands lines to who watches, and honours an abort', async () => {
  const transport = createFakeTransport({ a: () => exited('1\n2\n') })
  const session = await transport.connect(targetOf({}, 'a'), signal)
  const lines: string[] = []
  await session.exec(request('', { onLine: (line) => lines.push(line) }))
  expect(lines).toEqual(['1', '2'])
  expect(await session.exec(request('', { signal: AbortSignal.abort() }))).toMatchObject({ end: 'aborted' })
  expect(session.usage().execs).toBe(1)
})
