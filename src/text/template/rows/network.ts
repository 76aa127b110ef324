/** The most used of the collection ansible.utils: addresses and networks. */
import ipaddr from 'ipaddr.js'
import { networkOf, parseAddress, parseNetwork } from '../../ip.ts'
import { number, text } from '../python.ts'
import { row } from '../row.ts'

const SUMMARY =
  'or what is asked of it: address, prefix, network, netmask, broadcast, subnet, host, version, size; False where it is none'

export const NETWORK_FILTERS = [
  row('ipaddr', 'query', `an address or network, ${SUMMARY}`, (value, query = '') => each(value, query, null)),
  row('ipv4', 'query', `the same, of IPv4 only`, (value, query = '') => each(value, query, 4)),
  row('ipv6', 'query', `the same, of IPv6 only`, (value, query = '') => each(value, query, 6)),
]

/** Of a list, those for which there is an answer. */
function each(value: unknown, query: unknown, family: 4 | 6 | null): unknown {
  if (Array.isArray(value)) return value.map((item) => ask(item, query, family)).filter((item) => item !== false)
  return ask(value, query, family)
}

function ask(value: unknown, query: unknown, family: 4 | 6 | null): unknown {
  if (typeof value !== 'string') return false
  const [address = '', length] = value.split('/')
  const parsed = parseAddress(address)
  if (parsed === null || (family !== null && parsed.family !== family)) return false
  if (length !== undefined && parseNetwork(value) === null) return false
  const width = parsed.family === 4 ? 32 : 128
  return answer(parsed.normal, length === undefined ? null : Number(length), width, text(query))
}

function answer(address: string, length: number | null, width: number, query: string): unknown {
  const prefix = length ?? width
  const network = networkOf(address, prefix)
  const [base = ''] = network.split('/')
  switch (query) {
    case '':
      return length === null ? address : `${address}/${length}`
    case 'address':
      return length !== null && length < width && address === base ? false : address
    case 'host':
      return `${address}/${prefix}`
    case 'prefix':
      return prefix
    case 'subnet':
    case 'net':
      return query === 'net' && address !== base ? false : network
    case 'network':
      return base
    case 'netmask':
      return width === 32
        ? ipaddr.IPv4.subnetMaskFromPrefixLength(prefix).toString()
        : ipaddr.IPv6.subnetMaskFromPrefixLength(prefix).toString()
    case 'broadcast':
      return width === 32 && prefix < 31 ? ipaddr.IPv4.broadcastAddressFromCIDR(network).toString() : false
    case 'version':
      return width === 32 ? 4 : 6
    case 'size':
      return number(2 ** (width - prefix))
    default:
      throw new TypeError(
        `the query "${query}" is not supported: address, host, prefix, subnet, net, network, netmask, broadcast, version or size`,
      )
  }
}
