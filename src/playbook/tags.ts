/** --tags and --skip-tags: which tasks of a play run, by Ansible's rules. */
import type { Play, Task } from './types.ts'

/**
 * The tasks of a play that the tags select, in order. No tags: all but those tagged `never`. `always` runs unless
 * skipped by name; `all`, `tagged` and `untagged` mean what they say.
 */
export function selectTasks(play: Play, tags: readonly string[], skipTags: readonly string[]): Task[] {
  const only = new Set(tags.length === 0 ? ['all'] : tags)
  const skip = new Set(skipTags)
  return play.tasks.filter((task) => isWanted(effectiveTags(task), only) && !isSkipped(effectiveTags(task), skip))
}

function effectiveTags(task: Task): string[] {
  return task.tags.length === 0 ? ['untagged'] : task.tags
}

function isWanted(tags: readonly string[], only: ReadonlySet<string>): boolean {
  if (tags.includes('always')) return true
  if (only.has('all') && !tags.includes('never')) return true
  if (tags.some((tag) => only.has(tag))) return true
  return only.has('tagged') && !tags.includes('untagged') && !tags.includes('never')
}

function isSkipped(tags: readonly string[], skip: ReadonlySet<string>): boolean {
  if (skip.has('all')) return !tags.includes('always') || skip.has('always')
  if (tags.some((tag) => skip.has(tag))) return true
  return skip.has('tagged') && !tags.includes('untagged')
}
