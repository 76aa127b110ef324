/** `test SERVER CLIENT…`: proves by a real transfer which paths a connection uses; changes nothing. */
import { defineCommand } from '../command.ts'
import { connectionFlags, outputFlags, trialFlags } from '../flags.ts'

export const command = defineCommand({
  usage: 'test SERVER CLIENT…',
  summary: 'Prove by a real transfer which paths a connection uses, and say why not where it does not.',
  description: 'Each client is tested by itself. Nothing is changed, and nothing is left on the hosts.',
  examples: ['test -i inventories/pair.yml system-b system-a'],
  flags: { ...connectionFlags, ...trialFlags, ...outputFlags },
  args: { min: 2, max: Infinity },
  run: async ({ args, flags }, io) => {
    const [server = '', ...clients] = args
    const { execute } = await import('../run/execute.ts')
    const { testPlaybook } = await import('../run/made-playbook.ts')
    const trial = flags.bytes === null ? {} : { bytes: flags.bytes }
    const request = {
      command: 'test',
      source: { made: () => testPlaybook(server, clients, trial), hosts: args },
      flags,
      check: false,
      // A trial changes nothing that would have to be reviewed.
      yes: true,
      tags: [],
      skipTags: [],
      detailedExitcode: false,
      lists: null,
    }
    return await execute(request, io)
  },
})
