/** When a region is given up that does not answer, or not any more. */
import { expect, test } from 'vitest'
import { newAttempts } from '../../../src/inventory/oci/attempts.ts'
import { CallError } from '../../../src/inventory/oci/calls.ts'

const SILENCE = new CallError('no answer in 1 s', 0, '')
const BROKEN = new CallError('500 InternalServerError: oops', 500, '')

/** How many of the calls were made, each after the other. */
async function made(outcomes: readonly (CallError | null)[]): Promise<number> {
  const attempts = newAttempts(1, () => {})
  let calls = 0
  for (const [i, outcome] of outcomes.entries()) {
    await attempts.read({ kind: 'VNIC', region: 'us-ashburn-1', name: `${i}` }, async () => {
      calls++
      if (outcome !== null) throw outcome
    })
  }
  return calls
}

test.each<[string, (CallError | null)[], number]>([
  ['one that never answered, at once', [SILENCE, SILENCE, SILENCE], 1],
  ['one that fell silent, after three calls in a row', [null, SILENCE, SILENCE, SILENCE, null, null], 4],
  ['not one that answers now and then', [null, SILENCE, SILENCE, null, SILENCE, SILENCE, BROKEN, SILENCE], 8],
])('%s', async (_, outcomes, expected) => {
  expect(await made(outcomes)).toBe(expected)
})

test('another region is asked all the same', async () => {
  const attempts = newAttempts(1, () => {})
  const read = async (region: string, work: () => Promise<string>): Promise<string | null> =>
    await attempts.read({ kind: 'VNIC', region, name: 'x' }, work)
  expect(await read('a', async () => await Promise.reject(SILENCE))).toBeNull()
  expect(await read('a', async () => 'read')).toBeNull()
  expect(await read('b', async () => 'read')).toBe('read')
})
