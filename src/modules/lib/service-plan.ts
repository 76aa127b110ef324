/** Plans one unit that is to use MPTCP, or not any more. */
import { isDeepStrictEqual } from 'node:util'
import type { Listeners } from '../../facts/listeners.ts'
import type { Service } from '../../facts/service.ts'
import { dropInPath } from '../../facts/service.ts'
import type { WrapLibrary } from '../../facts/wrap_library.ts'
import type { Change, Note, PlanResult, Problem } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import type { Method } from './service-content.ts'
import { dropInContent, processIsSo, wishedEnvironment } from './service-content.ts'
import { dropInChange, isRunning, isSsh, restartSteps } from './service-steps.ts'
import { run } from './steps.ts'

export interface ServiceFacts {
  service: Service
  sysctl: Readonly<Record<string, string>>
  /** Asked for by method preload. */
  library?: WrapLibrary
  /** Asked for socket units. */
  listeners?: Listeners
}

/** systemd that knows SocketProtocol=mptcp (its NEWS). */
const SOCKET_SINCE = 257

/** `method` null: opted out. */
export function planService(unit: string, method: Method | null, have: ServiceFacts): PlanResult {
  const { service } = have
  const problem = unitProblem(unit, method, have)
  if (problem !== null) return { changes: [], problems: [problem] }
  if (method === null && service.dropIn === null && service.load === 'not-found') return { changes: [] }
  const library = have.library ?? ''
  const content = method === null ? null : dropInContent(method, service.own, library)
  const wished =
    content === null ? null : { kind: 'file' as const, content, mode: '0644', owner: 'root', group: 'root' }
  const runsSo = processIsSo(method, service, library) && socketIsSo(unit, method, have)
  const notes = method === 'preload' ? preloadNotes(unit, have) : []
  const after: Service = {
    ...service,
    dropIn: wished,
    folder: wished !== null,
    needDaemonReload: false,
    process:
      service.process === null
        ? null
        : { mapped: method === 'preload', ...wishedEnvironment(method, service.own, library) },
  }
  const effects = {
    [`service/${unit}`]: after,
    [`unit/${unit}`]: UNKNOWN,
    // A socket that is opened anew, perhaps by another protocol.
    ...(unit.endsWith('.socket') && isRunning(service.active)
      ? { listeners: listenersAfter(have.listeners ?? [], service.ports, method === null ? 'tcp' : 'mptcp') }
      : {}),
  }
  if (!isDeepStrictEqual(service.dropIn, wished)) {
    const change = dropInChange(unit, dropInPath(unit), service.dropIn, wished, service)
    const dropIn =
      wished === null
        ? null
        : { path: dropInPath(unit), file: wished, active: service.active, triggers: service.triggers }
    return { changes: [{ ...change, effects: { ...effects, [`mptcp_dropins/${unit}`]: dropIn } }], notes }
  }
  if (!service.needDaemonReload && runsSo) return { changes: [], notes }
  return { changes: [restartChange(unit, service, after, effects, runsSo)], notes }
}

function restartChange(
  unit: string,
  before: Service,
  after: Service,
  { [`service/${unit}`]: _own, ...effects }: Record<string, unknown>,
  runsSo: boolean,
): Change {
  const summary = runsSo
    ? `load what changed in the files of ${unit}`
    : `restart ${unit}, which was not since its files changed`
  return {
    fact: `service/${unit}`,
    before,
    after,
    effects,
    summary,
    apply: [run('systemctl', 'daemon-reload'), ...(runsSo ? [] : restartSteps(unit, before))],
    // What a process was started with before cannot be brought back: its files are the same.
    undo: [],
    disruptive: !runsSo && isSsh(unit),
  }
}

/** Whether a socket listens as wished; one that does not run will when it is started. */
function socketIsSo(unit: string, method: Method | null, { service, listeners }: ServiceFacts): boolean {
  if (!unit.endsWith('.socket') || !isRunning(service.active)) return true
  const mptcp = (port: number): boolean =>
    (listeners ?? []).some((listener) => listener.protocol === 'mptcp' && listener.port === port)
  if (method !== null) return service.ports.every(mptcp)
  return service.own.SocketProtocol === 'mptcp' || !service.ports.some(mptcp)
}

function listenersAfter(listeners: Listeners, ports: readonly number[], protocol: 'tcp' | 'mptcp'): Listeners {
  return listeners.map((listener) => (ports.includes(listener.port) ? { ...listener, protocol } : listener))
}

function unitProblem(unit: string, method: Method | null, { service, sysctl, library }: ServiceFacts): Problem | null {
  if (service.systemd === null) {
    const hint = 'have what starts the service set LD_PRELOAD or GODEBUG there'
    return { code: 'no-systemd', summary: `systemd does not run here, so ${unit} cannot be told to use MPTCP`, hint }
  }
  if (method === null) return null
  if (service.load === 'not-found') {
    const hint = 'systemctl list-units shows what there is; install the service first'
    return { code: 'no-such-unit', summary: `there is no unit ${unit}`, hint }
  }
  if (service.load !== 'loaded') {
    const hint = service.load === 'masked' ? `systemctl unmask ${unit}` : `systemctl status ${unit} says why`
    return { code: 'unit-not-loaded', summary: `${unit} is ${service.load}, so it cannot be started`, hint }
  }
  if (service.id !== unit) {
    return { code: 'unit-alias', summary: `${unit} is another name of ${service.id}`, hint: `use unit: ${service.id}` }
  }
  if (sysctl['net.mptcp.enabled'] !== '1') {
    return {
      code: 'mptcp-disabled',
      summary: `MPTCP is switched off, so ${unit} could open no sockets once it asks for MPTCP`,
      hint: 'put a task mptcp_enabled before this one',
    }
  }
  if (method === 'socket' && service.systemd < SOCKET_SINCE) {
    return {
      code: 'systemd-too-old',
      summary: `systemd ${service.systemd} knows no SocketProtocol=mptcp, which came with ${SOCKET_SINCE}`,
      hint: 'have the service open its socket itself, with method preload or go',
    }
  }
  if (method === 'preload' && (library ?? null) === null) {
    return {
      code: 'library-missing',
      summary: 'libmptcpwrap, which makes programs use MPTCP, is not installed',
      hint: 'put a task mptcp_tools before this one',
    }
  }
  const variable = method === 'preload' ? 'LD_PRELOAD' : method === 'go' ? 'GODEBUG' : null
  const file = variable === null ? undefined : service.overriddenBy[variable]
  if (file === undefined) return null
  return {
    code: 'environment-file-wins',
    summary: `${file} (EnvironmentFile= of ${unit}) sets ${variable}, which wins over any drop-in`,
    hint: `take ${variable} out of ${file}; put it into Environment= of a drop-in of your own, where it is kept`,
  }
}

function preloadNotes(unit: string, { service, library }: ServiceFacts): Note[] {
  const { process } = service
  if (process === null || process.mapped || !(process.LD_PRELOAD ?? '').includes(library ?? '/')) return []
  return [
    {
      summary: `${unit} is told to load ${library} and has not: its program is static, setuid, or starts the server anew without it`,
      detail: 'a program in Go is told by method: go',
    },
  ]
}
