/** Multipath TCP is on at both ends of each pair. */
import * as z from 'zod'
import { sysctl } from '../../facts/sysctl.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl } from '../define.ts'
import { eachPeer, pairsVerdict } from '../pairs.ts'

const NAME = 'net.mptcp.enabled'

export const pairEnabled = defineControl({
  id: 'pair-enabled',
  title: 'Multipath TCP is on wherever the other end of a pair has it on',
  rationale: 'Where one end has it off, connections fall back to plain TCP without a word.',
  severity: 'high',
  nist: ['CM-6', 'CP-8'],
  references: ['guide: Enabling MPTCP', 'RFC 8684 section 3.7'],
  params: z.strictObject({}),
  facts: () => ({ sysctl }),
  pairwise: true,
  check: (_, { sysctl: own }, around) => {
    const isOn = own[NAME] === '1'
    const seen: Evidence = { kind: 'running', fact: `sysctl/${NAME}`, value: own[NAME] ?? null }
    const findings = eachPeer(around, ({ sysctl: theirs }, { name }) => {
      const other: Evidence = { ...seen, value: theirs[NAME] ?? null, where: name }
      if (!isOn && theirs[NAME] === '1') return { status: 'fail', reason: `on at ${name}, off here`, evidence: [other] }
      const reason = isOn ? `on here${theirs[NAME] === '1' ? ` and at ${name}` : ''}` : `off here and at ${name}`
      return { status: 'pass', reason, evidence: [other] }
    })
    const verdict = pairsVerdict(findings, { module: 'mptcp_enabled', params: { state: 'enabled' } })
    return { ...verdict, evidence: [seen, ...verdict.evidence] }
  },
})
