/**
 * Holds a profile against hosts as they are read. Controls over pairs wait until both ends are read; of what was read only
 * the facts that they need are held so long, so that memory does not grow with all that hosts say.
 */
import type { Known } from '../../audit/define.ts'
import { evaluateHost, profileFacts, unreachableHost } from '../../audit/evaluate.ts'
import type { Profile } from '../../audit/profile.ts'
import type { ControlResult } from '../../model/audit.ts'
import type { FactResults } from '../script/probe.ts'
import { pairFacts, peersOf, readFrom } from './around.ts'

interface Judge {
  read: (known: Known, facts: FactResults) => void
  /** The host could not be read. */
  missed: (known: Known, reason: string) => void
  /** Once all hosts are read or missed. `outside`: why a host was neither. */
  results: (outside: (peer: string) => string) => (host: string) => ControlResult[]
}

/** What is left of a host that was judged alone. */
type Held = { known: Known; alone: ControlResult[]; facts: FactResults } | { missed: string; all: ControlResult[] }

/** `waiverOf`: the index of the waiver that covers a control on a host, or null. */
export function newJudge(profile: Profile, waiverOf: (host: string, control: string) => number | null): Judge {
  const split = (pairwise: boolean): Pick<Profile, 'controls'> => ({
    controls: profile.controls.filter(({ control }) => (control.pairwise === true) === pairwise),
  })
  const [alone, paired] = [split(false), split(true)]
  const order = new Map(profile.controls.map(({ control }, index) => [control.id, index]))
  const held = new Map<string, Held>()
  return {
    read: (known, facts) => {
      const results = evaluateHost(alone, readFrom(facts), (control) => waiverOf(known.host, control), known)
      const needed = new Set(profileFacts(paired, known).keys())
      held.set(known.host, { known, alone: results, facts: pairFacts(facts, needed) })
    },
    missed: ({ host }, reason) => held.set(host, { missed: reason, all: unreachableHost(profile, reason) }),
    results: (outside) => {
      const look = (peer: string): { facts: FactResults } | { reason: string } => {
        const found = held.get(peer)
        if (found === undefined) return { reason: outside(peer) }
        return 'missed' in found ? { reason: found.missed } : { facts: found.facts }
      }
      return (host) => {
        const one = held.get(host)!
        if ('missed' in one) return one.all
        const { known, facts } = one
        const waived = (control: string): number | null => waiverOf(host, control)
        const both = evaluateHost(paired, readFrom(facts), waived, known, peersOf(known, look))
        return [...one.alone, ...both].toSorted((a, b) => order.get(a.control)! - order.get(b.control)!)
      }
    },
  }
}
