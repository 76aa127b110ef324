/** On each card one program makes the endpoints: NetworkManager, or the kernel as this tool told it. */
import * as z from 'zod'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { Card, CardFacts, NmHold } from '../../facts/read/card.ts'
import { cardOf, makesOfOwn, readCard, sameFlags } from '../../facts/read/card.ts'
import type { Evidence } from '../../model/audit.ts'
import { NM_DISABLED, nmFlagsText, nmKnowsMptcp } from '../../mptcp/nm-flags.ts'
import type { PersistedEndpoint } from '../../mptcp/restore-script.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'
import { declareEndpoints, madeEndpoints, ownerFacts } from '../endpoints.ts'

export const nmOwnership = defineControl({
  id: 'nm-ownership',
  title: 'Endpoints of a card have one owner: NetworkManager, or what restores them at boot',
  rationale:
    'NetworkManager deletes and rewrites endpoints on its cards that are not as its profiles say, whenever it activates one.',
  severity: 'high',
  nist: ['CM-2', 'CM-6'],
  references: ['nm-settings-nmcli(5), connection.mptcp-flags', 'guide: Making Addresses Persistent'],
  params: z.strictObject({}),
  facts: () => ownerFacts,
  check: (_, have) => {
    const made = madeEndpoints(have.endpoints).map(({ endpoint }) => endpoint)
    const restored = Object.values(have.persisted.endpoints)
    if (!have.nm.installed) return notApplicable('NetworkManager is not installed')
    if (made.length === 0 && restored.length === 0) return notApplicable('there are no endpoints')
    if (!have.nm.running) return notTested('NetworkManager does not run: it is not told which cards are its own')
    if (!nmKnowsMptcp(have.nm.version))
      return notApplicable(`NetworkManager ${have.nm.version ?? ''} makes no endpoints`)
    const names = new Set([...made, ...restored].flatMap((one) => cardOf(one, have.addresses) ?? []))
    const held = [...names].flatMap((dev) => {
      const card = readCard(dev, have)
      return card.nm === null || card.nm === 'no-profile' ? [] : [{ card, hold: card.nm }]
    })
    if (held.length === 0) return pass('no card with endpoints is in the hands of NetworkManager')
    const seen = held.map(({ hold }): Evidence => ({
      kind: 'persistent',
      fact: `nm_profile/${hold.profile}/connection.mptcp-flags`,
      value: nmFlagsText(hold.flags),
      ...(hold.file !== null && { where: hold.file }),
    }))
    const shared = held.flatMap(({ card, hold }) => foreign(card, hold, restored, have).map((one) => ({ card, one })))
    if (shared.length === 0) return pass(`${held.map(({ card }) => card.dev).join(', ')}: one owner each`, ...seen)
    const said = shared.map(
      ({ card, one }) =>
        `${endpointKey(one)} on ${card.dev} is not what NetworkManager's profile makes, and the card is its own`,
    )
    return fail(
      said.join('; '),
      declareEndpoints(
        shared.map(({ one }) => one),
        have.addresses,
      ),
      ...seen,
    )
  },
})

/** Endpoints on a card that another than NetworkManager makes, though its profile does not keep away from them. */
function foreign(
  card: Card,
  { flags }: NmHold,
  restored: readonly PersistedEndpoint[],
  { addresses: own }: Pick<CardFacts, 'addresses'>,
): PersistedEndpoint[] {
  if (flags === NM_DISABLED) return []
  const makes = makesOfOwn(card, own)
  const byHand = card.endpoints.filter((one) => one.port !== null || !sameFlags(makes[one.address] ?? null, one.flags))
  const ours = restored.filter((one) => cardOf(one, own) === card.dev)
  return [...byHand, ...ours.filter((one) => !byHand.some((other) => endpointKey(other) === endpointKey(one)))]
}
