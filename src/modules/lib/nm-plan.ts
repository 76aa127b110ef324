/** Plans a NetworkManager profile that is to be there, down, or gone. */
import type { Change, PlanResult, Step } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'
import { effectsOfDown, UNKNOWN_CARD } from './nm-activation.ts'
import { profileChange } from './nm-profile.ts'
import { carriesSsh } from './nm-reach.ts'
import { deleteStep, downStep, upStep } from './nm-settings.ts'
import type { ProfileFacts, Target } from './nm-target.ts'
import { run } from './steps.ts'

/** Names of settings whose values are secrets. */
const SECRET = /psk|password|secret|wep-key|private-key|pin/i

/** There, whether active or not. */
export function planPresent(target: Target): PlanResult {
  const change = profileChange(target)
  if (change === null) return { changes: [] }
  const summary = `what changes in profile ${target.after['connection.id'] ?? ''} takes effect when it is next activated; state: up does so`
  return { changes: [change], notes: target.active ? [{ summary }] : [] }
}

/** There, and not active now. */
export function planDown(target: Target, have: ProfileFacts): PlanResult {
  const profile = profileChange(target)
  const settings = profile === null ? [] : [profile]
  if (!target.active || target.dev === null) return { changes: settings }
  const device = have.nm.devices[target.dev]
  const name = target.after['connection.id'] ?? ''
  const atBoot = target.after['connection.autoconnect'] === 'yes'
  const change: Change = {
    fact: `nm/devices/${target.dev}`,
    before: device,
    after: { ...device, state: 'disconnected', profileUuid: null },
    effects: effectsOfDown(target.dev, have),
    summary: `take profile ${name} down on ${target.dev}`,
    apply: [downStep(target.uuid)],
    undo: [upStep(target.uuid, target.dev)],
    disruptive: carriesSsh(target.dev, {}, have),
  }
  const summary = `profile ${name} comes up again at boot: its autoconnect is yes`
  // The profile last: undo has it back before it goes up.
  return { changes: [change, ...settings], notes: atBoot ? [{ summary }] : [] }
}

/** Deleted. The file is put back by undo, so that nothing of it is lost. */
export function planAbsent(target: Target, have: ProfileFacts): PlanResult {
  if (target.before === null) return { changes: [] }
  const { key, before, uuid, dev, active } = target
  const name = before['connection.id'] ?? ''
  const file = have.keyfile ?? null
  const hidden =
    file !== null && file.content.split('\n').some((line) => SECRET.test(line.split('=', 1)[0] ?? '') && line.includes('='))
  const restore: Step[] =
    file === null
      ? []
      : [
          {
            kind: 'write',
            path: file.path,
            bytes: hidden ? new Secret(file.content) : file.content,
            mode: file.mode,
            owner: file.owner,
            group: file.group,
          },
          run('nmcli', 'connection', 'load', file.path),
          ...(active && dev !== null ? [upStep(uuid, dev)] : []),
        ]
  const change: Change = {
    fact: `nm_profile/${key}`,
    before,
    after: null,
    effects: { [`nm_keyfile/${name}`]: null, ...(active ? { nm: UNKNOWN, ...UNKNOWN_CARD } : {}) },
    summary: `delete profile ${name}`,
    apply: [deleteStep(uuid)],
    undo: restore,
    disruptive: active && dev !== null && carriesSsh(dev, {}, have),
  }
  const lost = file === null ? 'its file was not found' : hidden ? 'its file holds secrets, which are not kept' : null
  return {
    changes: [change],
    notes: lost === null ? [] : [{ summary: `deleting profile ${name} cannot be undone: ${lost}` }],
  }
}
