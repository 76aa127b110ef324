/** No endpoint announces its address and opens subflows from it at once. */
import * as z from 'zod'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const endpointRoles = defineControl({
  id: 'endpoint-roles',
  title: 'Endpoints have the part that the profile gives to the host',
  rationale:
    'An address that is announced and joined from at once makes more subflows than links, and joins that fail on the server.',
  severity: 'medium',
  nist: ['CM-6'],
  references: ['ip-mptcp(8), signal and subflow', 'RFC 8684 section 2.3'],
  params: z.strictObject({
    role: z
      .enum(['any', 'server', 'client'])
      .default('any')
      .describe('server: endpoints announce; client: they open subflows; any: one or the other'),
  }),
  facts: () => ({ endpoints }),
  check: (want, { endpoints: declared }) => {
    const all = Object.entries(declared).filter(([, { flags }]) => !flags.includes('implicit'))
    if (all.length === 0) return notApplicable('there are no endpoints')
    const seen = all.map(([key, { flags }]): Evidence => ({ kind: 'running', fact: `endpoint/${key}`, value: flags }))
    const wrong = all.flatMap(([key, { flags }]) => {
      const [signal, subflow] = [flags.includes('signal'), flags.includes('subflow')]
      if (signal && subflow) return [`${key} announces and opens subflows`]
      if (want.role === 'server' && !signal) return [`${key} does not announce`]
      if (want.role === 'client' && signal) return [`${key} announces`]
      if (want.role === 'client' && !subflow && !flags.includes('laminar')) return [`${key} opens no subflows`]
      return []
    })
    if (wrong.length === 0) return pass(`${all.length} endpoints, each with one part`, ...seen)
    return fail(wrong.join('; '), null, ...seen)
  },
})
