/** The kernel's own path manager is in charge. */
import * as z from 'zod'
import { sysctl } from '../../facts/sysctl.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const pathManager = defineControl({
  id: 'path-manager',
  title: 'The path manager is the one that the profile names',
  rationale: 'Limits and endpoints count for the kernel’s path manager alone; the other one waits for a daemon.',
  severity: 'high',
  nist: ['CM-6', 'CM-7'],
  references: ['kernel: Documentation/networking/mptcp-sysctl.rst'],
  params: z.strictObject({
    path_manager: z.enum(['kernel', 'userspace']).default('kernel').describe('who manages paths'),
  }),
  facts: () => ({ sysctl }),
  check: (want, { sysctl: running }) => {
    const [name, value] = running['net.mptcp.path_manager']
      ? ['path_manager', running['net.mptcp.path_manager']]
      : ['pm_type', running['net.mptcp.pm_type']]
    if (value === undefined) return notApplicable('this kernel has only its own path manager')
    const seen: Evidence = { kind: 'running', fact: `sysctl/net.mptcp.${name}`, value }
    const wanted = name === 'pm_type' ? (want.path_manager === 'kernel' ? '0' : '1') : want.path_manager
    if (value === wanted) return pass(`net.mptcp.${name} is ${value}`, seen)
    const remedy = {
      module: 'mptcp_sysctl',
      params: { values: { [name]: name === 'pm_type' ? Number(wanted) : wanted } },
    }
    return fail(`net.mptcp.${name} is ${value}, wanted is ${wanted}`, remedy, seen)
  },
})
