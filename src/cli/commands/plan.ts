/** `plan PLAYBOOK…`: what would change on which host; nothing is changed. */
import { defineCommand } from '../command.ts'
import { connectionFlags, detailedExitcode, listFlags, outFlag, outputFlags, taskFlags } from '../flags.ts'

export const command = defineCommand({
  usage: 'plan PLAYBOOK…',
  summary: 'Show what would change on which host. Hosts with the same plan are shown together; nothing is changed.',
  examples: [
    'plan -i inventories/pair.yml playbooks/pair.yml',
    'plan -i inventories/pair.yml --out pair.plan playbooks/pair.yml',
  ],
  flags: { ...connectionFlags, ...taskFlags, ...outputFlags, ...detailedExitcode, ...listFlags, ...outFlag },
  args: { min: 1, max: Infinity },
  run: async ({ args, flags }, io) => {
    const { execute } = await import('../run/execute.ts')
    const { splitTags } = await import('../run/run-flags.ts')
    const request = {
      command: 'plan',
      source: { files: args },
      flags,
      check: true,
      yes: false,
      tags: splitTags(flags.tags),
      skipTags: splitTags(flags['skip-tags']),
      detailedExitcode: flags['detailed-exitcode'],
      lists: flags,
      out: flags.out,
    }
    return await execute(request, io)
  },
})
