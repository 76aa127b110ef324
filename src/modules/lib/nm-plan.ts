/** Plans a NetworkManager profile that is to be there, down, or gone. */
import type { Change, Note, PlanResult } from '../../model/change.ts'
import { effectsOfDown } from './nm-activation.ts'
import { holdsSecrets, memoryPart, restoreSteps, saveChange } from './nm-profile.ts'
import { carriesSsh } from './nm-reach.ts'
import { syncStep } from './nm-save.ts'
import { deleteStep, downStep, upStep } from './nm-settings.ts'
import type { ProfileFacts, Target } from './nm-target.ts'

/** There, whether active or not. */
export function planPresent(target: Target, have: ProfileFacts): PlanResult {
  const changes = profileChanges(target, have)
  if (changes.length === 0 || !target.active) return { changes }
  const summary = `what changes in profile ${target.after['connection.id'] ?? ''} takes effect when it is next activated; state: up does so`
  return { changes, notes: Object.keys(target.changed).length === 0 ? [] : [{ summary }] }
}

/** The profile alone: in memory, and on the disk. */
function profileChanges(target: Target, have: ProfileFacts): Change[] {
  const memory = memoryPart(target)
  const save = saveChange(target, have.keyfile)
  const changes = save === null ? [] : [save]
  if (memory === null) return changes
  const { clear, undo, ...part } = memory
  // A new profile goes up by itself where its card is idle.
  const idle = have.nm.devices[target.dev ?? '']?.state === 'disconnected'
  const startsNow = target.before === null && idle && target.after['connection.autoconnect'] === 'yes'
  const disruptive = startsNow && carriesSsh(target.dev ?? '', target.after, have)
  return [{ ...part, undo: [...undo, ...clear], disruptive }, ...changes]
}

/** There, and not active now. */
export function planDown(target: Target, have: ProfileFacts): PlanResult {
  const settings = profileChanges(target, have)
  if (!target.active || target.dev === null) return { changes: settings }
  const name = target.after['connection.id'] ?? ''
  const atBoot = target.after['connection.autoconnect'] === 'yes'
  const summary = `profile ${name} comes up again at boot: its autoconnect is yes`
  // The profile last: undo has it back before it goes up.
  return { changes: [downChange(target, target.dev, have), ...settings], notes: atBoot ? [{ summary }] : [] }
}

function downChange(target: Target, dev: string, have: ProfileFacts): Change {
  const device = have.nm.devices[dev]
  return {
    fact: `nm/devices/${dev}`,
    before: device,
    after: { ...device, state: 'disconnected', profileUuid: null },
    effects: effectsOfDown(dev, have),
    summary: `take profile ${target.after['connection.id'] ?? ''} down on ${dev}`,
    apply: [downStep(target.uuid)],
    undo: [upStep(target.uuid, dev)],
    disruptive: carriesSsh(dev, {}, have),
  }
}

/** Down, and deleted. The file is put back by undo, so that nothing of it is lost. */
export function planAbsent(target: Target, have: ProfileFacts): PlanResult {
  if (target.before === null) return { changes: [] }
  const { key, before, uuid, file } = target
  const name = before['connection.id'] ?? ''
  const dev = target.active ? target.dev : target.elsewhere
  const change: Change = {
    fact: `nm_profile/${key}`,
    before,
    after: null,
    effects: { [`nm_keyfile/${name}`]: null },
    summary: `delete profile ${name}`,
    apply: [deleteStep(uuid), syncStep(file)],
    undo: restoreSteps(have.keyfile),
    disruptive: false,
  }
  return { changes: [...(dev === null ? [] : [downChange(target, dev, have)]), change], notes: lossNotes(name, have) }
}

function lossNotes(name: string, { keyfile }: ProfileFacts): Note[] {
  const secret = holdsSecrets(keyfile) ? 'its file holds secrets, which are not kept' : null
  const lost = keyfile === null ? 'it has no file' : secret
  return lost === null ? [] : [{ summary: `deleting profile ${name} cannot be undone: ${lost}` }]
}
