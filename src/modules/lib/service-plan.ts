/** Plans one unit that is to use MPTCP, or not any more. */
import { isDeepStrictEqual } from 'node:util'
import type { Listeners } from '../../facts/listeners.ts'
import type { MptcpDropIn } from '../../facts/mptcp_dropins.ts'
import { runtimePath } from '../../facts/mptcp_dropins.ts'
import type { FileBlock } from '../../facts/read/file-block.ts'
import type { Service } from '../../facts/service.ts'
import { dropInPath } from '../../facts/service.ts'
import type { WrapLibrary } from '../../facts/wrap_library.ts'
import type { Change, PlanResult } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import type { Method } from './service-content.ts'
import { dropInContent, processIsSo, wishedEnvironment } from './service-content.ts'
import { preloadNotes, unitProblem } from './service-problems.ts'
import type { ReachFacts } from './service-reach.ts'
import { servesSsh } from './service-reach.ts'
import {
  endTry,
  isRunning,
  placeDropIn,
  reload,
  replaceDropIn,
  restartSteps,
  runtimeBlock,
  tryDropIn,
} from './service-steps.ts'
import { run } from './steps.ts'

export interface ServiceFacts extends ReachFacts {
  service: Service
  sysctl: Readonly<Record<string, string>>
  /** Asked for by method preload. */
  library?: WrapLibrary
}

/** `method` null: opted out. */
export function planService(unit: string, method: Method | null, have: ServiceFacts): PlanResult {
  const { service } = have
  const problem = unitProblem(unit, method, have)
  if (problem !== null) return { changes: [], problems: [problem] }
  if (method === null && service.dropIn === null && service.load === 'not-found') return { changes: [] }
  const library = have.library ?? ''
  const content = method === null ? null : dropInContent(method, service.own, library)
  const goal: Goal = {
    unit,
    dropIn: content === null ? null : { kind: 'file', content, mode: '0644', owner: 'root', group: 'root' },
    runsSo: processIsSo(method, service, library) && socketIsSo(unit, method, have),
    process:
      service.process === null
        ? null
        : { mapped: method === 'preload', ...wishedEnvironment(method, service.own, library) },
    // A socket that is opened anew, perhaps by another protocol.
    listeners:
      unit.endsWith('.socket') && isRunning(service.active)
        ? { listeners: listenersAfter(have.listeners, service.ports, method === null ? 'tcp' : 'mptcp') }
        : {},
  }
  const notes = method === 'preload' ? preloadNotes(unit, have) : []
  if (!isDeepStrictEqual(service.dropIn, goal.dropIn)) return { changes: dropInChanges(goal, have), notes }
  if (!service.needDaemonReload && goal.runsSo && service.runtime === null) return { changes: [], notes }
  return { changes: [restartChange(goal, have)], notes }
}

/** What a unit is to be like. */
interface Goal {
  unit: string
  dropIn: FileBlock | null
  /** What runs is so already. */
  runsSo: boolean
  process: Service['process']
  /** Effects on what listens. */
  listeners: Record<string, Listeners>
}

/** The unit is restarted with the new drop-in for now; then the drop-in is written for good. */
function dropInChanges(goal: Goal, have: ServiceFacts): Change[] {
  const { unit, dropIn, process, listeners } = goal
  const { service } = have
  const use = dropIn === null ? `have ${unit} use MPTCP no more` : `have ${unit} use MPTCP`
  const isTried = isDeepStrictEqual(service.runtime, runtimeBlock(dropIn)) && !service.needDaemonReload && goal.runsSo
  const tries = isRunning(service.active) && !isTried
  const tried: Service = { ...service, needDaemonReload: false, runtime: runtimeBlock(dropIn), process }
  const running: Change = {
    fact: `service/${unit}`,
    before: service,
    after: tried,
    effects: { [`unit/${unit}`]: UNKNOWN, ...listeners },
    summary: `${use}: restart it`,
    apply: tryDropIn(unit, dropIn, service),
    undo: [...tryDropIn(unit, service.dropIn, service), ...endTry(unit)],
    disruptive: servesSsh(unit, service, have),
  }
  const after: Service = {
    ...service,
    dropIn,
    folder: dropIn !== null,
    needDaemonReload: false,
    runtime: null,
    process,
  }
  const file = dropIn === null ? null : wrappedUnit(service, dropIn)
  const hides = tries || service.runtime !== null
  const saved: Change = {
    fact: `file/${dropInPath(unit)}`,
    before: service.dropIn,
    after: dropIn,
    effects: { [`service/${unit}`]: after, [`unit/${unit}`]: UNKNOWN, [`mptcp_dropins/${unit}`]: file },
    summary: tries ? `${use}, also when it is started later` : use,
    apply: [...placeDropIn(unit, service.dropIn, dropIn, service.folder), ...(hides ? endTry(unit) : [reload()])],
    undo: [...replaceDropIn(unit, service.dropIn, service.folder), reload()],
    disruptive: false,
  }
  return tries ? [running, saved] : [saved]
}

/** The files are right, and what runs is not as they say, or not loaded from them. */
function restartChange({ unit, process, listeners, runsSo }: Goal, have: ServiceFacts): Change {
  const { service } = have
  const hidden = service.runtime !== null
  const summary = runsSo
    ? `load what changed in the files of ${unit}`
    : `restart ${unit}, which was not since its files changed`
  return {
    fact: `service/${unit}`,
    before: service,
    after: { ...service, needDaemonReload: false, runtime: null, process },
    effects: { [`unit/${unit}`]: UNKNOWN, ...listeners },
    summary,
    apply: [
      ...(hidden ? [run('rm', '-f', runtimePath(unit))] : []),
      run('systemctl', 'daemon-reload'),
      ...(runsSo ? [] : restartSteps(unit, service)),
    ],
    // What a process was started with before cannot be brought back: its files are the same.
    undo: [],
    disruptive: !runsSo && servesSsh(unit, service, have),
  }
}

function wrappedUnit(service: Service, file: FileBlock): MptcpDropIn {
  const { active, triggers, ports, mainPid, id } = service
  return { path: dropInPath(id), file, runtime: null, active, triggers, ports, mainPid }
}

/** Opts one unit out by what its drop-in alone tells of it. */
export function removeDropIn(unit: string, wrapped: MptcpDropIn, have: ReachFacts): Change {
  const { path, file, active } = wrapped
  const runs = isRunning(active)
  return {
    fact: `file/${path}`,
    before: file,
    after: null,
    effects: { [`mptcp_dropins/${unit}`]: null, [`service/${unit}`]: UNKNOWN, [`unit/${unit}`]: UNKNOWN },
    summary: `have ${unit} use MPTCP no more${runs ? ', and restart it' : ''}`,
    apply: [
      ...(runs ? tryDropIn(unit, null, wrapped) : []),
      ...placeDropIn(unit, file, null, true),
      ...(runs || wrapped.runtime !== null ? endTry(unit) : [reload()]),
    ],
    undo: [
      ...replaceDropIn(unit, file, true),
      ...(runs ? [...tryDropIn(unit, file, wrapped), ...endTry(unit)] : [reload()]),
    ],
    disruptive: runs && servesSsh(unit, wrapped, have),
  }
}

/** Whether a socket listens as wished; one that does not run will when it is started. */
function socketIsSo(unit: string, method: Method | null, { service, listeners }: ServiceFacts): boolean {
  if (!unit.endsWith('.socket') || !isRunning(service.active)) return true
  const mptcp = (port: number): boolean =>
    listeners.some((listener) => listener.protocol === 'mptcp' && listener.port === port)
  if (method !== null) return service.ports.every(mptcp)
  return service.own.SocketProtocol === 'mptcp' || !service.ports.some(mptcp)
}

function listenersAfter(listeners: Listeners, ports: readonly number[], protocol: 'tcp' | 'mptcp'): Listeners {
  return listeners.map((listener) => (ports.includes(listener.port) ? { ...listener, protocol } : listener))
}
