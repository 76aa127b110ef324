/** Each endpoint is bound to the device that has its address. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const endpointDevice = defineControl({
  id: 'endpoint-device',
  title: 'Each endpoint is bound to the device that has its address',
  rationale:
    'Without a device and without a rule for its source, both subflows leave by one link, and nothing is gained.',
  severity: 'high',
  nist: ['CM-6', 'CP-8'],
  references: ['ip-mptcp(8), dev', 'guide: Announcing Addresses'],
  params: z.strictObject({}),
  facts: () => ({ endpoints, addresses }),
  check: (_, { endpoints: declared, addresses: own }) => {
    const homes = Object.entries(declared).flatMap(([key, { address, dev, flags }]) => {
      const home = own.find((one) => one.address === address)
      return flags.includes('implicit') || home === undefined ? [] : [{ key, address, dev, home: home.dev }]
    })
    if (homes.length === 0) return notApplicable('no endpoint has an address of this host')
    const wrong = homes.filter(({ dev, home }) => dev !== home)
    const seen = homes.map(({ key, dev }): Evidence => ({ kind: 'running', fact: `endpoint/${key}`, value: dev }))
    if (wrong.length === 0) return pass(`${homes.length} endpoints, each bound to its device`, ...seen)
    const said = wrong.map(
      ({ address, dev, home }) => `${address} is bound to ${dev ?? 'no device'}, but is on ${home}`,
    )
    return fail(said.join('; '), null, ...seen)
  },
})
