/** Facts are still as runs of this tool have made them. */
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { factAt, valueAt } from '../../facts/registry.ts'
import type { AppliedFact } from '../../model/applied.ts'
import type { Evidence } from '../../model/audit.ts'
import type { Fact } from '../../model/fact.ts'
import { CENSORED } from '../../model/no-log.ts'
import { plainValue } from '../../model/plain.ts'
import { defineControl, fail, notTested, pass } from '../define.ts'

/** Facts in which the host keeps what outlasts a reboot. */
const PERSISTENT = new Set(['file', 'mptcp_persisted', 'nm_keyfile', 'nm_profile', 'packages', 'unit', 'service'])

export const appliedDrift = defineControl({
  id: 'applied-drift',
  title: 'Nothing that was applied has been changed since by somebody else',
  rationale: 'What was agreed on and proven holds only as long as nobody changes it by hand.',
  severity: 'medium',
  nist: ['CM-3', 'CM-6(2)', 'SI-7'],
  references: ['mptcp-fleet: undo records below .mptcp-fleet/runs/'],
  params: z.strictObject({}),
  facts: (_, { applied }): Record<string, Fact> =>
    Object.fromEntries(applied.facts.flatMap(({ fact }) => factAt(fact)?.fact ?? []).map((fact) => [fact.key, fact])),
  check: (_, have, { applied }) => {
    const compared = applied.facts.flatMap((one) => {
      const place = factAt(one.fact)
      if (place === null) return []
      const now = comparable(one.fact, valueAt(place, have[place.fact.key]))
      return [{ ...one, now, holds: one.values.some((value) => isDeepStrictEqual(comparable(one.fact, value), now)) }]
    })
    const moved = compared.filter(({ holds }) => !holds)
    if (moved.length > 0) {
      const said = moved.map(({ fact }) => fact).join(', ')
      const by = [...new Set(moved.map((one) => one.by))].join(', ')
      const reason = `changed since ${by} set it: ${said}; run that again where this was not meant`
      return fail(reason, null, ...moved.map(shown))
    }
    if (applied.unread !== null) return notTested(applied.unread)
    if (compared.length === 0) return notTested('no run that changed it is kept in this folder')
    const last = compared.reduce((a, b) => (a.at > b.at ? a : b))
    const facts =
      compared.length === 1
        ? 'the one fact that runs have set is'
        : `all ${compared.length} facts that runs have set are`
    return pass(`${facts} still as applied, the last by ${last.runId}`)
  },
})

/** The kernel numbers endpoints anew whenever they are made. */
function comparable(fact: string, value: unknown): unknown {
  const plain = plainValue(value)
  if (!fact.startsWith('endpoint/') || plain === null) return plain
  return { ...plain, id: null }
}

function shown({ fact, now, hidden, runId, at }: AppliedFact & { now: unknown }): Evidence {
  const kind = PERSISTENT.has(fact.split('/', 1)[0]!) ? 'persistent' : 'running'
  return { kind, fact, value: hidden ? CENSORED : now, where: `set by run ${runId} at ${at}` }
}
