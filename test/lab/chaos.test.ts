/** Faults at random moments of a guarded apply, on four hosts at once. More of it: `npm run chaos`. */
import { expect, test } from 'vitest'
import { chaosTopology, makeBed } from '../chaos/bed.ts'
import { describe, scenarioOf } from '../chaos/scenario.ts'
import { runSeeds } from '../chaos/seeds.ts'
import { workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'

const lab = withLab(chaosTopology())
/** All kinds of faults, on every host, two of them restarts in the midst of things; none that lasts long. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2008, 2050].map(scenarioOf)

test('12 seeds: each host is wholly as before or wholly as wished, told truly, and goes on from there', async () => {
  const work = workFolder()
  try {
    const outcomes = await runSeeds(await makeBed(lab(), work.folder), SEEDS, work.folder)
    expect(outcomes).toHaveLength(SEEDS.length)
    const failed = outcomes.filter(({ problems }) => problems.length > 0)
    expect(failed.map(({ scenario, problems }) => [describe(scenario), ...problems])).toEqual([])
  } finally {
    work.remove()
  }
}, 240_000)
