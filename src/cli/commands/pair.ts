/** `pair SERVER CLIENT`: sets up both ends from their own addresses and proves it. */
import { readGuardTime } from '../../text/duration.ts'
import { defineCommand } from '../command.ts'
import { applyFlags, connectionFlags, detailedExitcode, outputFlags, trialFlags, vaultFlags } from '../flags.ts'

export const command = defineCommand({
  usage: 'pair SERVER CLIENT',
  summary: 'Set up Multipath TCP between two hosts over all networks that they share, and prove it by a transfer.',
  description: 'The same as a playbook of mptcp_available, mptcp_tools, mptcp_enabled, mptcp_pair and mptcp_test.',
  examples: [
    'pair -i inventories/pair.yml system-b system-a',
    'pair -i inventories/pair.yml --check system-b system-a',
  ],
  flags: { ...connectionFlags, ...applyFlags, ...vaultFlags, ...trialFlags, ...outputFlags, ...detailedExitcode },
  args: { min: 2, max: 2 },
  run: async ({ args, flags }, io) => {
    const [server = '', client = ''] = args
    const { execute } = await import('../run/execute.ts')
    const { pairPlaybook } = await import('../run/made-playbook.ts')
    const { recordSealer } = await import('../run/vault.ts')
    const trial = flags.bytes === null ? {} : { bytes: flags.bytes }
    const request = {
      command: 'pair',
      source: { made: () => pairPlaybook(server, client, trial), hosts: args },
      flags,
      check: flags.check,
      yes: flags.yes,
      guard: readGuardTime(flags.guard) ?? null,
      tags: [],
      skipTags: [],
      detailedExitcode: flags['detailed-exitcode'],
      lists: null,
      seal: await recordSealer(flags, io),
    }
    return await execute(request, io)
  },
})
