/** The programs that manage and prove MPTCP are there. */
import * as z from 'zod'
import { tools } from '../../facts/tools.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

export const toolsSupported = defineControl({
  id: 'tools-supported',
  title: 'The programs that the profile counts on are installed',
  rationale: 'Without ip and ss nothing can be set or shown; without mptcpize most programs cannot be wrapped.',
  severity: 'low',
  nist: ['CM-8', 'SI-2'],
  references: ['guide: Installing mptcpize', 'ip-mptcp(8)'],
  params: z.strictObject({
    programs: z.array(z.string()).default(['ip', 'ss', 'mptcpize']).describe('names of programs'),
  }),
  facts: () => ({ tools }),
  check: (want, { tools: { paths, versions } }) => {
    const seen = want.programs.map((name): Evidence => ({
      kind: 'host',
      fact: `tools/${name}`,
      value: paths[name] ?? null,
    }))
    seen.push({ kind: 'host', fact: 'tools/versions/iproute2', value: versions['iproute2'] ?? null })
    const missing = want.programs.filter((name) => (paths[name] ?? null) === null)
    if (missing.length === 0) return pass('all are installed', ...seen)
    const remedy = missing.includes('mptcpize') ? { module: 'mptcp_tools', params: { state: 'present' } } : null
    return fail(`missing: ${missing.join(', ')}`, remedy, ...seen)
  },
})
