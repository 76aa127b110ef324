/** Causes for which a further subflow was tried and did not come about. */
import type { CauseRow, FallbackEvidence } from './fallback-evidence.ts'
import { absentEndpoints, all, announced, any, clientEndpoints, named, not } from './fallback-evidence.ts'

const ON_THAT_PATH = 'look for a firewall, proxy or NAT on that path that removes or rewrites TCP options (kind 30)'

const absentOnServer = ({ server }: FallbackEvidence): boolean | null => any(absentEndpoints(server, 'signal'))

/** ` (FROM -> TO)` of SYNs that waited in vain. */
const joins = ({ waitingJoins }: FallbackEvidence): string => {
  const pairs = (waitingJoins ?? []).map(({ from, to }) => `${from} -> ${to}`)
  return pairs.length === 0 ? '' : ` (${pairs.join(', ')})`
}

export const JOIN_ROWS: readonly CauseRow[] = [
  {
    code: 'server-limit',
    explains: ['joins'],
    client: { some: ['MPJoinSynAckRx'] },
    server: { some: ['MPJoinSynRx', 'MPJoinRejected'] },
    cause: ({ server }) =>
      `${server.name} rejected further subflows: its subflow limit is ${server.limits?.subflows ?? 'reached'}`,
    next: ({ server, wanted }) => `set it to ${wanted} or more on ${server.name} with mptcp_limits or mptcp_pair`,
  },
  {
    code: 'address-absent',
    explains: ['joins'],
    client: { some: ['MPJoinSynTxBindErr'] },
    cause: ({ client }) => {
      const absent = named(absentEndpoints(client, 'subflow'))
      return `${client.name} could not open a subflow from an endpoint's address (${absent || 'not known'}): no interface has it`
    },
    next: ({ client }) => `give ${client.name} the address, or remove the endpoint with mptcp_endpoints (exact: true)`,
  },
  {
    code: 'announced-absent',
    explains: ['joins'],
    client: { some: ['AddAddr'], none: ['MPJoinSynAckRx'] },
    when: absentOnServer,
    cause: ({ client, server }) =>
      `${server.name} announces ${named(absentEndpoints(server, 'signal'))}, which none of its interfaces has, so that ` +
      `${client.name} cannot reach it`,
    next: ({ server }) => `give ${server.name} the address, or remove the endpoint with mptcp_endpoints (exact: true)`,
  },
  {
    code: 'no-route-to-announced',
    explains: ['joins'],
    client: { some: ['MPJoinSynTxConnectErr', 'AddAddr'] },
    // Where the client has an endpoint of its own, that may be what has no route.
    when: (evidence) => all(any(clientEndpoints(evidence)) === false || null, not(absentOnServer(evidence))),
    cause: (evidence) =>
      `${evidence.client.name} has no route to the address that ${evidence.server.name} announced` +
      ` (${named(announced(evidence)) || 'not known'})`,
    next: ({ client }) => `look at the interfaces and routes of ${client.name} (ip route get ADDRESS)`,
  },
  {
    code: 'no-route-from-endpoint',
    explains: ['joins'],
    client: { some: ['MPJoinSynTxConnectErr'] },
    // An announced address that came may be what has no route, as well.
    when: (evidence) => all(any(clientEndpoints(evidence)), evidence.client.counters['AddAddr'] === 0 || null),
    cause: (evidence) =>
      `${evidence.client.name} could not connect from its endpoint ${named(clientEndpoints(evidence))}: the endpoint's ` +
      'device is down or has no route',
    next: ({ client }) => `look at the interfaces and routes of ${client.name} (ip route get SERVER from ADDRESS)`,
  },
  {
    code: 'join-stripped',
    explains: ['joins'],
    client: { some: ['unanswered', 'MPRstTx'] },
    server: { some: ['unseen'] },
    cause: ({ client, server }) =>
      `the join option of ${client.name}'s SYN for a further subflow did not reach ${server.name}: it is removed on ` +
      'that path',
    next: () => ON_THAT_PATH,
  },
  {
    code: 'join-dropped',
    explains: ['joins'],
    client: { some: ['unanswered'], none: ['MPRstTx'] },
    server: { some: ['unseen'] },
    when: (evidence) => all(any(evidence.waitingJoins), not(absentOnServer(evidence))),
    cause: (evidence) =>
      `${evidence.client.name}'s SYN for a further subflow did not reach a socket of ${evidence.server.name} and was ` +
      `never answered: it is dropped on that path${joins(evidence)}`,
    next: ({ server }) =>
      `look for a firewall, a route that sends it elsewhere, and on ${server.name} rp_filter 1 and arp_ignore`,
  },
  {
    code: 'join-refused',
    explains: ['joins'],
    client: { some: ['unanswered'], none: ['MPRstTx'] },
    server: { some: ['unseen'] },
    when: (evidence) => all(not(any(evidence.waitingJoins)), not(absentOnServer(evidence))),
    cause: ({ client, server }) =>
      `${client.name}'s SYN for a further subflow did not reach a socket of ${server.name}: it was refused on that path`,
    next: ({ server }) =>
      `look for a firewall that rejects it, and whether the program on ${server.name} listens on every address`,
  },
  {
    code: 'join-unknown',
    explains: ['joins'],
    client: { some: ['unanswered'] },
    server: { some: ['MPJoinNoTokenFound'] },
    cause: ({ client, server }) =>
      `${client.name}'s SYN for a further subflow reached ${server.name}, which did not know the connection: either it ` +
      'came late, after the end of the connection, or a load balancer or NAT brought it to another host than the first',
    next: ({ server }) =>
      `look at that path for loss (arp_ignore on ${server.name}), and for a balancer before the server`,
  },
  {
    code: 'join-answer-stripped',
    explains: ['joins'],
    client: { some: ['unanswered', 'MPRstTx'] },
    server: { some: ['unfinished'], none: ['unseen', 'MPJoinNoTokenFound', 'MPJoinRejected'] },
    cause: ({ client, server }) =>
      `the join option of ${server.name}'s SYN/ACK for a further subflow did not reach ${client.name}: it is removed on ` +
      'the way back',
    next: () => ON_THAT_PATH,
  },
  {
    code: 'join-answer-lost',
    explains: ['joins'],
    client: { some: ['unanswered'], none: ['MPRstTx'] },
    server: { some: ['unfinished'], none: ['unseen', 'MPJoinNoTokenFound', 'MPJoinRejected'] },
    cause: (evidence) =>
      `${evidence.server.name} answered ${evidence.client.name}'s SYN for a further subflow, and the answer did not ` +
      `arrive${joins(evidence)}`,
    next: ({ client, server }) =>
      `look for a firewall on the way back, for a route of ${server.name} that sends it out by another interface, and ` +
      `on ${client.name} for rp_filter 1`,
  },
  {
    code: 'join-ack-stripped',
    explains: ['joins'],
    client: { some: ['MPJoinSynAckRx', 'MPRstTx'], none: ['unanswered'] },
    server: { some: ['unfinished'], none: ['MPJoinRejected', 'MPJoinAckHMacFailure'] },
    cause: ({ client, server }) =>
      `the join option of ${client.name}'s last handshake packet (ACK) for a further subflow did not reach ` +
      `${server.name}: it is removed on that path`,
    next: () => ON_THAT_PATH,
  },
  {
    code: 'join-key-wrong',
    explains: ['joins'],
    client: { some: ['MPJoinSynAckHMacFailure'] },
    cause: ({ client }) =>
      `the answer to ${client.name}'s SYN for a further subflow came from a host that does not know the connection's keys`,
    next: () => 'look for a load balancer or NAT that brings further subflows to another server than the first',
  },
  {
    code: 'join-key-wrong',
    explains: ['joins'],
    server: { some: ['MPJoinAckHMacFailure'] },
    cause: ({ server }) =>
      `${server.name} was asked for a further subflow by a host that does not know the connection's keys`,
    next: () => 'look for a load balancer or NAT that brings further subflows to another server than the first',
  },
]
