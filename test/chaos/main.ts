/**
 * `npm run chaos -- --seeds 200 --from 1`: races commits against undos, boots a lab, runs the seeds, writes the table to
 * .mptcp-fleet/chaos/chaos.md, takes the lab down. What a seed said lies beside it in a folder of its own.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { labUp } from '../../src/lab/up.ts'
import { removeAbandoned, testLabFolder } from '../lab/support/test-labs.ts'
import { chaosTopology, makeBed } from './bed.ts'
import { killControllers } from './controller.ts'
import { runRaces } from './race.ts'
import { stateOf } from './round.ts'
import { describe, scenarioOf } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { runSeeds } from './seeds.ts'
import { renderTable } from './table.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    fault: { type: 'string' },
    races: { type: 'string', default: '1000' },
  },
})
const [count, from] = [Number(values.seeds), Number(values.from)]
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(from) || from < 0) {
  throw new Error('usage: npm run chaos -- [--seeds 200] [--from 1] [--fault rebooted] [--races 1000]')
}

const folder = path.resolve('.mptcp-fleet/chaos')
const began = performance.now()
const minutes = (): string => `${((performance.now() - began) / 60_000).toFixed(1)} min`
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(new Error(signal)))

/** The first `count` seeds from `from` on; of one kind of fault, where that is asked for. */
function chosen(): Scenario[] {
  const scenarios: Scenario[] = []
  for (let seed = from; scenarios.length < count && seed < from + 10 * count; seed++) {
    const scenario = scenarioOf(seed)
    if (values.fault === undefined || scenario.fault.kind === values.fault) scenarios.push(scenario)
  }
  return scenarios
}

await removeAbandoned()
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const races = await runRaces(Number(values.races))
const raced = `${values.races} races of commit and undo: ${races.commit} won by commit, ${races.undo} by undo`
console.log([raced, ...races.problems.map((problem) => `  FAILED ${problem}`)].join('\n'))
const lab = await labUp({ topology: chaosTopology(), dir: testLabFolder(), signal: stop.signal })
try {
  const scenarios = chosen()
  let done = 0
  const running = runSeeds(await makeBed(lab, folder), scenarios, folder, (outcome) => {
    const { scenario, problems, told } = outcome
    done++
    console.log(
      `${done}/${scenarios.length} ${minutes()} ${describe(scenario)} → ${stateOf(outcome)}, told ${told ?? '-'}`,
    )
    for (const problem of problems) console.log(`  FAILED ${problem}`)
  })
  const aborted = new Promise<never>((_, reject) =>
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason)),
  )
  const outcomes = await Promise.race([running, aborted])
  const figures = `${renderTable(outcomes)}\n${raced}; ${races.problems.length} not as they must be.\n`
  writeFileSync(path.join(folder, 'chaos.md'), figures)
  console.log(`\n${figures}${outcomes.length} seeds in ${minutes()}`)
  const failed = outcomes.filter(({ problems }) => problems.length > 0)
  // Once more where a log's end is all that is kept.
  for (const { scenario, problems } of failed) console.log(`failed: seed ${scenario.seed}: ${problems.join('; ')}`)
  process.exitCode = failed.length + races.problems.length > 0 ? 1 : 0
} catch (error) {
  if (!stop.signal.aborted) throw error
  process.exitCode = 130
} finally {
  killControllers()
  await lab.down()
}
// Seeds that were cut short may hold the process.
process.exit()
