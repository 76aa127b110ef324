/** Nobody put endpoints there beside those that are declared. */
import * as z from 'zod'
import { ownerOf } from '../../facts/read/owner.ts'
import { placeSchema, isPlace } from '../places.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'
import { madeEndpoints, ownerFacts, seenEndpoint } from '../endpoints.ts'

export const endpointsDeclared = defineControl({
  id: 'endpoints-declared',
  title: 'Each endpoint is declared',
  rationale: 'An endpoint that nobody declared announces an address, or opens paths, that nobody answers for.',
  severity: 'medium',
  nist: ['CM-3', 'CM-6', 'SC-7'],
  references: ['guide: Announcing Addresses', 'RFC 8684 section 3.4.1'],
  params: z.strictObject({
    declared: z
      .array(placeSchema)
      .optional()
      .describe(
        'addresses, networks or cards that may have endpoints; left out: those that the restore script of this tool or a profile of NetworkManager makes',
      ),
  }),
  facts: () => ownerFacts,
  check: ({ declared }, have) => {
    const made = madeEndpoints(have.endpoints)
    if (made.length === 0) return notApplicable('there are no endpoints')
    const judged = made.map(({ key, endpoint }) => {
      const home = have.addresses.find(({ address }) => address === endpoint.address)?.dev ?? endpoint.dev
      if (declared !== undefined) return { key, known: declared.some((one) => isPlace(one, endpoint.address, home)) }
      const { owner, persistent } = ownerOf(endpoint, have)
      return { key, owner, known: owner !== 'kernel' ? true : persistent === null ? null : false }
    })
    const seen = judged.map(({ key, owner }) => seenEndpoint(key, owner ?? have.endpoints[key]!.flags))
    const wrong = judged.filter(({ known }) => known === false).map(({ key }) => key)
    // Whether they are to go or to be declared, only a person knows.
    if (wrong.length > 0) return fail(`not declared: ${wrong.join(', ')}`, null, ...seen)
    if (judged.some(({ known }) => known === null)) {
      return notTested('NetworkManager does not run: it is not told what it would make', ...seen)
    }
    return pass(`${made.length} endpoints, each declared`, ...seen)
  },
})
