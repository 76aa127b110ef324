/** What NetworkManager would take away from a card, since it does not know of it, when the card is set anew. */
import type { Note, Problem } from '../../model/change.ts'
import type { CardFacts } from '../../facts/read/card.ts'
import { isForeign } from '../../facts/read/card.ts'

/**
 * `nmcli device modify` and an activation set all of a card: addresses and routes that others put there (keepalived, a
 * script, a person) go without a word. Measured with NetworkManager 1.52: an address or route added by `ip` was gone
 * afterwards, one of a routing daemon stayed. Its own addresses have the flag noprefixroute, its own routes a metric.
 */
function foreignOn(dev: string, { addresses, routing }: Pick<CardFacts, 'addresses' | 'routing'>): string[] {
  const own = addresses.filter((one) => one.dev === dev && isForeign(one))
  const routes = routing.routes.filter(
    (route) => route.dev === dev && (route.protocol === 'boot' || (route.protocol === 'static' && route.metric === 0)),
  )
  return [
    ...own.map(({ address, prefix }) => `${address}/${prefix}`),
    ...routes.map(({ dst, gateway }) => `the route to ${dst}${gateway === null ? '' : ` via ${gateway}`}`),
  ]
}

/** Says what an activation takes away, but for addresses that the profile is to have. */
export function foreignNotes(
  dev: string,
  keeps: readonly string[],
  have: Pick<CardFacts, 'addresses' | 'routing'>,
): Note[] {
  const foreign = foreignOn(dev, have).filter((what) => !keeps.includes(what))
  if (foreign.length === 0) return []
  const summary = `the activation takes from ${dev} what NetworkManager does not know of: ${foreign.join(', ')}; undo does not bring it back`
  return [{ summary }]
}

/** Refuses to have NetworkManager set a card anew that holds what it would take away. */
export function foreignProblems(dev: string, have: Pick<CardFacts, 'addresses' | 'routing'>): Problem[] {
  const foreign = foreignOn(dev, have)
  if (foreign.length === 0) return []
  return [
    {
      code: 'nm-would-drop',
      summary: `${dev} has what NetworkManager does not know of and would take away: ${foreign.join(', ')}`,
      detail:
        'MPTCP flags reach a card that NetworkManager manages only by nmcli device modify, which sets all of the card anew',
      hint: `put it in the card's profile (nmcli connection modify), or make the card unmanaged (nmcli device set ${dev} managed no)`,
    },
  ]
}
