/** `rollback RUN`: plans the values of before from the run's records, shows it, asks, does it, verifies it. */
import { readGuardTime } from '../../text/duration.ts'
import { defineCommand } from '../command.ts'
import { applyFlags, connectionFlags, detailedExitcode, outputFlags, vaultFlags } from '../flags.ts'

export const command = defineCommand({
  usage: 'rollback RUN',
  summary: 'Take back what a run changed: plan the values of before, show it, ask, do it, verify it.',
  description:
    'A host is refused where somebody else changed the same things since. Files come back to the byte, profiles of NetworkManager setting by setting; of packages only those that the run installed are removed. RUN is an id that "runs list" shows, or "last". Hosts are reached by the inventories of that run unless -i names others.',
  examples: ['rollback last --check', 'rollback 20260102T030405Z-1a2b3c -i hosts.yml -l web1'],
  flags: { ...connectionFlags, ...applyFlags, ...vaultFlags, ...outputFlags, ...detailedExitcode },
  args: { min: 1, max: 1 },
  run: async ({ args: [name = ''], flags }, io) => {
    const { execute } = await import('../run/execute.ts')
    const { assembleRollback } = await import('../run/rollback-plan.ts')
    const { latestChanging, takenBack, unknownTaken } = await import('../run/taken-back.ts')
    const { loadRunState, loadUndo, runNamed } = await import('../../store/load-run.ts')
    const { inventoriesAgain } = await import('../run/run-flags.ts')
    const { recordOpener, recordSealer } = await import('../run/vault.ts')
    const runId = runNamed(io.cwd, name)
    const records = await loadUndo(io.cwd, runId, await recordOpener(flags, io))
    const request = loadRunState(io.cwd, runId)?.request ?? null
    const taken = takenBack(io.cwd, runId)
    const unknown = unknownTaken(io.cwd, runId)
    const instead = (): string => latestChanging(io.cwd)
    return await execute(
      {
        command: 'rollback',
        source: { assembled: (options) => assembleRollback(runId, records, { ...options, taken, unknown, instead }) },
        flags: { ...flags, inventory: inventoriesAgain(flags, request) },
        check: flags.check,
        yes: flags.yes,
        guard: readGuardTime(flags.guard) ?? null,
        tags: [],
        skipTags: [],
        detailedExitcode: flags['detailed-exitcode'],
        lists: null,
        seal: await recordSealer(flags, io),
      },
      io,
    )
  },
})
