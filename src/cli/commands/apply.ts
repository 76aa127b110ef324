/** `apply PLAYBOOK…`: shows the plan, asks, makes the changes, verifies and proves them. */
import type { RunReport } from '../../model/report.ts'
import type { FlagValues } from '../command.ts'
import { defineCommand } from '../command.ts'
import { applyFlags, connectionFlags, detailedExitcode, listFlags, outputFlags, taskFlags } from '../flags.ts'
import type { Io } from '../io.ts'

const flags = {
  ...connectionFlags,
  ...taskFlags,
  ...applyFlags,
  ...outputFlags,
  ...detailedExitcode,
  ...listFlags,
} as const

export type ApplyFlags = FlagValues<typeof flags>

export const command = defineCommand({
  usage: 'apply PLAYBOOK…',
  summary: 'Show the plan, ask, make the changes, verify them, run the trials, and report host by host.',
  description: 'Without a terminal to ask on it needs --yes. Runs are kept below .mptcp-fleet/runs/.',
  examples: ['apply -i inventories/pair.yml playbooks/pair.yml', 'apply -i hosts.yml --check --diff site.yml'],
  flags,
  args: { min: 1, max: Infinity },
  run: async (invocation, io) => await applyPlaybooks(invocation, io),
})

/** The command itself; `onReport` also gets the run's report. */
export async function applyPlaybooks(
  { args, flags }: { args: readonly string[]; flags: ApplyFlags },
  io: Io,
  onReport?: (report: RunReport) => void,
): Promise<number> {
  const { execute } = await import('../run/execute.ts')
  const { splitTags } = await import('../run/run-flags.ts')
  const request = {
    command: 'apply',
    source: { files: args },
    flags,
    check: flags.check,
    yes: flags.yes,
    tags: splitTags(flags.tags),
    skipTags: splitTags(flags['skip-tags']),
    detailedExitcode: flags['detailed-exitcode'],
    lists: flags,
    ...(onReport === undefined ? {} : { onReport }),
  }
  return await execute(request, io)
}
