import type { MibCounters } from '../mptcp/counters.ts'
import { parseMibCounters } from '../mptcp/counters.ts'
import { defineFact } from './define.ts'

/** MPTcpExt counters of /proc/net/netstat, cumulative since boot of the namespace. A missing name is unknown, not 0. */
export type Counters = MibCounters

export const counters = defineFact<Counters>({
  key: 'counters',
  summary: 'MPTCP counters of the kernel, cumulative.',
  probe: 'grep ^MPTcpExt: /proc/net/netstat',
  parse: ({ stdout }) => parseMibCounters(stdout),
  example: `MPTcpExt: MPCapableSYNRX MPCapableSYNTX MPCapableSYNACKRX MPCapableACKRX MPCapableFallbackACK MPCapableFallbackSYNACK MPCapableSYNTXDrop MPCapableSYNTXDisabled MPCapableEndpAttempt MPFallbackTokenInit MPTCPRetrans MPJoinNoTokenFound MPJoinSynRx
MPTcpExt: 2 0 0 2 0 0 0 0 0 0 132 0 2
`,
})
