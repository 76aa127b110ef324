/** Causes for which a connection is not MPTCP, breaks off, or stops using a subflow. */
import type { CauseRow, FallbackEvidence } from './fallback-evidence.ts'

const MIDDLEBOX = 'look for a firewall, proxy or NAT on the way that removes or rewrites TCP options (kind 30)'

/** Until it is written again, the client opens plain TCP: at first for this time, longer after each further drop. */
const clearBlackhole = ({ client }: FallbackEvidence): string =>
  `sysctl -w net.mptcp.blackhole_timeout=${client.sysctl['net.mptcp.blackhole_timeout'] ?? '3600'}`

export const CONNECTION_ROWS: readonly CauseRow[] = [
  {
    code: 'plain-server',
    explains: ['connection'],
    client: { some: ['MPCapableFallbackSYNACK'] },
    server: { none: ['MPCapableSYNRX'] },
    when: ({ serverListensMptcp }) => (serverListensMptcp === null ? null : !serverListensMptcp),
    cause: ({ server }) => `the web server on ${server.name} listens with plain TCP: mptcpize took no effect on it`,
    next: ({ server }) =>
      `on ${server.name} look at \`mptcpize run python3\`: a wrapper or static build in the place of either, or ` +
      'LD_PRELOAD ignored',
  },
  {
    code: 'syn-stripped',
    explains: ['connection'],
    client: { some: ['MPCapableFallbackSYNACK'] },
    server: { none: ['MPCapableSYNRX'] },
    when: ({ serverListensMptcp }) => serverListensMptcp,
    cause: ({ client, server }) =>
      `the MPTCP option of ${client.name}'s SYN did not reach ${server.name}: it is removed on the way`,
    next: () => MIDDLEBOX,
  },
  {
    code: 'synack-stripped',
    explains: ['connection'],
    client: { some: ['MPCapableFallbackSYNACK'] },
    server: { some: ['MPCapableSYNRX'] },
    cause: ({ client, server }) =>
      `the MPTCP option of ${server.name}'s SYN/ACK did not reach ${client.name}: it is removed on the way back`,
    next: () => MIDDLEBOX,
  },
  {
    code: 'syn-dropped',
    explains: ['connection'],
    client: { some: ['MPCapableSYNTXDrop', 'Blackhole'] },
    cause: ({ client, server }) =>
      `SYNs with the MPTCP option from ${client.name} to ${server.name} are dropped on the way, plain ones pass`,
    next: (evidence) =>
      'look for a firewall that drops TCP option 30; once it is mended, ' +
      `${evidence.client.name} still does not ask for MPTCP for an hour or more unless you run there: ` +
      clearBlackhole(evidence),
  },
  {
    code: 'blackhole-remembered',
    explains: ['connection'],
    client: { some: ['MPCapableSYNTXDisabled'] },
    cause: ({ client }) => `${client.name} does not ask for MPTCP, because SYNs with it were dropped on the way before`,
    next: (evidence) =>
      `once the way is clear, run on ${evidence.client.name}: ${clearBlackhole(evidence)}; writing the value starts over`,
  },
  {
    code: 'plain-client',
    explains: ['connection'],
    client: { none: ['MPCapableSYNTX', 'MPCapableSYNTXDisabled'] },
    cause: ({ client }) => `curl on ${client.name} opened plain TCP: mptcpize took no effect on it`,
    next: ({ client }) =>
      `on ${client.name} look at \`mptcpize run curl\`: a wrapper or static build in the place of either, or ` +
      'LD_PRELOAD ignored',
  },
  {
    code: 'stripped-to-server',
    explains: ['connection'],
    client: { some: ['MPCapableDataFallback'] },
    server: { some: ['MPCapableSYNRX', 'MPCapableFallbackACK'] },
    cause: ({ client, server }) =>
      `the MPTCP options of what ${client.name} sends to ${server.name} are removed after the SYN`,
    next: () => MIDDLEBOX,
  },
  {
    code: 'stripped-to-client',
    explains: ['connection'],
    client: { some: ['MPCapableDataFallback'] },
    server: { some: ['MPCapableACKRX', 'MPTCPRetrans'], none: ['MPCapableFallbackACK', 'DssFallback'] },
    cause: ({ client, server }) =>
      `the MPTCP options of what ${server.name} sends to ${client.name} are removed after the handshake`,
    next: () => MIDDLEBOX,
  },
  {
    code: 'stripped-once',
    explains: ['connection'],
    client: { some: ['MPCapableDataFallback'] },
    server: { some: ['MPCapableACKRX', 'DssFallback'] },
    cause: ({ client, server }) =>
      `of what ${server.name} sends to ${client.name} after the handshake the first packets lost MPTCP options ` +
      '(all MPTCP options, or ADD_ADDR alone), so that both ends went on with plain TCP',
    next: () => MIDDLEBOX,
  },
  {
    code: 'stripped-midstream',
    explains: ['connection'],
    client: { some: ['DssFallback'], none: ['MPCapableDataFallback'] },
    server: { some: ['MPTCPRetrans'] },
    cause: ({ client, server }) =>
      `the MPTCP options of what ${server.name} sends to ${client.name} were removed from the middle of the transfer on`,
    next: () => MIDDLEBOX,
  },
  {
    code: 'subflows-reset',
    explains: ['transfer', 'data'],
    client: { some: ['MPJoinSynAckRx', 'MPRstTx'] },
    server: { some: ['MPJoinAckRx', 'MPRstRx'] },
    cause: ({ client, server }) =>
      `${client.name} broke off ${String(client.counters['MPRstTx'])} subflows in mid-transfer, since what came from ` +
      `${server.name} no longer carried valid MPTCP options`,
    next: () => MIDDLEBOX,
  },
  {
    code: 'path-died',
    explains: ['transfer', 'data'],
    server: { some: ['SubflowStale'] },
    cause: ({ server }) => `a path died in mid-transfer: ${server.name} stopped using a subflow that went unanswered`,
    next: () => 'look at the links and filters of the path that carried least',
  },
  {
    code: 'no-answer',
    explains: ['transfer'],
    client: { some: ['MPCapableSYNTXDrop'], none: ['Blackhole'] },
    server: { none: ['MPCapableSYNRX'] },
    when: ({ curlRc }) => (curlRc === null ? null : curlRc === 28),
    cause: ({ client, server }) =>
      `no SYN from ${client.name} is answered by ${server.name}, neither with the MPTCP option nor without`,
    next: ({ server }) => `look for a firewall on ${server.name} or before it, and at the routes between them`,
  },
  {
    code: 'no-socket',
    explains: ['transfer'],
    client: { none: ['MPCapableSYNTX', 'MPCapableSYNTXDisabled'] },
    when: ({ curlRc }) => (curlRc === null ? null : curlRc === 7),
    cause: ({ client, server }) =>
      `curl on ${client.name} asked for no MPTCP connection: either MPTCP was switched off there just now, or mptcpize ` +
      `took no effect on curl and ${server.name} refused it`,
    next: ({ client }) => `look at sysctl net.mptcp.enabled and at \`mptcpize run curl\` on ${client.name}`,
  },
]
