/** net.mptcp.enabled is 1 now. */
import * as z from 'zod'
import { sysctl } from '../../facts/sysctl.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

const NAME = 'net.mptcp.enabled'

export const enabledRunning = defineControl({
  id: 'enabled-running',
  title: 'MPTCP is switched on',
  rationale: 'New sockets use MPTCP only while the setting is 1; wrapped programs fail to start without it.',
  severity: 'critical',
  nist: ['CM-6', 'SC-5'],
  references: ['guide: Enabling MPTCP', 'kernel: Documentation/networking/mptcp-sysctl.rst'],
  params: z.strictObject({}),
  facts: () => ({ sysctl }),
  check: (_, { sysctl: running }) => {
    const value = running[NAME] ?? null
    const seen: Evidence = { kind: 'running', fact: `sysctl/${NAME}`, value }
    if (value === '1') return pass(`${NAME} is 1`, seen)
    if (value === null) return fail('this kernel has no MPTCP', null, seen)
    return fail(`${NAME} is ${value}`, { module: 'mptcp_enabled', params: { state: 'enabled' } }, seen)
  },
})
