/** Two links of one network do not answer for each other's addresses. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { netFilters } from '../../facts/net_filters.ts'
import type { Evidence } from '../../model/audit.ts'
import { networkOf } from '../../text/ip.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const arpAnswers = defineControl({
  id: 'arp-answers',
  title: 'Links of one network answer ARP for their own addresses alone',
  rationale: 'Linux answers on any link by default, so that peers send both paths to one card.',
  severity: 'medium',
  nist: ['CM-6', 'SC-7'],
  references: ['kernel: Documentation/networking/ip-sysctl.rst, arp_ignore'],
  params: z.strictObject({}),
  facts: () => ({ addresses, filters: netFilters }),
  check: (_, { addresses: own, filters }) => {
    const byNetwork = new Map<string, Set<string>>()
    for (const { family, scope, address, prefix, dev } of own) {
      if (family !== 4 || scope !== 'global') continue
      const network = networkOf(address, prefix)
      byNetwork.set(network, (byNetwork.get(network) ?? new Set()).add(dev))
    }
    const shared = [...byNetwork].filter(([, devices]) => devices.size > 1)
    if (shared.length === 0) return notApplicable('no two links are in one network')
    const devices = [...new Set(shared.flatMap(([, all]) => [...all]))]
    const values = devices.map((dev) => ({
      dev,
      value: Math.max(filters.arpIgnore['all'] ?? 0, filters.arpIgnore[dev] ?? 0),
    }))
    const seen = values.map(({ dev, value }): Evidence => ({
      kind: 'running',
      fact: `net_filters/arpIgnore/${dev}`,
      value,
    }))
    const loose = values.filter(({ value }) => value === 0)
    if (loose.length === 0) return pass('each answers for itself', ...seen)
    const where = shared.map(([network]) => network).join(', ')
    return fail(`${loose.map(({ dev }) => dev).join(', ')} in ${where}: arp_ignore is 0`, null, ...seen)
  },
})
