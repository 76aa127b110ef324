/** Two links of one network do not answer for each other's addresses. */
import * as z from 'zod'
import type { Address } from '../../facts/addresses.ts'
import { addresses } from '../../facts/addresses.ts'
import type { NetFilters } from '../../facts/net_filters.ts'
import { netFilters } from '../../facts/net_filters.ts'
import { routing } from '../../facts/routing.ts'
import type { Evidence } from '../../model/audit.ts'
import { answersArp, inForce } from '../../mptcp/arp.ts'
import { networkOf } from '../../text/ip.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'

export const arpAnswers = defineControl({
  id: 'arp-answers',
  title: 'Links of one network answer ARP for their own addresses alone',
  rationale: 'Linux answers on any link by default, so that peers send both paths to one card.',
  severity: 'medium',
  nist: ['CM-6', 'SC-7'],
  references: ['kernel: Documentation/networking/ip-sysctl.rst, arp_ignore, arp_filter, rp_filter'],
  params: z.strictObject({}),
  facts: () => ({ addresses, routing, filters: netFilters }),
  check: (_, { addresses: own, routing: tables, filters }) => {
    const byNetwork = new Map<string, Address[]>()
    for (const one of own) {
      if (one.family !== 4 || one.scope !== 'global') continue
      const network = networkOf(one.address, one.prefix)
      byNetwork.set(network, [...(byNetwork.get(network) ?? []), one])
    }
    const shared = [...byNetwork].filter(([, all]) => new Set(all.map(({ dev }) => dev)).size > 1)
    if (shared.length === 0) return notApplicable('no two links are in one network')
    const links = new Set(shared.flatMap(([, all]) => all.map(({ dev }) => dev)))
    const seen = [...links].flatMap((dev) => KINDS.flatMap((kind) => settings(filters, kind, dev)))
    const answers = shared.flatMap(([, all]) =>
      all.flatMap((home) => [...links].map((dev) => ({ dev, home, does: answersArp(dev, home, filters, tables) }))),
    )
    const wrong = answers.flatMap(({ dev, home, does }) => {
      if (does === null || does === (dev === home.dev)) return []
      return [does ? `${dev} answers for ${home.address} of ${home.dev}` : `${dev} does not answer for ${home.address}`]
    })
    if (wrong.length > 0) {
      const some = wrong.slice(0, SAID).join('; ')
      const more = wrong.length > SAID ? `; and ${wrong.length - SAID} more` : ''
      return fail(`${some}${more} (net.ipv4.conf.all.arp_ignore = 1 is the usual remedy)`, null, ...seen)
    }
    if (answers.some(({ does }) => does === null))
      return notTested('which link answers hangs on rules that cannot be judged without a packet', ...seen)
    return pass('each answers for itself', ...seen)
  },
})

/** A link may have hundreds of addresses. */
const SAID = 4

const KINDS = ['arpIgnore', 'arpFilter', 'rpFilter'] as const

/** The values of a link and of all links, of which the greater counts. */
function settings(filters: NetFilters, kind: (typeof KINDS)[number], dev: string): Evidence[] {
  return [{ kind: 'running', fact: `net_filters/${kind}/${dev}`, value: inForce(filters[kind], dev) }]
}
