/** Whether a change on a card could cut the connection that SSH came over. */
import type { Addresses } from '../../facts/addresses.ts'
import type { Links } from '../../facts/links.ts'
import type { Route, Routing } from '../../facts/routing.ts'
import type { SshConnection } from '../../facts/ssh_connection.ts'
import { lookupRoute } from '../../mptcp/route.ts'
import { contains, isLoopback, parseAddress } from '../../text/ip.ts'
import { addressesIn } from './nm-settings.ts'

export interface ReachFacts {
  ssh: SshConnection
  addresses: Addresses
  routing: Routing
  links: Links
}

/** Links that carry packets themselves, or over their ports; what others (tunnels, VLANs) lie over is not read. */
const PLAIN = new Set([null, 'veth', 'bridge', 'bond', 'team'])

/**
 * True where the card, or a link whose port it is, has the address that SSH was reached at; where the way back to the peer
 * (the controller, a jump host) leaves by it, or by a link that may lie over it; and where the new settings would bring a
 * route to the peer or its gateway, or a default route while it lies behind one. Where SSH came from the host itself
 * (forwarded from elsewhere) any card may carry it.
 */
export function carriesSsh(dev: string, settings: Readonly<Record<string, string>>, have: ReachFacts): boolean {
  if (have.ssh === null) return false
  const client = parseAddress(have.ssh.clientAddress)
  if (client === null || isOwn(client.normal, have)) return true
  const server = parseAddress(have.ssh.serverAddress.split('%')[0] ?? '')?.normal ?? null
  const ways = waysBack(client, server, have.routing)
  const devices = [...ways.map((route) => route.dev), ...devicesOf(have.ssh.serverAddress, have.addresses)]
  if (devices.some((one) => one !== null && liesOver(one, dev, have.links))) return true
  const version = `ipv${client.family}`
  const next = [client.normal, ...ways.flatMap(({ gateway }) => gateway ?? [])]
  const networks = addressesIn(settings[`${version}.addresses`]).map(({ address, prefix }) => `${address}/${prefix}`)
  if (networks.some((network) => next.some((hop) => contains(network, hop)))) return true
  const bringsDefault = (settings[`${version}.gateway`] ?? '') !== '' || settings[`${version}.method`] === 'auto'
  return bringsDefault && ways.every(({ dst }) => dst === 'default')
}

/** The routes that answers to the peer may take: those of the lookup, or all that could be where a rule cannot be judged. */
function waysBack(client: { normal: string; family: 4 | 6 }, server: string | null, routing: Routing): Route[] {
  const { route, unclear } = lookupRoute(routing, { dst: client.normal, src: server })
  const all = routing.routes.filter(
    ({ family, type, dst }) =>
      family === client.family && type === 'unicast' && (dst === 'default' || contains(dst, client.normal)),
  )
  if (route === null || unclear.length > 0) return all
  // Several hops of one route.
  return all.filter((one) => one.table === route.table && one.dst === route.dst && one.metric === route.metric)
}

function isOwn(address: string, { addresses }: ReachFacts): boolean {
  return isLoopback(address) || addresses.some((own) => own.address === address)
}

/** SSH tells an IPv6 address with its zone, and an IPv4 one perhaps as IPv4 in IPv6. */
function devicesOf(address: string, addresses: Addresses): string[] {
  const [text = '', zone] = address.split('%')
  const normal = parseAddress(text)?.normal ?? text
  return zone === undefined ? addresses.filter((own) => own.address === normal).map((own) => own.dev) : [zone]
}

/** Whether what a link carries may go through the card. */
function liesOver(link: string, card: string, links: Links): boolean {
  if (link === card) return true
  const found = links[link]
  if (found === undefined || found.loopback) return false
  if (!PLAIN.has(found.kind)) return true
  return Object.values(links).some((port) => port.master === link && liesOver(port.name, card, links))
}
