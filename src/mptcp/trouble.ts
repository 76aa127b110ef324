/**
 * Counters that tell of trouble, in a few words each (net/mptcp/mib.c names them; what they mean was measured, or read
 * in the kernel's sources for those that need a broken peer). They count since boot, so they tell that something
 * happened, not that it still does.
 */
import type { MibCounters } from './counters.ts'

export interface Trouble {
  /** A counter, or `A − B` where one is missing from the other. */
  counter: string
  value: number
  meaning: string
}

const MEANINGS: Readonly<Record<string, string>> = {
  MPCapableFallbackSYNACK:
    'connections opened here became plain TCP: the peer does not use MPTCP, or its option was removed on the way',
  MPCapableFallbackACK: 'connections accepted here became plain TCP: the option was lost after the first packet',
  MPCapableDataFallback: 'connections became plain TCP at their first data: a middlebox removes the option',
  DssFallback: 'connections became plain TCP later on: a middlebox removes the option',
  DSSCorruptionFallback: 'connections became plain TCP: a middlebox changes data or options',
  DSSCorruptionReset: 'subflows were reset: a middlebox changes data or options',
  MD5SigFallback: 'connections became plain TCP: TCP MD5 signatures exclude MPTCP',
  SimultConnectFallback: 'connections became plain TCP: both ends connected at once',
  FallbackFailed: 'a fall back to plain TCP came too late and was refused',
  MPCapableSYNTXDrop: 'SYNs that ask for MPTCP are dropped on the way, plain ones pass',
  Blackhole: 'MPTCP was given up for a while because SYNs that ask for it were dropped',
  MPCapableSYNTXDisabled: 'connections did not ask for MPTCP, because earlier SYNs with it were dropped',
  MPJoinRejected: "further subflows were refused: this host's subflow limit is reached",
  MPJoinSynTxBindErr: 'further subflows failed: the address of an endpoint is on no interface',
  MPJoinSynTxConnectErr: 'further subflows failed: the device of an endpoint is down or has no route',
  MPJoinSynTxCreatSkErr: 'further subflows failed: no socket could be made for them',
  MPJoinNoTokenFound: 'further subflows came for connections that are not here: a wrong backend behind a balancer?',
  MPJoinSynAckHMacFailure: 'further subflows failed: the answer came from another host than the connection',
  MPJoinAckHMacFailure: 'further subflows failed: they came from another host than the connection',
  AddAddrDrop: 'announced addresses were dropped: a userspace path manager without its daemon?',
  RmAddrDrop: 'withdrawn addresses were dropped',
  SubflowStale: 'a path stood still while others went on: it died, was cut, or its reader was slow',
  MPFailRx: 'the peer found data damaged on the way',
  DataCsumErr: 'data was damaged on the way',
}

/** What the counters tell of, in the order of the list above; a counter that the kernel lacks tells nothing. */
export function troubles(counters: MibCounters): Trouble[] {
  const found = Object.entries(MEANINGS).flatMap(([counter, meaning]) => {
    const value = counters[counter] ?? 0
    return value > 0 ? [{ counter, value, meaning }] : []
  })
  const unanswered = (counters['MPJoinSynTx'] ?? 0) - (counters['MPJoinSynAckRx'] ?? Number.NaN)
  if (unanswered > 0) {
    found.push({
      counter: 'MPJoinSynTx − MPJoinSynAckRx',
      value: unanswered,
      meaning: 'further subflows got no answer: dropped on that path, or its option removed',
    })
  }
  const unused = counters['AddAddr'] ?? 0
  if (unused > 0 && counters['MPJoinSynTx'] === 0 && (counters['AddAddrDrop'] ?? 0) === 0) {
    const meaning = 'addresses that peers announced were never used: add_addr_accepted or the subflow limit is 0'
    found.push({ counter: 'AddAddr', value: unused, meaning })
  }
  return found
}

const FALLBACKS = [
  'MPCapableFallbackSYNACK',
  'MPCapableFallbackACK',
  'MPCapableDataFallback',
  'DssFallback',
  'DSSCorruptionFallback',
  'MD5SigFallback',
  'SimultConnectFallback',
]

/** Connections that became plain TCP since boot, by the counters that there are; null where there are none. */
export function fallbackCount(counters: MibCounters): number | null {
  const known = FALLBACKS.flatMap((name) => counters[name] ?? [])
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
