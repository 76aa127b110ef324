/** Subflows that were begun since boot came to be. */
import * as z from 'zod'
import { counters } from '../../facts/counters.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notTested, pass } from '../define.ts'

export const joinsSucceed = defineControl({
  id: 'joins-succeed',
  title: 'Further subflows that were begun came to be',
  rationale: 'Joins that a network drops, or a peer refuses, leave each connection with one path.',
  severity: 'medium',
  nist: ['CP-8', 'SI-4'],
  references: ['RFC 8684 section 3.2', 'kernel: net/mptcp/mib.c'],
  params: z.strictObject({
    percent: z.number().min(0).max(100).default(90).describe('of the joins since boot that must have come to be'),
  }),
  facts: () => ({ counters }),
  check: (want, { counters: counted }) => {
    const pairs = [
      { begun: 'MPJoinSynTx', done: 'MPJoinSynAckRx', who: 'this host' },
      { begun: 'MPJoinSynRx', done: 'MPJoinAckRx', who: 'its peers' },
    ].flatMap(({ begun, done, who }) => {
      const [tried, came] = [counted[begun] ?? 0, counted[done]]
      return tried === 0 || came === undefined ? [] : [{ begun, done, who, tried, came }]
    })
    const seen = pairs.flatMap(({ begun, done, tried, came }): Evidence[] => [
      { kind: 'traffic', fact: `counters/${begun}`, value: tried },
      { kind: 'traffic', fact: `counters/${done}`, value: came },
    ])
    if (pairs.length === 0) return notTested('no join was tried since boot', ...seen)
    const said = pairs.map(({ who, tried, came }) => `${came} of ${tried} joins of ${who}`)
    const isShort = pairs.some(({ tried, came }) => (came * 100) / tried < want.percent)
    return isShort
      ? fail(`only ${said.join(', ')} came to be`, null, ...seen)
      : pass(`${said.join(', ')} came to be`, ...seen)
  },
})
