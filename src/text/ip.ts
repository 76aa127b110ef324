/** IP addresses and networks as text, compared and normalised; a thin layer over ipaddr.js. */
import ipaddr from 'ipaddr.js'

/** An address in the one spelling that compares equal: dotted decimal, or IPv6 as RFC 5952 writes it. */
export interface Address {
  family: 4 | 6
  normal: string
}

type Parsed = InstanceType<typeof ipaddr.IPv4> | InstanceType<typeof ipaddr.IPv6>

const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10']

/**
 * Reads an address; null where the text is none. Strict: four decimal parts without leading zeros for IPv4, no zone
 * (`%eth0`) and no prefix length. An IPv4-mapped IPv6 address is the IPv4 address it stands for.
 */
export function parseAddress(text: string): Address | null {
  const parsed = parse(text)
  return parsed === null ? null : { family: parsed.kind() === 'ipv4' ? 4 : 6, normal: parsed.toString() }
}

/**
 * The network that an address with this prefix length is in, as `192.0.2.0/24`.
 * Throws RangeError where the address or the length is none.
 */
export function networkOf(address: string, prefix: number): string {
  const parsed = parseOrThrow(address)
  const bytes = parsed.toByteArray()
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > bytes.length * 8) {
    throw new RangeError(`/${prefix} is no prefix length of ${address}`)
  }
  const masked = bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - i * 8))) & 0xff)
  return `${ipaddr.fromByteArray(masked).toString()}/${prefix}`
}

/** Reads `ADDRESS/LENGTH` and clears the host part; null where the text is no network. */
export function parseNetwork(text: string): string | null {
  const [address = '', length = '', ...rest] = text.split('/')
  const parsed = parse(address)
  if (parsed === null || rest.length > 0 || !/^\d{1,3}$/.test(length)) return null
  const prefix = Number(length)
  return prefix > parsed.toByteArray().length * 8 ? null : networkOf(address, prefix)
}

/** Whether a network (`192.0.2.0/24`, host part ignored) holds an address; false for the other family. */
export function contains(network: string, address: string): boolean {
  const canonical = parseNetwork(network)
  if (canonical === null) throw new RangeError(`${network} is no network`)
  const prefix = Number(canonical.split('/')[1])
  const parsed = parseOrThrow(address)
  return prefix <= parsed.toByteArray().length * 8 && networkOf(address, prefix) === canonical
}

/** A network made ready to be asked many times. */
export interface ReadNetwork {
  bytes: readonly number[]
  /** Leading bits that count. */
  length: number
}

/** Reads a network, or an address as the network that holds it alone; null where the text is neither. */
export function readNetwork(text: string): ReadNetwork | null {
  const [address = '', length] = text.split('/')
  const bytes = parse(address)?.toByteArray()
  if (bytes === undefined || (length !== undefined && parseNetwork(text) === null)) return null
  return { bytes, length: length === undefined ? bytes.length * 8 : Number(length) }
}

/** Whether a network holds an address as readNetwork read it; false for the other family. */
export function isInNetwork({ bytes, length }: ReadNetwork, address: ReadNetwork): boolean {
  if (bytes.length !== address.bytes.length) return false
  return bytes.every((byte, i) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, length - i * 8))) & 0xff
    return (byte & mask) === (address.bytes[i]! & mask)
  })
}

/** 127.0.0.0/8 and ::1; false for text that is no address. */
export function isLoopback(address: string): boolean {
  return parse(address)?.range() === 'loopback'
}

/** 169.254.0.0/16 and fe80::/10; false for text that is no address. */
export function isLinkLocal(address: string): boolean {
  return parse(address) !== null && LINK_LOCAL.some((network) => contains(network, address))
}

/** 224.0.0.0/4 and ff00::/8; false for text that is no address. */
export function isMulticast(address: string): boolean {
  return parse(address)?.range() === 'multicast'
}

/** Orders addresses for sorting: IPv4 before IPv6, then by number. Throws RangeError for text that is no address. */
export function compareAddresses(a: string, b: string): number {
  const left = parseOrThrow(a).toByteArray()
  const right = parseOrThrow(b).toByteArray()
  if (left.length !== right.length) return left.length - right.length
  for (const [i, byte] of left.entries()) {
    const difference = byte - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function parse(text: string): Parsed | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return null
  const parsed = ipaddr.IPv6.parse(text)
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed
}

function parseOrThrow(text: string): Parsed {
  const parsed = parse(text)
  if (parsed === null) throw new RangeError(`${text} is no IP address`)
  return parsed
}
