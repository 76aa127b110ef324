/**
 * The changes of a NetworkManager profile itself: made, or its settings altered, first in memory, and then on the disk as it
 * was found to work.
 */
import type { NmKeyfile } from '../../facts/nm_keyfile.ts'
import type { NmSettings } from '../../facts/nm_profile.ts'
import { isSaved } from '../../facts/nm_profile.ts'
import type { Change, RunStep, Step } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'
import { forgetSteps, newFile, saveSteps } from './nm-save.ts'
import { addStep, deleteStep, describeSettings, loadStep, modifyInMemoryStep } from './nm-settings.ts'
import type { Target } from './nm-target.ts'
import { lasting } from './steps.ts'

/** Names of settings whose values are secrets. */
const SECRET = /psk|password|secret|wep-key|private-key|pin/i

/** The profile in memory, without what follows for the card; null where it is so. `clear`: the end of the undo. */
export function memoryPart(
  target: Target,
): (Pick<Change, 'fact' | 'before' | 'after' | 'summary' | 'apply'> & { undo: RunStep[]; clear: RunStep[] }) | null {
  const { key, before, after, changed, uuid, file } = target
  const name = after['connection.id'] ?? ''
  const fact = `nm_profile/${key}`
  if (before === null) {
    const summary = `make profile ${name}: ${describeSettings(changed)}`
    return { fact, before, after, summary, apply: [addStep(name, uuid, changed)], undo: [deleteStep(uuid)], clear: [] }
  }
  if (Object.keys(changed).length === 0) return null
  const old = Object.fromEntries(Object.keys(changed).map((setting) => [setting, before[setting] ?? '']))
  return {
    fact,
    before,
    after: savedSettings(after, file),
    summary: `change profile ${name}: ${describeSettings(changed)}`,
    apply: [modifyInMemoryStep(uuid, changed)],
    undo: [modifyInMemoryStep(uuid, old)],
    clear: forgetSteps(before, file),
  }
}

/** What is in memory goes to the disk; null where it is there. */
export function saveChange(target: Target, keyfile: NmKeyfile): Change | null {
  const { key, before, after, changed, uuid, file } = target
  const isChanged = before === null || Object.keys(changed).length > 0
  if (!isChanged && isSaved(before)) return null
  const name = after['connection.id'] ?? ''
  // Setting its name to what it is saves a profile as well.
  const settings = before === null || !isChanged ? { 'connection.id': name } : changed
  return {
    fact: `nm_keyfile/${name}`,
    before: keyfile,
    // NetworkManager chooses what it writes.
    after: UNKNOWN,
    ...(isSaved(before ?? {}) ? {} : { effects: { [`nm_profile/${key}`]: savedSettings(after, file) } }),
    summary: `save profile ${name}, for the next boot`,
    apply: saveSteps(uuid, settings, file ?? newFile(name)),
    undo: restoreSteps(keyfile),
    disruptive: false,
  }
}

/** The file as it was, and NetworkManager reads it. Empty where there was none that could be read. */
export function restoreSteps(keyfile: NmKeyfile): Step[] {
  if (keyfile === null || 'hidden' in keyfile) return []
  const { path, content, mode, owner, group } = keyfile
  const bytes = holdsSecrets(keyfile) ? new Secret(content) : content
  return [{ kind: 'write', path, bytes, mode, owner, group }, lasting(loadStep(path))]
}

export function holdsSecrets(keyfile: NmKeyfile): boolean {
  if (keyfile === null || 'hidden' in keyfile) return false
  return keyfile.content.split('\n').some((line) => line.includes('=') && SECRET.test(line.split('=', 1)[0] ?? ''))
}

/** Settings once they are on the disk, in a file whose name NetworkManager chooses where there is none yet. */
function savedSettings(settings: NmSettings, file: string | null): NmSettings {
  const { filename: _memory, ...rest } = settings
  return file === null ? rest : { ...rest, filename: file }
}
