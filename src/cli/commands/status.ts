/** `status [PATTERN]`: the fleet at a glance; nothing is changed. */
import { defineCommand } from '../command.ts'
import { connectionFlags, statusFlags } from '../flags.ts'

export const command = defineCommand({
  usage: 'status [PATTERN]',
  summary: 'The fleet at a glance: what is on, limits, endpoints, live connections, trouble. Changes nothing.',
  description: [
    'PATTERN is a host pattern as in a playbook; all hosts unless given. One exec for each host.',
    'A host is ok where connections can use several paths, now and after a reboot; partial where something is missing;',
    'off where MPTCP is switched off; error where it cannot work. No verdict sets the exit code, only hosts that could',
    'not be read do.',
  ].join('\n'),
  examples: [
    'status -i inventories/pair.yml',
    'status -i hosts.yml web --watch 5',
    'status -i hosts.yml --output json',
  ],
  flags: { ...connectionFlags, ...statusFlags },
  args: { min: 0, max: 1 },
  run: async ({ args: [pattern], flags }, io) => {
    const { showStatus } = await import('../run/status.ts')
    return await showStatus(pattern ?? 'all', flags, io)
  },
})
