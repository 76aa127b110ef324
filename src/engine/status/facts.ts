/** The facts that `status` reads of a host, and their values by name. */
import { addresses } from '../../facts/addresses.ts'
import { connections } from '../../facts/connections.ts'
import { counters } from '../../facts/counters.ts'
import type { Have } from '../../facts/define.ts'
import { identity } from '../../facts/identity.ts'
import { links } from '../../facts/links.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import { limits } from '../../facts/mptcp_limits.ts'
import { mptcpLog } from '../../facts/mptcp_log.ts'
import { mptcpPersisted } from '../../facts/mptcp_persisted.ts'
import { mptcpSocket } from '../../facts/mptcp_socket.ts'
import { nm } from '../../facts/nm.ts'
import { nmProfiles } from '../../facts/nm_profile.ts'
import { routing } from '../../facts/routing.ts'
import { sysctl } from '../../facts/sysctl.ts'
import { sysctlPersisted } from '../../facts/sysctl_persisted.ts'
import type { FactResults } from '../script/probe.ts'

export const STATUS_FACTS = {
  identity,
  sysctl,
  sysctlPersisted,
  socket: mptcpSocket,
  limits,
  endpoints,
  persisted: mptcpPersisted,
  links,
  addresses,
  routing,
  nm,
  nmProfiles,
  connections,
  counters,
  log: mptcpLog,
} as const

/** Values by name; null where one could not be read. */
export type StatusFacts = { [K in keyof typeof STATUS_FACTS]: Have<typeof STATUS_FACTS>[K] | null }

/** Why a fact could not be read. */
export interface Unread {
  fact: string
  reason: string
  hint: string
}

/** Takes what a probe gathered apart into values and what could not be read. */
export function statusFacts(gathered: FactResults): { have: StatusFacts; unread: Unread[] } {
  const unread: Unread[] = []
  const values = Object.entries(STATUS_FACTS).map(([name, { key }]): [string, unknown] => {
    const result = gathered.get(key) ?? { ok: false, reason: 'it was not asked for', hint: '' }
    if (result.ok) return [name, result.value]
    unread.push({ fact: key, reason: result.reason, hint: result.hint })
    return [name, null]
  })
  return { have: Object.fromEntries(values) as StatusFacts, unread }
}
