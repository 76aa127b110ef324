/** Both ends of a pair have one policy on checksums. */
import * as z from 'zod'
import { sysctl } from '../../facts/sysctl.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, notApplicable } from '../define.ts'
import { eachPeer, pairsVerdict } from '../pairs.ts'

const NAME = 'net.mptcp.checksum_enabled'

export const pairChecksum = defineControl({
  id: 'pair-checksum',
  title: 'Both ends of each pair have the same policy on checksums',
  rationale: 'One end that asks for checksums makes the other compute them as well, against its policy.',
  severity: 'low',
  nist: ['CM-6', 'SI-7'],
  references: ['RFC 8684 section 3.1, flag A', 'kernel: Documentation/networking/mptcp-sysctl.rst'],
  params: z.strictObject({}),
  facts: () => ({ sysctl }),
  pairwise: true,
  check: (_, { sysctl: own }, around) => {
    const mine = own[NAME]
    if (mine === undefined) return notApplicable(`this kernel has no ${NAME}`)
    const seen: Evidence = { kind: 'running', fact: `sysctl/${NAME}`, value: mine }
    const findings = eachPeer(around, ({ sysctl: theirs }, { name }) => {
      const other: Evidence = { ...seen, value: theirs[NAME] ?? null, where: name }
      const isSame = theirs[NAME] === undefined || theirs[NAME] === mine
      const reason = isSame ? `${mine} as at ${name}` : `${NAME} is ${mine} here, ${theirs[NAME]} at ${name}`
      return { status: isSame ? 'pass' : 'fail', reason, evidence: [other] }
    })
    const verdict = pairsVerdict(findings)
    return { ...verdict, evidence: [seen, ...verdict.evidence] }
  },
})
