/** All commands: what the overview needs, and how each is loaded when it is called. */
import type { CommandModule } from './command.ts'

export interface CommandEntry {
  name: string
  /** What follows the program's name. */
  usage: string
  summary: string
  /** Left out of the overview. */
  hidden?: boolean
  load: () => Promise<{ command: CommandModule }>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'plan',
    usage: 'plan PLAYBOOK…',
    summary: 'show what would change on which host',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'apply',
    usage: 'apply PLAYBOOK…',
    summary: 'show the plan, make the changes, verify and prove them',
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'pair',
    usage: 'pair SERVER CLIENT',
    summary: 'set up Multipath TCP between two hosts from their own addresses, and prove it',
    load: () => import('./commands/pair.ts'),
  },
  {
    name: 'test',
    usage: 'test SERVER CLIENT…',
    summary: 'prove by a real transfer which paths a connection uses',
    load: () => import('./commands/test.ts'),
  },
  {
    name: 'status',
    usage: 'status [PATTERN]',
    summary: 'the fleet at a glance: what is on, endpoints, live connections, trouble',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'audit',
    usage: 'audit [PATTERN]',
    summary: 'hold hosts against the controls of a profile, with evidence',
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'runs',
    usage: 'runs list|show|diff|…',
    summary: 'what kept runs did, what differs between two, trends',
    load: () => import('./commands/runs.ts'),
  },
  {
    name: 'report',
    usage: 'report RUN|verify',
    summary: 'the reports of a kept run once more; who signed a report',
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'rollback',
    usage: 'rollback RUN',
    summary: 'take back what a run changed',
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'inventory',
    usage: 'inventory list|host|graph|check',
    summary: 'show hosts, groups and variables as they were read',
    load: () => import('./commands/inventory.ts'),
  },
  {
    name: 'doc',
    usage: 'doc [NAME]',
    summary: 'explain modules, facts, exit codes and commands',
    load: () => import('./commands/doc.ts'),
  },
  {
    name: 'lab',
    usage: 'lab up|status|ssh|reboot|down',
    summary: 'real hosts on this machine, to try things on',
    load: () => import('./commands/lab.ts'),
  },
  {
    name: 'demo',
    usage: 'demo',
    summary: 'boot two hosts, pair them, prove it, and clean up',
    hidden: true,
    load: () => import('./commands/demo.ts'),
  },
]
