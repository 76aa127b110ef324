/** Commit and undo of one guarded change at the same moment. `npm run chaos` does it 1,000 times. */
import { expect, test } from 'vitest'
import { runRaces } from '../chaos/race.ts'

test('of commit and undo started together exactly one wins; the other changes nothing and says so', async () => {
  const { commit, undo, problems } = await runRaces(250)
  expect(problems).toEqual([])
  expect(commit + undo).toBe(250)
  // They met: each of them won some.
  expect(Math.min(commit, undo)).toBeGreaterThan(0)
}, 300_000)
