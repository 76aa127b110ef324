/** Whether a change on a card could cut the connection that SSH came over. */
import type { SshConnection } from '../../facts/ssh_connection.ts'
import type { Addresses } from '../../facts/addresses.ts'
import type { Routing } from '../../facts/routing.ts'
import { contains, parseAddress } from '../../text/ip.ts'
import { addressesIn } from './nm-settings.ts'

/**
 * True where the card has the address that SSH was reached at, where the way back to the controller leaves by the card,
 * and where the new settings would bring a route to the controller: its network, or a default route while it lies
 * behind one.
 */
export function carriesSsh(
  dev: string,
  settings: Readonly<Record<string, string>>,
  have: { ssh: SshConnection; addresses: Addresses; routing: Routing },
): boolean {
  if (have.ssh === null) return false
  const { serverAddress, clientAddress } = have.ssh
  const client = parseAddress(clientAddress)
  if (isOn(dev, serverAddress, have.addresses) || client === null) return true
  const routes = have.routing.routes.filter(
    ({ family, table, type }) => family === client.family && table === 'main' && type === 'unicast',
  )
  const direct = routes.filter(({ dst }) => dst !== 'default' && contains(dst, client.normal))
  const ways = direct.length > 0 ? direct : routes.filter(({ dst }) => dst === 'default')
  if (ways.some((route) => route.dev === dev)) return true
  const version = `ipv${client.family}`
  const networks = addressesIn(settings[`${version}.addresses`])
  if (networks.some(({ address, prefix }) => contains(`${address}/${prefix}`, client.normal))) return true
  const bringsDefault = (settings[`${version}.gateway`] ?? '') !== '' || settings[`${version}.method`] === 'auto'
  return direct.length === 0 && bringsDefault
}

/** SSH tells an IPv6 address with its zone, and an IPv4 one perhaps as IPv4 in IPv6. */
function isOn(dev: string, address: string, addresses: Addresses): boolean {
  const [text = '', zone] = address.split('%')
  const normal = parseAddress(text)?.normal ?? text
  return zone === dev || addresses.some((own) => own.dev === dev && own.address === normal)
}
