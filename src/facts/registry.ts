/** All facts, for documentation and for the tests that hold them to their rules. */
import type { Fact } from '../model/fact.ts'
import { addresses } from './addresses.ts'
import { boot } from './boot.ts'
import { connections } from './connections.ts'
import { counters } from './counters.ts'
import type { DocumentedFact } from './define.ts'
import { fileFact } from './file.ts'
import { firewall } from './firewall.ts'
import { identity } from './identity.ts'
import { kernel } from './kernel.ts'
import { links } from './links.ts'
import { listeners } from './listeners.ts'
import { endpoints } from './mptcp_endpoints.ts'
import { limits } from './mptcp_limits.ts'
import { mptcpDropIns } from './mptcp_dropins.ts'
import { mptcpLog } from './mptcp_log.ts'
import { mptcpPersisted } from './mptcp_persisted.ts'
import { mptcpSocket } from './mptcp_socket.ts'
import { netFilters } from './net_filters.ts'
import { nm } from './nm.ts'
import { nmKeyfileFact } from './nm_keyfile.ts'
import { nmProfiles } from './nm_profile.ts'
import { os } from './os.ts'
import { packages } from './packages.ts'
import { pathFact } from './path.ts'
import { routing } from './routing.ts'
import { selinux } from './selinux.ts'
import { serviceFact } from './service.ts'
import { sshConnection } from './ssh_connection.ts'
import { sysctl } from './sysctl.ts'
import { sysctlPersisted } from './sysctl_persisted.ts'
import { tools } from './tools.ts'
import { unitFact } from './unit.ts'
import { unitFiles } from './unit_files.ts'
import { wrapLibrary } from './wrap_library.ts'

/** Facts without arguments, by key. */
export const facts: ReadonlyMap<string, DocumentedFact> = new Map(
  [
    os,
    identity,
    kernel,
    mptcpSocket,
    sysctl,
    sysctlPersisted,
    limits,
    endpoints,
    mptcpPersisted,
    mptcpDropIns,
    unitFiles,
    boot,
    links,
    addresses,
    routing,
    netFilters,
    firewall,
    selinux,
    nm,
    nmProfiles,
    tools,
    wrapLibrary,
    packages,
    listeners,
    counters,
    connections,
    mptcpLog,
    sshConnection,
  ].map((fact): [string, DocumentedFact] => [fact.key, fact as DocumentedFact]),
)

/** Facts that take an argument: how their keys read, what they tell, and one of each, for which its example was read. */
export const factsWithArguments: readonly {
  key: string
  summary: string
  of: (argument: string) => DocumentedFact
  sample: DocumentedFact
}[] = [
  { key: 'unit/NAME', summary: 'State of one systemd unit.', of: unitFact, sample: unitFact('ssh.service') },
  {
    key: 'nm_keyfile/NAME',
    summary: 'The file that NetworkManager keeps one profile in.',
    of: nmKeyfileFact,
    sample: nmKeyfileFact('eth0'),
  },
  {
    key: 'service/NAME',
    summary: 'Whether one systemd unit uses MPTCP, by its files and its main process.',
    of: serviceFact,
    sample: serviceFact('nginx.service'),
  },
  {
    key: 'file/PATH',
    summary: 'Content, mode and owner of one file, or that it is absent.',
    of: fileFact,
    sample: fileFact('/etc/hostname'),
  },
  {
    key: 'path/GLOB',
    summary: 'What stands at one path, or is the first that a glob matches.',
    of: pathFact,
    sample: pathFact('/etc/hostname'),
  },
]

/** The fact that a path such as `sysctl/net.mptcp.enabled` or `file//etc/hosts` is of, and what of it; null: none known. */
export function factAt(path: string): { fact: Fact; rest: string } | null {
  const [key = ''] = path.split('/', 1)
  const rest = path.slice(key.length + 1)
  const fact = facts.get(key)
  if (fact !== undefined) return { fact, rest }
  const family = factsWithArguments.find((one) => one.key.startsWith(`${key}/`))
  return family === undefined ? null : { fact: family.of(rest), rest: '' }
}

/** The thing at a path of a fact's value, without what changes by itself; null: absent. */
export function valueAt({ fact, rest }: { fact: Fact; rest: string }, value: unknown): unknown {
  if (rest === '') return fact.steady === undefined ? value : fact.steady(value)
  if (fact.get !== undefined) return fact.get(value, rest) ?? null
  return (Object.hasOwn(value as object, rest) ? (value as Record<string, unknown>)[rest] : null) ?? null
}
