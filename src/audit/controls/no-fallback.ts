/** No live connection fell back to plain TCP. */
import * as z from 'zod'
import { connections } from '../../facts/connections.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notTested, pass } from '../define.ts'

export const noFallback = defineControl({
  id: 'no-fallback',
  title: 'No live connection fell back to plain TCP',
  rationale: 'Programs notice nothing of a fallback: the second path is missing just when it is needed.',
  severity: 'medium',
  nist: ['SI-4', 'CP-8'],
  references: ['RFC 8684 section 3.7', 'guide: Checking Subflow Usage'],
  params: z.strictObject({
    most: z.int().min(0).default(0).describe('connections that may have fallen back'),
  }),
  facts: () => ({ connections }),
  check: (want, { connections: { total, fallbacks } }) => {
    const seen: Evidence[] = [
      { kind: 'traffic', fact: 'connections/total', value: total },
      { kind: 'traffic', fact: 'connections/fallbacks', value: fallbacks },
    ]
    if (total === 0) return notTested('there is no MPTCP connection', ...seen)
    if (fallbacks <= want.most) return pass(`${total} connections, ${fallbacks} of them plain TCP`, ...seen)
    return fail(`${fallbacks} of ${total} connections carry plain TCP`, null, ...seen)
  },
})
