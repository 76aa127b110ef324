/** What both ends know of a connection that is not as it should be, and the shape of a row that explains it. */
import type { MibCounters } from './counters.ts'

export interface FallbackEnd {
  name: string
  /** What its counters gained over the connection's life. */
  counters: MibCounters
  /** `ip mptcp limits`; null where not known. */
  limits: { subflows: number; addAddrAccepted: number } | null
  /** Its endpoints, the kernel's own left out; `present`: an interface has the address. Null where not known. */
  endpoints: readonly { address: string; flags: readonly string[]; present: boolean }[] | null
  /** Running values of net.mptcp.* by full name; a missing one is not known. */
  sysctl: Readonly<Record<string, string>>
}

export interface FallbackEvidence {
  server: FallbackEnd
  client: FallbackEnd
  /** Whether the server's program listened for MPTCP; null where not known. */
  serverListensMptcp: boolean | null
  /** Addresses of the first subflow. */
  first: { serverAddress: string; clientAddress: string }
  /** Further subflows that were to be there. */
  wanted: number
  /** SYNs for further subflows that were seen to wait for an answer; null where nothing was seen of the connection. */
  waitingJoins: readonly { from: string; to: string }[] | null
  /** Exit code of curl; null where it did not end. */
  curlRc: number | null
}

/** Why the connection is not MPTCP, why it lacks subflows, why the transfer broke off, why a subflow carried little. */
export type Explains = 'connection' | 'joins' | 'transfer' | 'data'

/**
 * Counters that must have grown, and ones that must not have. Beside the kernel's own there are, where what they come
 * from is known: of the client `unanswered` (MPJoinSynTx without MPJoinSynAckRx); of the server `unseen` (the client's
 * MPJoinSynTx without MPJoinSynRx) and `unfinished` (MPJoinSynRx without MPJoinAckRx).
 */
interface Pattern {
  some?: readonly string[]
  none?: readonly string[]
}

export interface CauseRow {
  code: string
  explains: readonly Explains[]
  client?: Pattern
  server?: Pattern
  /** What facts beside counters must say; null: they are not known. */
  when?: (evidence: FallbackEvidence) => boolean | null
  cause: (evidence: FallbackEvidence) => string
  /** What to do about it. */
  next: (evidence: FallbackEvidence) => string
}

/** Three-valued: null is not known. False wins over null, null over true. */
export function all(...values: readonly (boolean | null)[]): boolean | null {
  if (values.includes(false)) return false
  return values.includes(null) ? null : true
}

/** What the client counts once it tries a further subflow. */
export const TRIED = ['MPJoinSynTx', 'MPJoinSynTxBindErr', 'MPJoinSynTxConnectErr'] as const

/** Addresses that the client would open further subflows from; null where not known. */
export function clientEndpoints({ client, first }: FallbackEvidence): string[] | null {
  return addressesWith(client, ({ flags, address }) => flags.includes('subflow') && address !== first.clientAddress)
}

/** Addresses that the server is to announce; null where not known. */
export function announced({ server, first }: FallbackEvidence): string[] | null {
  return addressesWith(server, ({ flags, address }) => flags.includes('signal') && address !== first.serverAddress)
}

/** Addresses of endpoints with a flag that no interface has; null where not known. */
export function absentEndpoints(end: FallbackEnd, flag: string): string[] | null {
  return addressesWith(end, ({ flags, present }) => flags.includes(flag) && !present)
}

function addressesWith(
  { endpoints }: FallbackEnd,
  fits: (endpoint: NonNullable<FallbackEnd['endpoints']>[number]) => boolean,
): string[] | null {
  return endpoints?.filter((endpoint) => fits(endpoint)).map(({ address }) => address) ?? null
}

/** Whether there are any; null where not known. */
export function any(list: readonly unknown[] | null): boolean | null {
  return list === null ? null : list.length > 0
}

export function not(value: boolean | null): boolean | null {
  return value === null ? null : !value
}

/** Addresses in one phrase; empty where there are none or they are not known. */
export function named(addresses: readonly string[] | null): string {
  return (addresses ?? []).join(', ')
}
