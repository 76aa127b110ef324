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
  const [op, left, right] = ['op', 'left', 'right'].map((name) => part(match, name))
  const compare = comparison(left, packet)
  if (compare === null || compare === false) return compare
  const found = among(right, compare)
  if (op === '==' || op === 'in') return found
  return op === '!=' && found !== null ? !found : null
}

/** The verdicts that a verdict map may give; null where that is not told. `sure`: it is this one. */
export function vmapTargets(vmap: unknown, packet: Given): { verdict: unknown; sure: boolean }[] | null {
  const compare = comparison(part(vmap, 'key'), packet)
  const entries = part(part(vmap, 'data'), 'set')
  if (compare === false) return []
  if (compare === null || !Array.isArray(entries)) return null
  return entries.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return []
    const found = among(entry[0], compare)
    return found === false ? [] : [{ verdict: entry[1] as unknown, sure: found === true }]
  })
}

/** How members are held against the packet's own value; false: such a packet has none; null: it is not known. */
function comparison(left: unknown, packet: Given): Compare | false | null {
  const [meta, payload, ct, option] = ['meta', 'payload', 'ct', 'tcp option'].map((name) => part(left, name))
  if (meta !== undefined) return ofMeta(part(meta, 'key'), packet)
  if (payload !== undefined) return ofPayload(part(payload, 'protocol'), part(payload, 'field'), packet)
  if (part(ct, 'key') === 'state') return equal('new')
  if (part(ct, 'key') === 'status') return packet.rewritten ? null : untranslated
  const isMptcp = part(option, 'name') === 'mptcp' && part(option, 'field') === undefined
  return isMptcp ? (member) => member === true || member === 1 : null
}

function untranslated(member: unknown): Answer {
  return member === 'dnat' || member === 'snat' ? false : null
}

function ofMeta(key: unknown, { family, iif, oif }: Given): Compare | null {
  if (key === 'iif' || key === 'iifname') return iif === null ? null : card(iif)
  if (key === 'oif' || key === 'oifname') return oif === null ? null : card(oif)
  if (key === 'l4proto') return (member) => member === 'tcp' || member === 6
  if (key === 'nfproto') return equal(family === 4 ? 'ipv4' : 'ipv6')
  return key === 'protocol' ? equal(family === 4 ? 'ip' : 'ip6') : null
}

function ofPayload(protocol: unknown, field: unknown, packet: Given): Compare | false | null {
  if (typeof protocol === 'string' && OTHER_PROTOCOLS.has(protocol)) return false
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
  const set = part(right, 'set')
  const members = Array.isArray(right) ? right : Array.isArray(set) ? set : [right]
  const found = new Set(members.map((member: unknown) => (isNamed(member) ? null : compare(unwrapped(member)))))
  return found.has(true) ? true : found.has(null) ? null : false
}

/** A named set, of which the members are not read. */
function isNamed(member: unknown): boolean {
  return typeof member === 'string' && member.startsWith('@')
}

function unwrapped(member: unknown): unknown {
  const elem = part(member, 'elem')
  return elem === undefined ? member : part(elem, 'val')
}

/** What a host sent may be of any shape. */
function part(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
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
    const [addr, len] = ['addr', 'len'].map((name) => part(part(member, 'prefix'), name))
    const text = typeof addr === 'string' && typeof len === 'number' ? `${addr}/${len}` : member
    const network = typeof text === 'string' ? readNetwork(text) : null
    return network === null ? null : isInNetwork(network, read)
  }
}

function port(own: number | null): Compare {
  return (member) => {
    if (own === null) return null
    if (typeof member === 'number') return member === own
    const range = part(member, 'range')
    if (!Array.isArray(range)) return null
    const [from, to] = range as unknown[]
    return typeof from === 'number' && typeof to === 'number' ? own >= from && own <= to : null
  }
}
