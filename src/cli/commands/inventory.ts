/** `inventory list|host|graph|check`: hosts, groups and variables as they were read; no host is connected to. */
import { defineCommand } from '../command.ts'
import type { Flag } from '../command.ts'
import { usageError } from '../errors.ts'
import { connectionFlags, showFlags, vaultFlags } from '../flags.ts'

const flags = {
  inventory: connectionFlags.inventory,
  limit: connectionFlags.limit,
  'playbook-dir': {
    type: 'string',
    value: 'DIR',
    summary: 'the folder of playbooks, whose group_vars and host_vars count too; unless given, the working directory',
  },
  ...vaultFlags,
  ...showFlags,
  yaml: { letter: 'y', type: 'boolean', summary: 'list and host: as YAML' },
  vars: { type: 'boolean', summary: 'graph: variables too' },
} as const satisfies Record<string, Flag>

/** What may stand behind each action, as a range of arguments, and the flags that are not for it. */
const ACTIONS = {
  list: { args: [0, 0], not: ['vars'] },
  host: { args: [1, 1], not: ['vars'] },
  graph: { args: [0, 1], not: ['yaml'] },
  check: { args: [0, 0], not: ['yaml', 'vars'] },
} as const

export const command = defineCommand({
  usage: 'inventory list | host NAME | graph [GROUP] | check',
  summary: 'Show hosts, groups and variables as they were read, and check them. Passwords are never shown.',
  description: [
    'list --output json prints what ansible-inventory --list prints, list --yaml what --list --yaml does, host NAME what --host',
    'does, and graph the tree of groups as --graph does. check names everything that is wrong or doubtful: also hosts in no',
    'group, groups without hosts, and misspelt connection variables. -l leaves only the hosts of a pattern.',
  ].join(' '),
  examples: [
    'inventory list -i hosts.yml',
    'inventory list -i hosts.yml --output json',
    'inventory host web1 -i hosts.yml',
    'inventory graph web -i hosts.yml --vars',
    'inventory check -i hosts.yml',
  ],
  flags,
  args: { min: 1, max: 2 },
  run: async ({ args: [verb = '', name], flags }, io) => {
    const action = actionOf(verb)
    const [least, most] = ACTIONS[action].args
    if (name === undefined && least > 0)
      throw usageError(`inventory ${action} needs the name of a host`, 'inventory list shows all of them')
    if (name !== undefined && most === 0)
      throw usageError(`inventory ${action} takes no further argument`, `choose hosts with --limit ${name}`)
    for (const flag of ACTIONS[action].not)
      if (flags[flag]) throw usageError(`--${flag} is not for inventory ${action}`)
    if (action === 'check') {
      const { check } = await import('../inventory/check.ts')
      return await check(flags, io)
    }
    const { show } = await import('../inventory/show.ts')
    return await show(action, name ?? null, flags, io)
  },
})

function actionOf(verb: string): keyof typeof ACTIONS {
  if (Object.hasOwn(ACTIONS, verb)) return verb as keyof typeof ACTIONS
  throw usageError(`inventory ${verb}: no such action`, 'inventory list, host, graph or check')
}
