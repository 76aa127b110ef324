/** The endpoints of now are those of the next boot. */
import * as z from 'zod'
import { missingEndpoints, ownerOf } from '../../facts/read/owner.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'
import { declareEndpoints, madeEndpoints, ownerFacts, seenEndpoint } from '../endpoints.ts'

export const endpointsPersistent = defineControl({
  id: 'endpoints-persistent',
  title: 'The endpoints of now come back at boot, and those that are declared are there',
  rationale: 'Endpoints live in the kernel alone: unless something makes them again a reboot takes them away.',
  severity: 'high',
  nist: ['CM-2', 'CM-6', 'CP-10'],
  references: ['ip-mptcp(8)', 'guide: Announcing Addresses', 'nm-settings-nmcli(5), connection.mptcp-flags'],
  params: z.strictObject({}),
  facts: () => ownerFacts,
  check: (_, have) => {
    const made = madeEndpoints(have.endpoints).map((one) => ({ ...one, ...ownerOf(one.endpoint, have) }))
    const missing = missingEndpoints(have)
    if (made.length === 0 && missing.length === 0) return notApplicable('there are no endpoints, and none is declared')
    const seen = [
      ...made.map(({ key, endpoint }) => seenEndpoint(key, endpoint.flags)),
      ...made.flatMap(({ key, owner, persistent }): Evidence[] =>
        persistent === null ? [] : [{ kind: 'persistent', fact: `endpoint/${key}`, value: persistent ? owner : null }],
      ),
      ...missing.map(({ key }) => seenEndpoint(key, null)),
    ]
    const lost = made.filter(({ persistent }) => persistent === false)
    const wrong = [
      ...lost.map(
        ({ key, owner }) => `${key} is gone after a boot${owner === 'kernel' ? '' : `, though ${owner} has it`}`,
      ),
      ...missing.map(({ key }) => `${key} is declared and not there`),
    ]
    if (wrong.length > 0) {
      const wanted = [...lost.map(({ endpoint }) => endpoint), ...missing]
      return fail(wrong.join('; '), declareEndpoints(wanted, have.addresses), ...seen)
    }
    const untold = made.filter(({ persistent }) => persistent === null)
    if (untold.length > 0) return notTested('NetworkManager does not run: it is not told what it will make', ...seen)
    return pass(`${made.length} endpoints, each made again at boot`, ...seen)
  },
})
