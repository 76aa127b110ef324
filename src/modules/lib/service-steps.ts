/**
 * Steps that opt a unit in or out. What is tried stands in a drop-in that is gone after a reboot and hides the lasting one of
 * the same name, so that in both ways the unit is started as it will be later.
 */
import { runtimePath } from '../../facts/mptcp_dropins.ts'
import type { FileBlock } from '../../facts/read/file-block.ts'
import { dropInPath } from '../../facts/service.ts'
import type { RunStep, Step } from '../../model/change.ts'
import { HEADER } from './service-content.ts'
import { lasting, makeFolder, removeFolder, run, runFor } from './steps.ts'

/** What must be known of a unit to restart it. */
export interface UnitState {
  active: string
  triggers: Readonly<Record<string, string>>
}

/** Seconds that a unit gets to stop and start; systemd itself gives it 90 for each. */
const RESTART_TIMEOUT = 200

const ROOT = { mode: '0644', owner: 'root', group: 'root' }

/** What hides a drop-in and says nothing itself. */
const NOTHING = `${HEADER}# Opted out.\n`

/** The unit runs as with `dropIn` until the next boot. */
export function tryDropIn(unit: string, dropIn: FileBlock | null, state: UnitState): Step[] {
  return [
    run('mkdir', '-p', '-m', '0755', folderOf(runtimePath(unit))),
    placed(runtimePath(unit), runtimeBlock(dropIn)),
    run('systemctl', 'daemon-reload'),
    ...restartSteps(unit, state),
  ]
}

/** What stands there then. */
export function runtimeBlock(dropIn: FileBlock | null): FileBlock {
  return { kind: 'file', content: dropIn?.content ?? NOTHING, ...ROOT }
}

/** What was tried has no part any more: the lasting drop-in counts again. */
export function endTry(unit: string): RunStep[] {
  const path = runtimePath(unit)
  return [lasting(run('rm', '-f', path)), removeFolder(folderOf(path)), reload()]
}

/** The lasting drop-in, in place of `old`; `folder`: that of the unit's drop-ins is there. */
export function placeDropIn(unit: string, old: FileBlock | null, dropIn: FileBlock | null, folder: boolean): Step[] {
  const path = dropInPath(unit)
  const made = dropIn !== null && !folder ? [makeFolder(folderOf(path))] : []
  const cleared = dropIn === null && old !== null ? [removeFolder(folderOf(path))] : []
  return [...made, placed(path, dropIn), ...cleared]
}

/** Undoes placeDropIn. */
export function replaceDropIn(unit: string, old: FileBlock | null, folder: boolean): Step[] {
  const path = dropInPath(unit)
  if (old !== null) return [makeFolder(folderOf(path)), placed(path, old)]
  return [placed(path, null), ...(folder ? [] : [removeFolder(folderOf(path))])]
}

/** systemd reads the lasting drop-in. */
export function reload(): RunStep {
  return lasting(run('systemctl', 'daemon-reload'))
}

/**
 * Restarts a unit that runs and looks whether it still does a moment later. A socket can only be opened anew while the
 * services that it starts are stopped. systemd refuses a unit that was started often just now (StartLimitBurst=), which must
 * not keep a server from coming back.
 */
export function restartSteps(unit: string, { active, triggers }: UnitState): Step[] {
  if (!isRunning(active)) return []
  const running = unit.endsWith('.socket')
    ? Object.keys(triggers).filter((name) => isRunning(triggers[name] ?? ''))
    : []
  return [
    run('systemctl', 'reset-failed', unit, ...running),
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

function placed(path: string, file: FileBlock | null): Step {
  if (file === null) return { kind: 'remove', path }
  return { kind: 'write', path, bytes: file.content, mode: file.mode, owner: file.owner, group: file.group }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
