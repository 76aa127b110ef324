/** Files of the kernel that wait or never end, by a stand-in: who reads the real ones takes the log from others. */
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { wholeFileReader } from '../../src/text/whole-file.ts'

/** `/proc/kmsg` and its like: regular files that say they are empty. */
function kernelFile(answer: () => number) {
  const flags: number[] = []
  const read = wholeFileReader({
    constants: fs.constants,
    statSync: () => ({ isFIFO: () => false, isCharacterDevice: () => false, rdev: 0 }),
    openSync: (_, given) => flags.push(given),
    fstatSync: () => ({ isFile: () => true, size: 0 }),
    readFileSync: () => expect.fail('it would be read without a bound'),
    readSync: answer,
    closeSync: () => {},
  })
  return { read, flags }
}

test('a file of the kernel that has nothing to tell yet is not waited for', () => {
  const { read, flags } = kernelFile(() => {
    throw Object.assign(new Error('EAGAIN: resource temporarily unavailable'), { code: 'EAGAIN' })
  })
  expect(() => read('/proc/kmsg')).toThrow('EAGAIN')
  expect(flags.map((each) => each & fs.constants.O_NONBLOCK)).toEqual([fs.constants.O_NONBLOCK])
})

test('one that never ends is refused', () => {
  expect(() => kernelFile(() => 4096).read('/sys/kernel/tracing/trace_pipe', 65_536)).toThrow('longer than 64 KiB')
})

test('what a shell hands over is waited for', () => {
  const { read, flags } = kernelFile(() => 0)
  expect(read('/dev/fd/63')).toHaveLength(0)
  expect(flags).toEqual([fs.constants.O_RDONLY])
})
