/** Megabytes of repetition from a host: each parser comes to its end, in little memory. See test/support/flood.ts. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import path from 'node:path'
import { expect, it } from 'vitest'

/** MB of heap; the longest text is 16 MiB, the most that is taken of a host, and JSON of it is several times as large. */
const HEAP = 700

it('reads any flood to its end', { timeout: 240_000 }, async () => {
  const program = path.resolve(import.meta.dirname, '../support/flood.ts')
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP}`, '--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // What hangs is ended before the test is: its last line then names the text.
    timeout: 200_000,
    killSignal: 'SIGKILL',
  })
  let last = 'nothing'
  let count = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = line
    count++
  })
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  expect({ last, code }, errors.join('').slice(-2000)).toEqual({ last: 'all read', code: 0 })
  expect(count).toBeGreaterThan(300)
})
