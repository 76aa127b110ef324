/** Flags of path manager endpoints: their names, their bits, and how an endpoint is named. */

export type EndpointFlag = 'signal' | 'subflow' | 'backup' | 'fullmesh' | 'implicit' | 'laminar'

/** Bits of MPTCP_PM_ADDR_ATTR_FLAGS, in the order in which `ip mptcp endpoint` prints the names (linux/mptcp.h). */
const ENDPOINT_FLAG_BITS: Readonly<Record<EndpointFlag, number>> = {
  signal: 0x01,
  subflow: 0x02,
  backup: 0x04,
  fullmesh: 0x08,
  implicit: 0x10,
  laminar: 0x20,
}

const NAMES = Object.keys(ENDPOINT_FLAG_BITS) as EndpointFlag[]

/** Whether a word is the name of a flag. */
export function isEndpointFlag(word: string): word is EndpointFlag {
  return Object.hasOwn(ENDPOINT_FLAG_BITS, word)
}

/** Each flag once, sorted by name: the form in which facts carry flags, so that two sets compare as text. */
export function sortFlags(flags: Iterable<EndpointFlag>): EndpointFlag[] {
  return [...new Set(flags)].sort()
}

/** Each flag once, in the order of `ip mptcp endpoint`: the form for people and for command lines. */
export function orderFlags(flags: Iterable<EndpointFlag>): EndpointFlag[] {
  const set = new Set(flags)
  return NAMES.filter((name) => set.has(name))
}

/**
 * Names of the bits that an iproute2 older than the kernel prints as `rawflags HEX` (implicit before 6.5, laminar
 * before 6.19). Bits without a name here are left out, so that a newer kernel stays readable.
 */
export function flagsFromRaw(bits: number): EndpointFlag[] {
  return NAMES.filter((name) => (bits & ENDPOINT_FLAG_BITS[name]) !== 0)
}

/** Name of an endpoint in facts and changes: `ADDRESS` or `ADDRESS port N`. */
export function endpointKey(endpoint: { address: string; port: number | null }): string {
  return endpoint.port === null ? endpoint.address : `${endpoint.address} port ${endpoint.port}`
}
