/** Addresses as OpenSSH names hosts by them: in the spelling of getnameinfo(3). */
import ipaddr from 'ipaddr.js'

/**
 * The one spelling of an address: four decimal parts (also of `127.1` and `0x7f.1`), or IPv6 as inet_ntop(3) writes it,
 * its zone kept. Null for what is no address.
 */
export function canonicalAddress(text: string): string | null {
  if (/^(?:\d+|0x[\da-f]+)(?:\.(?:\d+|0x[\da-f]+)){0,3}$/i.test(text)) {
    return ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text).toString() : null
  }
  const [address = '', zone] = text.split('%')
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return null
  // ipaddr.js takes the deprecated ::1.2.3.4 for ::ffff:1.2.3.4.
  if (/^::\d+\./.test(address)) return text
  const parsed = ipaddr.IPv6.parse(address)
  return `${dotted(parsed) ?? parsed.toRFC5952String()}${zone === undefined ? '' : `%${zone}`}`
}

/** Addresses that stand for one of IPv4, or could, end in its four decimal parts. */
function dotted({ parts }: InstanceType<typeof ipaddr.IPv6>): string | null {
  if (parts.slice(0, 5).some((part) => part !== 0)) return null
  const mapped = parts[5] === 0xffff
  if (!mapped && (parts[5] !== 0 || parts[6] === 0)) return null
  const bytes = [parts[6]! >> 8, parts[6]! & 255, parts[7]! >> 8, parts[7]! & 255]
  return `::${mapped ? 'ffff:' : ''}${bytes.join('.')}`
}
