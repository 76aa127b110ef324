/** What --list-hosts, --list-tasks and --list-tags print. Pure. */
import type { Assembled } from '../../engine/assemble.ts'
import type { Playbook } from '../../playbook/types.ts'
import { sanitize } from '../../report/sanitize.ts'

export interface ListFlags {
  'list-hosts': boolean
  'list-tasks': boolean
  'list-tags': boolean
  'syntax-check': boolean
}

/** Whether anything is to be listed or only checked, in place of a run. */
export function wantsList(flags: ListFlags): boolean {
  return flags['list-hosts'] || flags['list-tasks'] || flags['list-tags'] || flags['syntax-check']
}

/** Play by play, in the order of the playbooks. */
export function renderLists(playbooks: readonly Playbook[], assembled: Assembled, flags: ListFlags): string {
  if (!flags['list-hosts'] && !flags['list-tasks'] && !flags['list-tags']) {
    return 'playbooks and inventory are well formed\n'
  }
  const written = playbooks.flatMap((playbook) => playbook.plays)
  const blocks = assembled.plays.map((play, index) => {
    const hosts = play.batches.flat().map((target) => target.host.name)
    const lines = [`play: ${sanitize(play.name)}`]
    if (flags['list-hosts']) lines.push(`  hosts (${hosts.length}):`, ...hosts.map((host) => `    ${sanitize(host)}`))
    if (flags['list-tasks']) {
      const tasks = play.tasks.map((task) => `    ${sanitize(task.name)} (${task.module.name})`)
      lines.push(`  tasks (${tasks.length}):`, ...tasks)
    }
    if (flags['list-tags']) {
      const tags = [...new Set((written[index]?.tasks ?? []).flatMap((task) => task.tags))].toSorted()
      lines.push(`  tags: ${tags.length === 0 ? 'none' : tags.map((tag) => sanitize(tag)).join(', ')}`)
    }
    return lines.join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}

/** How many tasks other than trials each host has in all plays; what the recap counts by. */
export function tasksByHost(assembled: Assembled): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const task of assembled.plays.flatMap((play) => play.tasks)) {
    if (task.module.kind === 'trial') continue
    for (const host of task.wants.keys()) numbers.set(host, (numbers.get(host) ?? 0) + 1)
  }
  return numbers
}
