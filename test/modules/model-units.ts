/**
 * systemd's part of the host in memory: units with drop-ins, what is loaded of them, the environment that a process was
 * started with, and sockets that cannot be opened anew while their service runs.
 */
import { mptcpDropIns, runtimePath } from '../../src/facts/mptcp_dropins.ts'
import { dropInPath, serviceFact } from '../../src/facts/service.ts'
import type { ProbeOutput } from '../../src/model/fact.ts'
import { unitEnvironment, unitSetting } from '../../src/mptcp/unit-environment.ts'
import type { FactValues } from './base-facts.ts'

const LIBRARY = '/usr/lib/x86_64-linux-gnu/mptcpize/libmptcpwrap.so.0'

export interface ModelUnit {
  /** The unit's own file. */
  file: string
  active: boolean
  /** Starts with the host. */
  enabled: boolean
  /** The drop-in as systemd has loaded it. */
  loaded: string | null
  /** What the main process was started with. */
  process: { LD_PRELOAD: string | null; GODEBUG: string | null } | null
  /** Of a socket: what it listens by, and the service that it starts. */
  socket?: { port: number; protocol: 'tcp' | 'mptcp'; starts: string }
}

interface File {
  content: string
  mode: string
  owner: string
  group: string
}

/** The part of a host that units are about. */
interface UnitsHost {
  sysctl: string
  files: Record<string, File>
  folders: string[]
  units: Record<string, ModelUnit>
}

/** What a probe prints of a file. */
export function fileBlock(file: File | undefined): string {
  if (file === undefined) return '@absent'
  const text = Buffer.from(file.content).toString('base64')
  const size = Buffer.byteLength(file.content)
  return `@file ${file.mode} ${file.owner} ${file.group} 0 0 ${size}\n${text}\n.`
}

/** Facts about units, by key. */
export function unitFacts(host: UnitsHost): FactValues {
  const names = Object.keys(host.units)
  const wrapped = names.filter((name) => host.files[dropInPath(name)] !== undefined)
  const dropIns = wrapped.map((name) => `unit ${name}\n${states(host, name)}\n${blocks(host, name)}`)
  return {
    wrap_library: LIBRARY,
    mptcp_dropins: mptcpDropIns.parse(printed(dropIns.join('\n'))),
    listeners: Object.values(host.units).flatMap(({ socket, active }) =>
      socket === undefined || !active
        ? []
        : [{ protocol: socket.protocol, address: '*', port: socket.port, processes: [{ name: 'systemd', pid: 1 }] }],
    ),
    ...Object.fromEntries(
      names.map((name) => [`service/${name}`, serviceFact(name).parse(printed(serviceProbe(host, name)))]),
    ),
  }
}

function printed(stdout: string): ProbeOutput {
  return { stdout, stderr: '', rc: 0 }
}

function states({ units }: UnitsHost, name: string): string {
  const { active, socket } = units[name]!
  const starts =
    socket === undefined
      ? []
      : [`Listen=[::]:${socket.port} (Stream)`, `trigger ${socket.starts} ${activeState(units[socket.starts]!.active)}`]
  return [`ActiveState=${activeState(active)}`, ...starts].join('\n')
}

function activeState(active: boolean): string {
  return active ? 'active' : 'inactive'
}

function serviceProbe(host: UnitsHost, name: string): string {
  const { file, loaded, process } = host.units[name]!
  const variables = Object.entries(process ?? {}).filter(([, value]) => value !== null)
  return [
    'systemd 257 (257.1)',
    `Id=${name}`,
    'LoadState=loaded',
    `NeedDaemonReload=${loaded === inForce(host, name) ? 'no' : 'yes'}`,
    states(host, name),
    ...(host.folders.includes(folderOf(name)) ? ['folder'] : []),
    ...(process === null ? [] : ['process 1', ...variables.map(([variable, value]) => `environ ${variable}=${value}`)]),
    ...(process?.LD_PRELOAD?.includes('libmptcpwrap') === true ? ['mapped'] : []),
    `source /usr/lib/systemd/system/${name}`,
    fileBlock({ content: file, mode: '644', owner: 'root', group: 'root' }),
    'source own',
    blocks(host, name),
    '',
  ].join('\n')
}

/** The drop-in, and what hides it. */
function blocks({ files }: UnitsHost, name: string): string {
  return `${fileBlock(files[dropInPath(name)])}\n${fileBlock(files[runtimePath(name)])}`
}

/** What systemd would load. */
function inForce({ files }: UnitsHost, name: string): string | null {
  return (files[runtimePath(name)] ?? files[dropInPath(name)])?.content ?? null
}

/** Folder of a unit's drop-ins. */
export function folderOf(name: string): string {
  return dropInPath(name).replace(/\/[^/]*$/, '')
}

/** Throws where systemctl would fail. */
export function unitSystemctl(host: UnitsHost, [verb = '', ...names]: readonly string[]): void {
  if (verb === 'daemon-reload') return loadAll(host)
  for (const name of names) {
    const unit = host.units[name]
    if (unit === undefined) throw new Error(`no unit ${name}`)
    if (verb === 'is-active' && !unit.active) throw new Error(`${name} is inactive`)
    if (verb === 'stop' || verb === 'restart') stop(unit)
    if (verb === 'start' || verb === 'restart') start(host, unit)
  }
}

function loadAll(host: UnitsHost): void {
  for (const [name, unit] of Object.entries(host.units)) unit.loaded = inForce(host, name)
}

function stop(unit: ModelUnit): void {
  unit.active = false
  unit.process = null
}

/** A program that asks for MPTCP where it is off ends at once; a socket is not opened. */
export function start(host: UnitsHost, unit: ModelUnit): void {
  const files = [unit.file, ...(unit.loaded === null ? [] : [unit.loaded])]
  const isOn = host.sysctl === '1'
  if (unit.socket !== undefined) {
    if (host.units[unit.socket.starts]!.active) throw new Error('its service is already active, refusing')
    unit.socket.protocol = unitSetting(files, 'Socket', 'SocketProtocol') === 'mptcp' ? 'mptcp' : 'tcp'
    unit.active = isOn || unit.socket.protocol === 'tcp'
    return
  }
  const { LD_PRELOAD = null, GODEBUG = null } = unitEnvironment(files)
  unit.active = isOn || LD_PRELOAD?.includes('libmptcpwrap') !== true
  unit.process = unit.active ? { LD_PRELOAD, GODEBUG } : null
}

/** What is enabled comes up by its files. */
export function bootUnits(host: UnitsHost): void {
  loadAll(host)
  for (const unit of Object.values(host.units)) stop(unit)
  for (const unit of Object.values(host.units)) if (unit.enabled) start(host, unit)
}
