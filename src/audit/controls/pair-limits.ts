/** The two ends of a pair leave room for each other: what one announces the other accepts. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { links } from '../../facts/links.ts'
import type { Endpoints } from '../../facts/mptcp_endpoints.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import { limits } from '../../facts/mptcp_limits.ts'
import { routing } from '../../facts/routing.ts'
import type { Evidence } from '../../model/audit.ts'
import type { EndpointFlag } from '../../mptcp/endpoint-flags.ts'
import type { Known } from '../define.ts'
import { defineControl } from '../define.ts'
import { sharedPaths } from '../pair-paths.ts'
import { madeEndpoints } from '../endpoints.ts'
import { eachPeer, pairsVerdict } from '../pairs.ts'

export const pairLimits = defineControl({
  id: 'pair-limits',
  title: 'The two ends of each pair leave room for each other’s endpoints',
  rationale: 'An address that nobody accepts, or a join that the other end has no room for, leaves one path in use.',
  severity: 'high',
  nist: ['CM-6', 'CP-8'],
  references: ['guide: Configuring Subflow Limits', 'ip-mptcp(8)', 'RFC 8684 sections 3.2 and 3.4'],
  params: z.strictObject({}),
  facts: () => ({ addresses, links, routing, endpoints, limits }),
  pairwise: true,
  check: (_, own, around) => {
    const { limits: have } = own
    const seen: Evidence[] = [
      { kind: 'running', fact: 'limits/subflows', value: have.subflows },
      { kind: 'running', fact: 'limits/addAddrAccepted', value: have.addAddrAccepted },
    ]
    const need = { subflows: 0, accepted: 0 }
    const findings = eachPeer(around, (theirs, { name, part }) => {
      const paths = sharedPaths(around.host, own, { name, part }, theirs)
      const extra = Math.max(0, paths.length - 1)
      const mine = new Set(paths.map(({ here }) => here.address))
      const others = new Set(paths.map(({ there }) => there.address))
      const isClient = part === 'server'
      const [opened, announced] = isClient
        ? [count(own.endpoints, mine, 'subflow'), count(theirs.endpoints, others, 'signal')]
        : [count(theirs.endpoints, others, 'subflow'), count(own.endpoints, mine, 'signal')]
      const evidence: Evidence[] = [
        { kind: 'running', fact: 'endpoint', value: { paths: paths.length, announced, opened }, where: name },
      ]
      if (extra === 0) return { status: 'pass', reason: `one path at most with ${name}`, evidence }
      const isBare = [own, theirs].every(({ endpoints: all }) => madeEndpoints(all).length === 0)
      if (isBare && !isNamed(around, name)) {
        const reason = `neither this host nor ${name} has an endpoint: they were tested together, and no profile says that they are a pair`
        return { status: 'not-tested', reason, evidence }
      }
      if (announced === 0 && opened === 0) {
        // Told once, at the end that is to announce.
        return isClient
          ? { status: 'pass', reason: `${name} announces nothing`, evidence }
          : { status: 'fail', reason: `announces no address to ${name}, which opens no subflow by itself`, evidence }
      }
      const joins = Math.min(extra, Math.max(announced, opened))
      const accepted = isClient && opened === 0 ? joins : 0
      need.subflows = Math.max(need.subflows, joins)
      need.accepted = Math.max(need.accepted, accepted)
      const short = [
        ...(have.subflows < joins ? [`subflows is ${have.subflows}, ${name} needs ${joins}`] : []),
        ...(have.addAddrAccepted < accepted
          ? [`add_addr_accepted is ${have.addAddrAccepted}, ${name} announces ${accepted}`]
          : []),
      ]
      return short.length > 0
        ? { status: 'fail', reason: short.join('; '), evidence }
        : { status: 'pass', reason: `room for further subflows with ${name}: ${joins}`, evidence }
    })
    const isShort = have.subflows < need.subflows || have.addAddrAccepted < need.accepted
    const params = {
      subflows: Math.max(have.subflows, need.subflows),
      add_addr_accepted: Math.max(have.addAddrAccepted, need.accepted),
    }
    const verdict = pairsVerdict(findings, isShort ? { module: 'mptcp_limits', params } : null)
    return { ...verdict, evidence: [...seen, ...verdict.evidence] }
  },
})

/** Endpoints on the pair's paths that have the flag. */
function count(declared: Endpoints, ends: ReadonlySet<string>, flag: EndpointFlag): number {
  return Object.values(declared).filter(({ address, flags }) => ends.has(address) && flags.includes(flag)).length
}

/** Whether the profile says that they are a pair: one that was tested may have been taken apart since. */
function isNamed({ pairs }: Known, peer: string): boolean {
  return pairs.some(({ server, client, named }) => named === true && (server === peer || client === peer))
}
