/**
 * What a packet filter does with the first packet of a subflow, told from its rules alone: walked as nftables does
 * (nft(8)), with each condition true, false or open. Only what holds whatever the open ones are is told.
 */
import type { FilterPacket } from './firewall-match.ts'
import { matches, vmapTargets } from './firewall-match.ts'

export type { FilterPacket }

export interface FilterChain {
  family: string
  table: string
  name: string
  /** Null for one that others jump to. */
  hook: string | null
  prio: number
  policy: string
  /** Of hook ingress: the cards. */
  devices: string[]
  /** Statements as `nft -j` has them. */
  rules: unknown[][]
}

export interface FilterAnswer {
  verdict: 'accept' | 'drop' | 'open'
  /** It loses its MPTCP option. */
  strips: boolean
  /** The chain that decides, as `inet filter input`; null where it passes. */
  chain: string | null
}

type End = 'accept' | 'drop' | 'return' | 'open'

/** nftables allows 16 jumps. */
const DEEPEST = 16

/** Statements that end nothing and change nothing that is asked about. */
const HARMLESS = new Set(['counter', 'log', 'mangle', 'notrack', 'comment', 'ct helper', 'ct timeout', 'set', 'last'])
const REWRITES = ['dnat', 'redirect', 'tproxy', 'queue', 'synproxy']

/** `hooks`: those that the packet comes by, in their order. */
export function filterAnswer(
  chains: readonly FilterChain[],
  hooks: readonly string[],
  packet: FilterPacket,
): FilterAnswer {
  const families = new Set(['inet', packet.family === 4 ? 'ip' : 'ip6', 'netdev'])
  const own = chains.filter(({ family }) => families.has(family))
  const given = { ...packet, rewritten: own.some(({ rules }) => rules.flat().some((part) => isOneOf(part, REWRITES))) }
  const bases = own
    .filter(
      ({ hook, devices }) =>
        hook !== null && hooks.includes(hook) && (hook !== 'ingress' || devices.includes(packet.iif ?? '')),
    )
    .toSorted((a, b) => hooks.indexOf(a.hook!) - hooks.indexOf(b.hook!) || a.prio - b.prio)
  let open: string | null = null
  let strips: string | null = null
  for (const base of bases) {
    const walk = { chains: own, packet: given, known: new Map<FilterChain, ReadonlySet<End>>(), strips: false }
    const ends = walkChain(base, walk, 0, true)
    const name = `${base.family} ${base.table} ${base.name}`
    if (walk.strips) strips ??= name
    const isDrop = (end: End): boolean => end === 'drop' || (end === 'return' && base.policy === 'drop')
    if ([...ends].every(isDrop)) return { verdict: 'drop', strips: false, chain: name }
    if ([...ends].some((end) => end === 'open' || isDrop(end))) open ??= name
  }
  if (strips !== null) return { verdict: 'accept', strips: true, chain: strips }
  return { verdict: open === null ? 'accept' : 'open', strips: false, chain: open }
}

interface Walk {
  chains: readonly FilterChain[]
  packet: FilterPacket & { rewritten: boolean }
  known: Map<FilterChain, ReadonlySet<End>>
  /** A rule that takes the option away is surely come by. */
  strips: boolean
}

/** All ways in which a chain may end. `sure`: the packet comes here whatever is open. */
function walkChain(chain: FilterChain, walk: Walk, depth: number, sure: boolean): ReadonlySet<End> {
  const known = walk.known.get(chain)
  if (known !== undefined) return known
  const ends = new Set<End>()
  // What comes back to itself is no ruleset of a kernel.
  walk.known.set(chain, new Set(['open']))
  const ended = chain.rules.some((rule) => takeRule(rule, chain, ends, walk, depth, sure))
  if (!ended) ends.add('return')
  walk.known.set(chain, ends)
  return ends
}

/** Adds how the rule may end the walk; true where nothing comes behind it. */
function takeRule(
  rule: readonly unknown[],
  chain: FilterChain,
  ends: Set<End>,
  walk: Walk,
  depth: number,
  sure: boolean,
): boolean {
  let isOpen = false
  for (const part of rule) {
    if (typeof part !== 'object' || part === null) return openEnd(ends)
    const [[word, value] = ['', null]] = Object.entries(part) as [string, unknown][]
    if (HARMLESS.has(word)) continue
    if (word === 'match') {
      const found = matches(value, walk.packet)
      if (found === false) return false
      isOpen ||= found === null
    } else if (word === 'accept' || word === 'return') {
      ends.add(word)
      return !isOpen
    } else if (word === 'drop' || word === 'reject') {
      ends.add('drop')
      return !isOpen
    } else if (word === 'jump' || word === 'goto') {
      const passes = follow(word, value, chain, ends, walk, depth, sure && !isOpen && ends.size === 0)
      return !isOpen && !passes
    } else if (word === 'vmap') {
      return takeMap(value, chain, ends, walk, depth) && !isOpen
    } else if (word === 'reset' && isMptcpOption(value)) {
      if (sure && !isOpen && ends.size === 0) walk.strips = true
      else ends.add('open')
    } else if (REWRITES.includes(word)) return openEnd(ends)
    // Limits, quotas and what else may hold or not.
    else isOpen = true
  }
  return false
}

function openEnd(ends: Set<End>): boolean {
  ends.add('open')
  return false
}

/** Whether the walk goes on behind the jump. */
function follow(
  word: string,
  value: unknown,
  from: FilterChain,
  ends: Set<End>,
  walk: Walk,
  depth: number,
  sure: boolean,
): boolean {
  const target = (value as { target?: unknown } | null)?.target
  const chain = walk.chains.find(
    ({ family, table, name }) => family === from.family && table === from.table && name === target,
  )
  if (chain === undefined || depth >= DEEPEST) return !openEnd(ends)
  const inner = walkChain(chain, walk, depth + 1, sure)
  for (const end of inner) if (end !== 'return' || word === 'goto') ends.add(end)
  return word === 'jump' && inner.has('return')
}

function takeMap(value: unknown, chain: FilterChain, ends: Set<End>, walk: Walk, depth: number): boolean {
  const targets = vmapTargets(value, walk.packet)
  // A map in a map is none of nftables': a host may say so all the same.
  if (targets === null || depth >= DEEPEST) return openEnd(ends)
  const endings = targets.map(({ verdict, sure }) => takeRule([verdict], chain, ends, walk, depth + 1, false) && sure)
  return endings.includes(true)
}

function isMptcpOption(value: unknown): boolean {
  return (value as { 'tcp option'?: { name?: unknown } } | null)?.['tcp option']?.name === 'mptcp'
}

function isOneOf(part: unknown, words: readonly string[]): boolean {
  return typeof part === 'object' && part !== null && words.some((word) => word in part)
}
