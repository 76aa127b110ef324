/** Causes for which the client never tried a further subflow: limits, endpoints, announcements. */
import type { CauseRow, FallbackEnd, FallbackEvidence } from './fallback-evidence.ts'
import { TRIED, all, announced, any, clientEndpoints, named, not } from './fallback-evidence.ts'

/** Whether the client may open as many as are wanted. */
const clientAllows = ({ client, wanted }: FallbackEvidence): boolean | null =>
  client.limits === null ? null : client.limits.subflows >= wanted

/** Whether the client may use as many announced addresses as came. */
const clientAccepts = ({ client, wanted }: FallbackEvidence): boolean | null => {
  const came = client.counters['AddAddr']
  if (client.limits === null || came === undefined) return null
  return client.limits.addAddrAccepted >= Math.min(came, wanted)
}

/** Whether more of the announced addresses would have to be used. */
const needsAnnounced = (evidence: FallbackEvidence): boolean | null => {
  if (any(clientEndpoints(evidence)) === false) return true
  const tried = evidence.client.counters['MPJoinSynTx']
  return tried === undefined ? null : tried < evidence.wanted
}

/** Whether the kernel leaves endpoints and subflows to a program in user space. */
const leavesPaths = ({ sysctl }: FallbackEnd): boolean | null => {
  const type = sysctl['net.mptcp.pm_type']
  return type === undefined ? null : type === '1'
}

export const ANNOUNCEMENT_ROWS: readonly CauseRow[] = [
  {
    code: 'client-limit',
    explains: ['joins'],
    when: (evidence) => not(clientAllows(evidence)),
    cause: ({ client, wanted }) =>
      `${client.name} may not open ${wanted} further subflow${wanted === 1 ? '' : 's'}: its subflow limit is ` +
      `${client.limits?.subflows ?? 'not known'}`,
    next: ({ client, wanted }) => `set it to ${wanted} or more on ${client.name} with mptcp_limits or mptcp_pair`,
  },
  {
    code: 'accept-limit',
    explains: ['joins'],
    client: { some: ['AddAddr'], none: ['AddAddrDrop'] },
    when: (evidence) => all(not(clientAccepts(evidence)), needsAnnounced(evidence)),
    cause: ({ client, server }) =>
      `${client.name} received ${server.name}'s further address and did not use it: its limit add_addr_accepted is ` +
      `${client.limits?.addAddrAccepted ?? 'not known'}`,
    next: ({ client, wanted }) => `set it to ${wanted} or more on ${client.name} with mptcp_limits or mptcp_pair`,
  },
  {
    code: 'userspace-manager',
    explains: ['joins'],
    client: { some: ['AddAddr', 'AddAddrDrop'], none: TRIED },
    when: ({ client }) => leavesPaths(client),
    cause: ({ client, server }) =>
      `${client.name} dropped ${server.name}'s further address: it leaves paths to a program (net.mptcp.pm_type is 1), ` +
      'and none runs',
    next: ({ client }) => `set net.mptcp.pm_type to 0 on ${client.name}, or start its daemon (mptcpd)`,
  },
  {
    code: 'address-unused',
    explains: ['joins'],
    client: { some: ['AddAddr'], none: ['AddAddrDrop', ...TRIED] },
    when: (evidence) => all(clientAllows(evidence), clientAccepts(evidence)),
    cause: ({ client, server }) =>
      `${client.name} received ${server.name}'s further address and did not use it, although its limits allow it; the ` +
      'counters do not tell why',
    next: ({ client }) => `watch \`ip mptcp monitor\` on ${client.name} during a trial`,
  },
  {
    code: 'address-lost',
    explains: ['joins'],
    client: { none: ['AddAddr', ...TRIED] },
    server: { some: ['AddAddrTx'] },
    cause: ({ client, server }) => `${server.name} announced its further address, and ${client.name} never received it`,
    next: () => 'look for a firewall, proxy or NAT on the way that removes or rewrites TCP options (kind 30)',
  },
  {
    code: 'no-endpoint',
    explains: ['joins'],
    client: { none: ['AddAddr', ...TRIED] },
    server: { none: ['AddAddrTx'] },
    when: (evidence) => all(not(any(announced(evidence))), not(any(clientEndpoints(evidence)))),
    cause: ({ client, server }) =>
      `${server.name} announced no further address (it has no other endpoint with the flag signal), and ${client.name} ` +
      'has no further endpoint with the flag subflow',
    next: () => 'configure both ends with mptcp_pair',
  },
  {
    code: 'initial-denied',
    explains: ['joins'],
    client: { none: ['AddAddr', ...TRIED] },
    server: { none: ['AddAddrTx'] },
    when: (evidence) => {
      const allowed = evidence.server.sysctl['net.mptcp.allow_join_initial_addr_port']
      return all(allowed === undefined ? null : allowed === '0', any(clientEndpoints(evidence)))
    },
    cause: ({ client, server }) =>
      `${server.name} refuses further subflows to the address that ${client.name} is connected to ` +
      '(net.mptcp.allow_join_initial_addr_port is 0) and announces no other',
    next: ({ server }) => `announce an address of ${server.name} with mptcp_pair, or set that sysctl to 1 there`,
  },
  {
    code: 'not-announced',
    explains: ['joins'],
    client: { none: ['AddAddr', ...TRIED] },
    server: { none: ['AddAddrTx'] },
    when: (evidence) => any(announced(evidence)),
    cause: (evidence) =>
      `${evidence.server.name} did not announce its endpoint ${named(announced(evidence))}` +
      (leavesPaths(evidence.server) === true ? ': it leaves paths to a program (net.mptcp.pm_type is 1)' : ''),
    next: ({ server }) => `look at sysctl net.mptcp.pm_type and at \`ip mptcp endpoint\` on ${server.name}`,
  },
]
