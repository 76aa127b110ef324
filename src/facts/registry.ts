/** All facts, for documentation and for the tests that hold them to their rules. */
import type { Fact } from '../model/fact.ts'
import { addresses } from './addresses.ts'
import { connections } from './connections.ts'
import { counters } from './counters.ts'
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
import { nmProfiles } from './nm_profile.ts'
import { os } from './os.ts'
import { packages } from './packages.ts'
import { routing } from './routing.ts'
import { sshConnection } from './ssh_connection.ts'
import { sysctl } from './sysctl.ts'
import { sysctlPersisted } from './sysctl_persisted.ts'
import { tools } from './tools.ts'
import { wrapLibrary } from './wrap_library.ts'

/** Facts without arguments, by key. */
export const facts: ReadonlyMap<string, Fact> = new Map(
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
    links,
    addresses,
    routing,
    netFilters,
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
  ].map((fact): [string, Fact] => [fact.key, fact as Fact]),
)

/** Facts that take an argument: how their keys read, and what they tell. */
export const factsWithArguments = [
  { key: 'unit/NAME', summary: 'State of one systemd unit.' },
  { key: 'nm_keyfile/NAME', summary: 'The file that NetworkManager keeps one profile in.' },
  { key: 'service/NAME', summary: 'Whether one systemd unit uses MPTCP, by its files and its main process.' },
  { key: 'file/PATH', summary: 'Content, mode and owner of one file, or that it is absent.' },
]
