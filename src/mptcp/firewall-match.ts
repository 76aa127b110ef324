/** Conditions of a packet filter's rules held against the first packet of a subflow: true, false, or null where it is open. */
import { isInNetwork, readNetwork } from '../text/ip.ts'

/** A SYN with MP_JOIN or MP_CAPABLE; what is null is not known. */
export interface FilterPacket {
  family: 4 | 6
  saddr: string | null
  daddr: string | null
  iif: string | null
  oif: string | null
  dport: number | null
}

type Answer = boolean | null
type Given = FilterPacket & { /** Some rule gives packets another address. */ rewritten: boolean }
type Compare = (member: unknown) => Answer

const OTHER_PROTOCOLS = new Set('udp udplite sctp dccp icmp icmpv6 igmp esp ah comp arp vlan'.split(' '))

/** Of `{ op, left, right }` as `nft -j` has it. */
export function matches(match: unknown, packet: Given): Answer {
  const { op, left, right } = (match ?? {}) as { op?: unknown; left?: unknown; right?: unknown }
  const compare = comparison(left, packet)
  if (compare === null || compare === false) return compare
  const found = among(right, compare)
  if (op === '==' || op === 'in') return found
  return op === '!=' && found !== null ? !found : null
}

/** The verdicts that a verdict map may give; null where that is not told. `sure`: it is this one. */
export function vmapTargets(vmap: unknown, packet: Given): { verdict: unknown; sure: boolean }[] | null {
  const { key, data } = (vmap ?? {}) as { key?: unknown; data?: { set?: unknown } }
  const compare = comparison(key, packet)
  if (compare === false) return []
  if (compare === null || typeof data !== 'object' || !Array.isArray(data?.set)) return null
  return data.set.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return []
    const found = among(entry[0], compare)
    return found === false ? [] : [{ verdict: entry[1] as unknown, sure: found === true }]
  })
}

/** How members are held against the packet's own value; false: such a packet has none; null: it is not known. */
function comparison(left: unknown, packet: Given): Compare | false | null {
  const {
    meta,
    payload,
    ct,
    'tcp option': option,
  } = (left ?? {}) as Record<string, Record<string, unknown> | undefined>
  if (meta !== undefined) return ofMeta(meta['key'], packet)
  if (payload !== undefined) return ofPayload(payload, packet)
  if (ct?.['key'] === 'state') return equal('new')
  if (ct?.['key'] === 'status')
    return packet.rewritten ? null : (member) => (member === 'dnat' || member === 'snat' ? false : null)
  if (option?.['name'] === 'mptcp' && option['field'] === undefined) return (member) => member === true || member === 1
  return null
}

function ofMeta(key: unknown, { family, iif, oif }: Given): Compare | null {
  if (key === 'iif' || key === 'iifname') return iif === null ? null : card(iif)
  if (key === 'oif' || key === 'oifname') return oif === null ? null : card(oif)
  if (key === 'l4proto') return (member) => member === 'tcp' || member === 6
  if (key === 'nfproto') return equal(family === 4 ? 'ipv4' : 'ipv6')
  return key === 'protocol' ? equal(family === 4 ? 'ip' : 'ip6') : null
}

function ofPayload({ protocol, field }: Record<string, unknown>, packet: Given): Compare | false | null {
  if (OTHER_PROTOCOLS.has(String(protocol))) return false
  if (protocol === 'ip' || protocol === 'ip6') {
    if ((protocol === 'ip') !== (packet.family === 4)) return false
    if (field === 'protocol' || field === 'nexthdr') return (member) => member === 'tcp' || member === 6
    if (field === 'daddr' || field === 'saddr') return address(packet[field])
    return null
  }
  if ((protocol === 'tcp' || protocol === 'th') && field === 'dport') return port(packet.dport)
  if (protocol === 'tcp' && field === 'flags') return (member) => (member === 'syn' ? true : null)
  return null
}

/** Whether one of the members of a set, a list or a single value is it. */
function among(right: unknown, compare: Compare): Answer {
  const set = (right as { set?: unknown } | null)?.set
  const members = Array.isArray(right) ? right : Array.isArray(set) ? set : [right]
  const found = new Set(members.map((member: unknown) => (isNamed(member) ? null : compare(unwrapped(member)))))
  return found.has(true) ? true : found.has(null) ? null : false
}

/** A named set, of which the members are not read. */
function isNamed(member: unknown): boolean {
  return typeof member === 'string' && member.startsWith('@')
}

function unwrapped(member: unknown): unknown {
  const elem = (member as { elem?: { val?: unknown } } | null)?.elem
  return elem === undefined ? member : elem.val
}

function equal(own: string): Compare {
  return (member) => (typeof member === 'string' ? member === own : null)
}

function card(own: string): Compare {
  return (member) => {
    if (typeof member !== 'string') return null
    return member.endsWith('*') ? own.startsWith(member.slice(0, -1)) : own === member
  }
}

function address(own: string | null): Compare {
  const read = own === null ? null : readNetwork(own)
  return (member) => {
    if (read === null) return null
    const { prefix } =
      ((typeof member === 'object' ? member : null) as { prefix?: { addr: unknown; len: unknown } }) ?? {}
    const text = prefix === undefined ? member : `${String(prefix.addr)}/${String(prefix.len)}`
    const network = typeof text === 'string' ? readNetwork(text) : null
    return network === null ? null : isInNetwork(network, read)
  }
}

function port(own: number | null): Compare {
  return (member) => {
    if (own === null) return null
    if (typeof member === 'number') return member === own
    const range = (member as { range?: unknown } | null)?.range
    if (!Array.isArray(range)) return null
    const [from, to] = range as unknown[]
    return typeof from === 'number' && typeof to === 'number' ? own >= from && own <= to : null
  }
}
