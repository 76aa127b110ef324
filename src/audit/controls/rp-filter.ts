/** The reverse path filter lets replies of the second path in. */
import * as z from 'zod'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import { netFilters } from '../../facts/net_filters.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

/** Documentation/networking/ip-sysctl.rst: the greater value of `all` and the interface counts; 1 is strict. */
const STRICT = 1

export const rpFilter = defineControl({
  id: 'rp-filter',
  title: 'No device of an endpoint filters strictly by the reverse path',
  rationale: 'Strict filtering drops packets of a path whose way back leads through another link.',
  severity: 'medium',
  nist: ['SC-7', 'CM-6'],
  references: ['kernel: Documentation/networking/ip-sysctl.rst, rp_filter', 'RFC 3704'],
  params: z.strictObject({
    allow_strict: z.boolean().default(false).describe('true: strict filtering is wanted, and routes are made for it'),
  }),
  facts: () => ({ endpoints, filters: netFilters }),
  check: (want, { endpoints: declared, filters }) => {
    const devices = [...new Set(Object.values(declared).flatMap(({ dev }) => dev ?? []))]
    if (want.allow_strict) return notApplicable('the profile allows strict filtering')
    if (devices.length === 0) return notApplicable('no endpoint is bound to a device')
    const values = devices.map((dev) => ({
      dev,
      value: Math.max(filters.rpFilter['all'] ?? 0, filters.rpFilter[dev] ?? 0),
    }))
    const seen = values.map(({ dev, value }): Evidence => ({
      kind: 'running',
      fact: `net_filters/rpFilter/${dev}`,
      value,
    }))
    const strict = values.filter(({ value }) => value === STRICT)
    if (strict.length === 0) return pass('no device filters strictly', ...seen)
    return fail(`${strict.map(({ dev }) => dev).join(', ')}: strict filtering (rp_filter 1)`, null, ...seen)
  },
})
