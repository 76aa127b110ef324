/** The host's own packet filter lets subflows to and from each endpoint's address pass, with their MPTCP option. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { firewall } from '../../facts/firewall.ts'
import { listeners } from '../../facts/listeners.ts'
import type { Listener } from '../../facts/listeners.ts'
import type { Endpoint } from '../../facts/mptcp_endpoints.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import type { Evidence } from '../../model/audit.ts'
import type { FilterPacket } from '../../mptcp/firewall.ts'
import { filterAnswer } from '../../mptcp/firewall.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'
import { madeEndpoints } from '../endpoints.ts'

/** Each is walked through all rules. */
const MOST = 500

const COMING = ['ingress', 'prerouting', 'input']
const GOING = ['output', 'postrouting']

export const firewallAddresses = defineControl({
  id: 'firewall-addresses',
  title: 'The packet filter lets subflows of each endpoint’s address pass',
  rationale:
    'A port that is open on the first address only lets connections begin, and each further path fail without a word.',
  severity: 'high',
  nist: ['SC-7', 'CM-6', 'CM-7'],
  references: ['nft(8)', 'RFC 8684 section 3.2 and 6'],
  params: z.strictObject({
    ports: z
      .array(z.int().min(1).max(65_535))
      .default([])
      .describe('TCP ports that announced addresses serve; none: those on which MPTCP sockets listen'),
  }),
  facts: () => ({ endpoints, addresses, listeners, firewall }),
  check: (want, { endpoints: declared, addresses: own, listeners: open, firewall: filter }) => {
    const homes = madeEndpoints(declared).flatMap(({ endpoint }) => {
      const home = own.find(({ address }) => address === endpoint.address)
      return home === undefined ? [] : [{ endpoint, dev: home.dev, family: home.family }]
    })
    if (homes.length === 0) return notApplicable('no endpoint has an address of this host')
    if (filter.absent !== null) return notTested(`the packet filter was not looked at: ${filter.absent}`)
    const ways = homes.flatMap((home) => packetsOf(home.endpoint, home, servedPorts(home.endpoint, want.ports, open)))
    if (ways.length > MOST) return notTested(`there are ${ways.length} addresses with ports, more than ${MOST}`)
    const judged = ways.map(({ said, hooks, packet }) => ({ said, ...filterAnswer(filter.chains, hooks, packet) }))
    const seen = judged.map(({ said, verdict, strips, chain }): Evidence => ({
      kind: 'running',
      fact: chain === null ? 'firewall' : `firewall/${chain}`,
      value: `${said}: ${strips ? 'loses its MPTCP option' : verdict === 'open' ? 'not told' : verdict}`,
    }))
    const wrong = judged.filter(({ verdict, strips }) => strips || verdict === 'drop')
    if (wrong.length > 0) {
      const said = wrong.map(
        (one) => `${one.said}: ${one.strips ? 'the MPTCP option is taken out' : 'dropped'} by ${one.chain}`,
      )
      return fail(said.join('; '), null, ...seen)
    }
    if (filter.legacy.length > 0)
      return notTested(`there are tables of the older iptables: ${filter.legacy.join(', ')}`, ...seen)
    const untold = judged.find(({ verdict }) => verdict === 'open')
    if (untold !== undefined)
      return notTested(`what ${untold.chain} does with it hangs on more than addresses and ports`, ...seen)
    return pass(filter.chains.length === 0 ? 'there are no rules' : 'no rule stands in the way', ...seen)
  },
})

interface Way {
  said: string
  hooks: readonly string[]
  packet: FilterPacket
}

/** What an endpoint is for: joins to it where it announces, joins from it where it opens subflows. */
function packetsOf(
  { address, flags }: Endpoint,
  { dev, family }: { dev: string; family: 4 | 6 },
  ports: readonly (number | null)[],
): Way[] {
  const any = { family, saddr: null, daddr: null, iif: null, oif: null, dport: null }
  const coming = ports.map((dport): Way => {
    const said = `to ${address}${dport === null ? '' : ` port ${dport}`}`
    return { said, hooks: COMING, packet: { ...any, daddr: address, iif: dev, dport } }
  })
  const going: Way = { said: `from ${address}`, hooks: GOING, packet: { ...any, saddr: address, oif: dev } }
  return [...(flags.includes('signal') ? coming : []), ...(flags.includes('subflow') ? [going] : [])]
}

function servedPorts(
  { address, port }: Endpoint,
  asked: readonly number[],
  open: readonly Listener[],
): (number | null)[] {
  if (port !== null) return [port]
  const serves = (one: Listener): boolean =>
    one.protocol === 'mptcp' &&
    ['*', address, address.includes(':') ? '::' : '0.0.0.0'].includes(one.address.split('%')[0]!)
  const ports = asked.length > 0 ? asked : open.filter(serves).map((one) => one.port)
  return ports.length === 0 ? [null] : [...new Set(ports)]
}
