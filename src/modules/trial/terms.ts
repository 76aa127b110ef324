/** What a trial is about, as its judge must know it. */
import type { Endpoints } from '../../facts/mptcp_endpoints.ts'
import type { FallbackEnd } from '../../mptcp/fallback-evidence.ts'
import type { ProofEvidence } from '../../mptcp/proof-evidence.ts'

/** What diagnosis takes from one end's facts. */
type TrialEnd = Pick<FallbackEnd, 'limits' | 'endpoints' | 'sysctl'>

export interface TrialTerms extends Pick<
  ProofEvidence,
  'server' | 'client' | 'minSubflows' | 'minShare' | 'paths' | 'serverDevices' | 'clientDevices'
> {
  bytes: number
  ends: { server: TrialEnd; client: TrialEnd }
}

/** What diagnosis takes from the facts of a host. */
export function toTrialEnd(host: {
  limits: TrialEnd['limits']
  sysctl: TrialEnd['sysctl']
  endpoints: Endpoints
  addresses: readonly { address: string }[]
}): TrialEnd {
  const own = new Set(host.addresses.map(({ address }) => address))
  const endpoints = Object.values(host.endpoints)
    .filter(({ flags }) => !flags.includes('implicit'))
    .map(({ address, flags }) => ({ address, flags, present: own.has(address) }))
  return { limits: host.limits, sysctl: host.sysctl, endpoints }
}
