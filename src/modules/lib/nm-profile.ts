/** The change of a NetworkManager profile itself: made, or its settings altered. */
import type { Change } from '../../model/change.ts'
import { addStep, deleteStep, describeSettings, modifyStep } from './nm-settings.ts'
import type { Target } from './nm-target.ts'

/** The profile alone, or null where it is so. */
export function profileChange(target: Target): Change | null {
  if (target.before !== null && Object.keys(target.changed).length === 0) return null
  return { ...profilePart(target), disruptive: false }
}

/** The same without what follows for the card. */
export function profilePart(target: Target): Pick<Change, 'fact' | 'before' | 'after' | 'summary' | 'apply' | 'undo'> {
  const { key, before, after, changed, uuid } = target
  const name = after['connection.id'] ?? ''
  if (before === null) {
    return {
      fact: `nm_profile/${key}`,
      before: null,
      after,
      summary: `make profile ${name}: ${describeSettings(changed)}`,
      apply: [addStep(name, uuid, changed)],
      undo: [deleteStep(uuid)],
    }
  }
  const old = Object.fromEntries(Object.keys(changed).map((setting) => [setting, before[setting] ?? '']))
  return {
    fact: `nm_profile/${key}`,
    before: old,
    after: changed,
    summary: `change profile ${name}: ${describeSettings(changed)}`,
    apply: [modifyStep(uuid, changed)],
    undo: [modifyStep(uuid, old)],
  }
}
