import { FactUnreadable } from '../model/fact.ts'
import { defineFact } from './define.ts'
import { endPiece, piece, requireSuccess } from './read/output.ts'

/** `ip mptcp limits`: extra subflows per connection, announced addresses accepted. Key of the fact: `limits`. */
export interface Limits {
  subflows: number
  addAddrAccepted: number
  /** Greatest value this kernel allows, null where it could not be asked (no root). */
  max: number | null
}

/** MPTCP_PM_ADDR_MAX of the kernels whose refusal does not name the greatest value. */
const UNNAMED_MAX = 8

export const limits = defineFact<Limits>({
  key: 'limits',
  summary: 'Limits of the path manager, and the greatest value that this kernel allows.',
  // 4294967295 is above the maximum of any kernel, so the second command changes nothing and is told the maximum.
  probe: `ip mptcp limits show 2>&1
${endPiece('limits')}
ip mptcp limits set subflows 4294967295 2>&1
${endPiece('max')}`,
  parse: (output) => {
    const shown = piece(output, 'limits')
    requireSuccess(shown, 'ip')
    const subflows = /\bsubflows (\d{1,10})\b/.exec(shown.text)
    const accepted = /\badd_addr_accepted (\d{1,10})\b/.exec(shown.text)
    if (subflows === null || accepted === null) {
      throw new FactUnreadable('ip mptcp limits printed no limits', 'install iproute2 5.9 or newer')
    }
    const refused = /limit greater than maximum(?: \((\d{1,10})\))?/.exec(piece(output, 'max').text)
    const max = refused === null ? null : Number(refused[1] ?? UNNAMED_MAX)
    return { subflows: Number(subflows[1]), addAddrAccepted: Number(accepted[1]), max }
  },
  example: `add_addr_accepted 1 subflows 4

== limits 0
Error: limit greater than maximum (8).

== max 2
`,
})
