/**
 * Why multipath did not happen, told from the counters of both ends (Linux Documentation/networking/mptcp and
 * net/mptcp/mib.c name them). A row speaks only where the counters leave one cause; a counter that a kernel lacks
 * never makes a row true.
 */
import type { MibCounters } from './counters.ts'

/** What is known of a connection that is not as it should be. Counters are what they gained over its life. */
export interface FallbackEvidence {
  server: string
  client: string
  serverCounters: MibCounters
  clientCounters: MibCounters
  /** Whether the server's program listened for MPTCP; null where not known. */
  serverListensMptcp: boolean | null
  /** `ip mptcp limits` of both ends, null where not known. */
  serverLimits: { subflows: number; addAddrAccepted: number } | null
  clientLimits: { subflows: number; addAddrAccepted: number } | null
}

/** What a cause explains: why the connection is not MPTCP at all, or why it lacks subflows. */
export type Explains = 'connection' | 'joins'

interface Row {
  explains: Explains
  when: (evidence: Read) => boolean
  text: (evidence: FallbackEvidence) => string
}

/** Counters by name; a missing one is neither zero nor more than zero. */
interface Read {
  evidence: FallbackEvidence
  client: Gained
  server: Gained
}
interface Gained {
  some: (name: string) => boolean
  none: (name: string) => boolean
}

const ROWS: readonly Row[] = [
  {
    explains: 'connection',
    when: ({ evidence }) => evidence.serverListensMptcp === false,
    text: ({ server }) =>
      `the web server on ${server} listens with plain TCP: mptcpize took no effect on python3 there (a wrapper or a ` +
      'static build in its place, or LD_PRELOAD was ignored)',
  },
  {
    explains: 'connection',
    when: ({ client }) => client.some('MPCapableSYNTXDisabled'),
    text: ({ client }) =>
      `${client} no longer asks for MPTCP, because an earlier SYN with MPTCP was dropped on the way; once the way is ` +
      `clear, write net.mptcp.blackhole_timeout again on ${client} to start over`,
  },
  {
    explains: 'connection',
    when: ({ client }) => client.some('MPCapableSYNTXDrop'),
    text: ({ client, server }) =>
      `SYNs with the MPTCP option from ${client} to ${server} are dropped on the way, plain ones pass: look for a ` +
      'firewall or middlebox between them',
  },
  {
    explains: 'connection',
    when: ({ client }) => client.none('MPCapableSYNTX') && !client.some('MPCapableSYNTXDisabled'),
    text: ({ client }) => `curl on ${client} opened plain TCP: mptcpize took no effect on it (a static build?)`,
  },
  {
    explains: 'connection',
    when: ({ evidence, client, server }) =>
      evidence.serverListensMptcp === true && client.some('MPCapableFallbackSYNACK') && server.none('MPCapableSYNRX'),
    text: ({ client, server }) =>
      `the MPTCP option of ${client}'s SYN did not reach ${server}: a firewall or middlebox on the way removes it`,
  },
  {
    explains: 'connection',
    when: ({ client, server }) => client.some('MPCapableFallbackSYNACK') && server.some('MPCapableSYNRX'),
    text: ({ client, server }) =>
      `the MPTCP option of ${server}'s SYN/ACK did not reach ${client}: a firewall or middlebox on the way back removes it`,
  },
  {
    explains: 'connection',
    when: ({ client, server }) => client.some('MPCapableDataFallback') && server.some('MPCapableFallbackACK'),
    text: ({ client, server }) =>
      `MPTCP options from ${client} to ${server} are removed after the handshake, by a firewall or middlebox on the way`,
  },
  {
    explains: 'joins',
    when: ({ server }) => server.some('MPJoinRejected'),
    text: ({ server, serverLimits }) =>
      `${server} rejected further subflows: its subflow limit is ${serverLimits?.subflows ?? 'reached'}` +
      ` (ip mptcp limits on ${server})`,
  },
  {
    explains: 'joins',
    when: ({ client }) => client.some('AddAddr') && client.some('AddAddrDrop') && client.none('MPJoinSynTx'),
    text: ({ client }) =>
      `${client} received the server's further address and dropped it: a userspace path manager is set without its daemon`,
  },
  {
    explains: 'joins',
    when: ({ client }) => client.some('AddAddr') && client.none('AddAddrDrop') && client.none('MPJoinSynTx'),
    text: ({ client, clientLimits }) =>
      `${client} received the server's further address and did not use it: its limits are add_addr_accepted ` +
      `${clientLimits?.addAddrAccepted ?? 'unknown'}, subflows ${clientLimits?.subflows ?? 'unknown'}` +
      ` (ip mptcp limits on ${client})`,
  },
  {
    explains: 'joins',
    when: ({ client, server }) => client.none('AddAddr') && client.none('MPJoinSynTx') && server.none('AddAddrTx'),
    text: ({ client, server }) =>
      `${server} announced no further address (no other endpoint with the flag signal) and ${client} has no endpoint ` +
      'with the flag subflow that is not in use',
  },
  {
    explains: 'joins',
    when: ({ client }) => client.some('MPJoinSynTxBindErr'),
    text: ({ client }) => `${client} could not bind an endpoint's address: it is no longer on any interface`,
  },
  {
    explains: 'joins',
    when: ({ client }) => client.some('MPJoinSynTxConnectErr'),
    text: ({ client }) =>
      `${client} found no route for a further subflow: the endpoint's device is down or has no route`,
  },
  {
    explains: 'joins',
    when: ({ client, server }) =>
      client.some('MPJoinSynTx') &&
      client.none('MPJoinSynAckRx') &&
      client.some('MPRstTx') &&
      server.none('MPJoinSynRx'),
    text: ({ client, server }) =>
      `the join option of ${client}'s further SYN did not reach ${server}: a firewall or middlebox on that path removes it`,
  },
  {
    explains: 'joins',
    when: ({ client, server }) =>
      client.some('MPJoinSynTx') &&
      client.none('MPJoinSynAckRx') &&
      client.none('MPRstTx') &&
      server.none('MPJoinSynRx'),
    text: ({ client, server }) =>
      `${client}'s SYN for a further subflow did not reach a socket of ${server}: dropped or refused on that path ` +
      '(firewall, route, rp_filter)',
  },
]

/** Causes that the counters leave no doubt about, most telling first; empty where they do not tell. */
export function diagnose(evidence: FallbackEvidence, explains: Explains): string[] {
  const read = { evidence, client: gained(evidence.clientCounters), server: gained(evidence.serverCounters) }
  return ROWS.filter((row) => row.explains === explains && row.when(read)).map((row) => row.text(evidence))
}

function gained(counters: MibCounters): Gained {
  return {
    some: (name) => (counters[name] ?? 0) > 0,
    none: (name) => counters[name] === 0,
  }
}
