/** Steps and changes that opt a unit in or out by its drop-in. */
import type { MptcpDropIn } from '../../facts/mptcp_dropins.ts'
import type { FileBlock } from '../../facts/read/file-block.ts'
import type { Change, Step } from '../../model/change.ts'
import { run, runFor } from './steps.ts'

/** What must be known of a unit to restart it. */
export interface UnitState {
  active: string
  triggers: Readonly<Record<string, string>>
}

/** Seconds that a unit gets to stop and start; systemd itself gives it 90 for each. */
const RESTART_TIMEOUT = 200

/** A changed drop-in: written or removed, loaded, and the unit restarted where it runs. */
export function dropInChange(
  unit: string,
  path: string,
  before: FileBlock | null,
  after: FileBlock | null,
  state: UnitState & { folder: boolean },
): Pick<Change, 'fact' | 'before' | 'after' | 'summary' | 'apply' | 'undo' | 'disruptive'> {
  const folder = path.slice(0, path.lastIndexOf('/'))
  const load = [run('systemctl', 'daemon-reload'), ...restartSteps(unit, state)]
  const make = state.folder ? [] : [run('mkdir', '-p', '-m', '0755', folder)]
  const clear = [run('rmdir', '--ignore-fail-on-non-empty', folder)]
  const restarts = isRunning(state.active) ? ', and restart it' : ''
  return {
    fact: `file/${path}`,
    before,
    after,
    summary: `${after === null ? `have ${unit} use MPTCP no more` : `have ${unit} use MPTCP`}${restarts}`,
    apply: [...(after === null ? [] : make), place(path, after), ...(after === null ? clear : []), ...load],
    undo: [
      // Removing the last file took its folder away.
      ...(after === null ? [run('mkdir', '-p', '-m', '0755', folder)] : []),
      place(path, before),
      ...(before === null && !state.folder ? clear : []),
      ...load,
    ],
    disruptive: isSsh(unit) && isRunning(state.active),
  }
}

/** Opts one unit out by what its drop-in alone tells of it. */
export function removeDropIn(unit: string, { path, file, active, triggers }: MptcpDropIn): Change {
  const change = dropInChange(unit, path, file, null, { active, triggers, folder: true })
  return { ...change, effects: { [`mptcp_dropins/${unit}`]: null } }
}

/**
 * Restarts a unit that runs and looks whether it still does a moment later. A socket can only be opened anew while the
 * services that it starts are stopped.
 */
export function restartSteps(unit: string, { active, triggers }: UnitState): Step[] {
  if (!isRunning(active)) return []
  const running = unit.endsWith('.socket')
    ? Object.keys(triggers).filter((name) => isRunning(triggers[name] ?? ''))
    : []
  return [
    ...(running.length === 0 ? [] : [runFor(RESTART_TIMEOUT, 'systemctl', 'stop', ...running)]),
    runFor(RESTART_TIMEOUT, 'systemctl', 'restart', unit),
    ...(running.length === 0 ? [] : [runFor(RESTART_TIMEOUT, 'systemctl', 'start', ...running)]),
    run('sleep', '0.5'),
    run('systemctl', 'is-active', unit),
  ]
}

export function isRunning(active: string): boolean {
  return active === 'active' || active === 'reloading'
}

/** Whether a restart could cut off whoever asked for it. Sessions that are open outlast it by sshd's own unit files. */
export function isSsh(unit: string): boolean {
  return /^(?:ssh|sshd|openssh|dropbear)(?:@.*)?\.(?:service|socket)$/.test(unit)
}

function place(path: string, file: FileBlock | null): Step {
  if (file === null) return { kind: 'remove', path }
  return { kind: 'write', path, bytes: file.content, mode: file.mode, owner: file.owner, group: file.group }
}
