/** Whether a jump host still leads to the hosts behind it: from itself, since these may have no part in the run. */
import pLimit from 'p-limit'
import type { Change } from '../model/change.ts'
import type { Session } from '../transport/types.ts'
import type { RunContext } from './context.ts'
import type { Hop } from './jump-order.ts'

/** Places that are tried at once over one connection. */
const AT_ONCE = 8

/** Those of the places at which an SSH server answers. All of them, where the connection cannot tell. */
export async function reachedFrom(context: RunContext, session: Session, hops: readonly Hop[]): Promise<Hop[]> {
  const { reaches } = session
  if (reaches === undefined) return [...hops]
  const limit = pLimit(AT_ONCE)
  const answers = await Promise.all(hops.map((hop) => limit(() => reaches(hop, context.kill))))
  return hops.filter((_, index) => answers[index] === true)
}

/** What decides which way packets go: on a host that leads to others it could cut these off. */
const NETWORK = new Set(['addresses', 'routing', 'links', 'net_filters', 'nm', 'nm_profile'])

/** Whether a change could do that. */
export function movesNetwork({ fact, effects }: Change): boolean {
  return [fact, ...Object.keys(effects ?? {})].some((path) => NETWORK.has(path.split('/', 1)[0] ?? ''))
}
