/** Runs many seeds, on all hosts of a lab at once. */
import path from 'node:path'
import type { Bed } from './bed.ts'
import type { Outcome } from './round.ts'
import { runSeed } from './round.ts'
import type { Scenario } from './scenario.ts'
import { HOSTS } from './scenario.ts'

/** `folder`: where each seed gets one of its own. What throws is that seed's problem. */
export async function runSeeds(
  bed: Bed,
  scenarios: readonly Scenario[],
  folder: string,
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const queues = Array.from({ length: HOSTS }, (_, host) => scenarios.filter((scenario) => scenario.host === host))
  await Promise.all(
    queues.map(async (queue) => {
      for (const scenario of queue) {
        const outcome = await runSeed(bed, scenario, path.join(folder, String(scenario.seed))).catch(
          (error: unknown): Outcome => ({
            scenario,
            problems: [`it came to no end: ${error instanceof Error ? error.message : String(error)}`],
            states: [],
            told: null,
            reachable: 0,
            settled: 0,
          }),
        )
        outcomes.push(outcome)
        onOutcome(outcome)
      }
    }),
  )
  return outcomes.sort((a, b) => a.scenario.seed - b.scenario.seed)
}
