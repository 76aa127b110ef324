import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { writeTogether } from '../../src/transport/write-together.ts'

/** A stream that keeps what each of its system calls would have written. */
function recording(): { stream: Writable; calls: string[][] } {
  const calls: string[][] = []
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _, done) => {
      calls.push([String(chunk)])
      done()
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)))
      done()
    },
  })
  return { stream: writeTogether(stream), calls }
}

describe('writes of one turn', () => {
  it('go out at once, in order, at its end', async () => {
    const { stream, calls } = recording()
    for (const piece of ['a', 'b', 'c']) stream.write(piece)
    expect(calls).toEqual([])
    await nextTurn()
    expect(calls).toEqual([['a', 'b', 'c']])
  })

  it('do not wait for those of the next turn', async () => {
    const { stream, calls } = recording()
    stream.write('a')
    await nextTurn()
    stream.write('b')
    await nextTurn()
    expect(calls).toEqual([['a'], ['b']])
  })

  it('go out before the end', async () => {
    const { stream, calls } = recording()
    stream.write('a')
    stream.end('b')
    await nextTurn()
    expect(calls.flat()).toEqual(['a', 'b'])
    expect(stream.writableFinished).toBe(true)
  })

  it('call back, and tell when to wait', async () => {
    const { stream } = recording()
    const big = 'x'.repeat(stream.writableHighWaterMark)
    const written = new Promise<void>((resolve) => {
      expect(stream.write(big, () => resolve())).toBe(false)
    })
    const drained = new Promise<void>((resolve) => stream.once('drain', resolve))
    await Promise.all([written, drained])
  })

  it('are dropped with a stream that is destroyed', async () => {
    const { stream, calls } = recording()
    stream.write('a')
    stream.destroy()
    await nextTurn()
    expect(calls).toEqual([])
  })
})
