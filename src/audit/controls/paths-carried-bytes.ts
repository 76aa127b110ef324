/** The last test of each pair has carried bytes over every path, and is not too old. */
import * as z from 'zod'
import type { Evidence, PastTest } from '../../model/audit.ts'
import { AGES, readAge } from '../../text/duration.ts'
import { defineControl, notTested } from '../define.ts'
import type { PairFinding } from '../pairs.ts'
import { pairsVerdict } from '../pairs.ts'

const DAY_SECONDS = 86_400

export const pathsCarriedBytes = defineControl({
  id: 'paths-carried-bytes',
  title: 'A test has carried bytes over every path of each pair',
  rationale: 'Settings say what should be; only a transfer shows that every path carries its share.',
  severity: 'medium',
  nist: ['CP-8', 'CA-2'],
  references: ['guide: Verifying MPTCP', 'mptcp-fleet doc mptcp_test'],
  params: z.strictObject({
    max_age: z
      .string()
      .refine((text) => readAge(text) !== null, `must be ${AGES}`)
      .default('30d')
      .describe('how old the test may be: 12h, 30d, 8w'),
    min_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('least part of all bytes that each path must have carried'),
  }),
  facts: () => ({}),
  check: (want, _, { now, pairs, tests }) => {
    if (pairs.length === 0) return notTested('no test of a pair that it is in is kept: mptcp-fleet test SERVER CLIENT')
    const oldest = Date.parse(now) - readAge(want.max_age)! * 1000
    return pairsVerdict(
      pairs.map(({ server, client }): PairFinding => {
        const test = tests.find((one) => one.server === server && one.client === client)
        const name = `${client} → ${server}`
        if (test === undefined) {
          const reason = `${name} was never tested: mptcp-fleet test ${server} ${client}`
          return { status: 'not-tested', reason, evidence: [] }
        }
        const evidence = [shown(test)]
        const age = `${Math.max(0, Math.floor((Date.parse(now) - Date.parse(test.testedAt)) / 1000 / DAY_SECONDS))} days old`
        if (Date.parse(test.testedAt) < oldest) {
          const reason = `the test of ${name} is ${age}, older than ${want.max_age}: mptcp-fleet test ${server} ${client}`
          return { status: 'not-tested', reason, evidence }
        }
        if (test.verdict !== 'pass') {
          const reason = `the test of ${name} failed: ${test.reasons.join('; ')}`
          return { status: 'fail', reason, evidence }
        }
        const poor = test.subflows.filter(({ backup, share }) => !backup && share < want.min_share)
        const said = poor.map(
          ({ clientAddress, serverAddress, share }) =>
            `${clientAddress} → ${serverAddress} carried ${percent(share)} of the bytes, wanted is ${percent(want.min_share)}`,
        )
        if (said.length > 0) return { status: 'fail', reason: `${name}: ${said.join('; ')}`, evidence }
        const reason = `${name}: ${test.subflows.length} subflows, each with its share; the test is ${age}`
        return { status: 'pass', reason, evidence }
      }),
    )
  },
})

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function shown({ server, client, verdict, subflows, runId, testedAt }: PastTest): Evidence {
  const paths = subflows.map(({ clientAddress, serverAddress, bytes, share, backup }) => {
    return { client: clientAddress, server: serverAddress, bytes, share: Math.round(share * 1000) / 1000, backup }
  })
  return {
    kind: 'traffic',
    fact: `test/${client}/${server}`,
    value: { verdict, subflows: paths },
    where: `run ${runId}, ${testedAt}`,
  }
}
