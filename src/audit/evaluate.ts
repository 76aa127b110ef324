/** Holds a profile against what was read of a host. Pure. */
import { NOTHING_APPLIED } from '../model/applied.ts'
import type { AuditedControl, ControlResult, ControlStatus, Severity } from '../model/audit.ts'
import { SEVERITIES } from '../model/audit.ts'
import { isFailing } from '../model/audit-status.ts'
import type { Fact } from '../model/fact.ts'
import { plainValue } from '../model/plain.ts'
import type { Control, Known, Peer } from './define.ts'
import { notTested } from './define.ts'
import type { ChosenControl, Profile } from './profile.ts'

/** What became of a fact that was asked for. */
export type ReadFact = (key: string) => { ok: true; value: unknown } | { ok: false; reason: string; hint: string }

/** Of one host: the index of the waiver that covers a control, or null. */
export type WaiverOf = (control: string) => number | null

/** The other end of a pair: what was read of it, or why nothing was. */
export type ReadPeer = Pick<Peer<never>, 'name' | 'part'> & ({ read: ReadFact } | { read: null; reason: string })

/** Where nothing is known beside what is read. */
export const NOTHING_KNOWN: Known = { host: '', now: '', pairs: [], tests: [], applied: NOTHING_APPLIED }

/** Facts that the profile needs of a host, by key. */
export function profileFacts({ controls }: Pick<Profile, 'controls'>, known: Known): Map<string, Fact> {
  const asked = controls.filter(({ control }) => control.pairwise !== true || known.pairs.length > 0)
  return new Map(asked.flatMap((chosen) => namedFacts(chosen, known).map(([, fact]) => [fact.key, fact])))
}

function namedFacts({ control, params }: ChosenControl, known: Known): [string, Fact][] {
  return Object.entries<Fact>(control.facts(params, known) as Record<string, Fact>)
}

/** What a control reads, each fact once. */
export function factsOf(control: Control, params: unknown): Fact[] {
  const all = Object.values<Fact>(control.facts(params, NOTHING_KNOWN) as Record<string, Fact>)
  return [...new Map(all.map((fact) => [fact.key, fact])).values()]
}

/** Every control of the profile on one host that was read. */
export function evaluateHost(
  { controls }: Pick<Profile, 'controls'>,
  read: ReadFact,
  waiverOf: WaiverOf,
  known: Known = NOTHING_KNOWN,
  peers: readonly ReadPeer[] = [],
): ControlResult[] {
  return controls.map((chosen) => {
    const { control } = chosen
    const verdict = judge(chosen, read, known, peers)
    const counts = isFailing(verdict.status, chosen.required)
    const waiver = counts ? waiverOf(control.id) : null
    return {
      control: control.id,
      status: waiver === null ? verdict.status : 'waived',
      failing: counts && waiver === null,
      reason: verdict.reason,
      evidence: verdict.evidence,
      remedy: verdict.remedy ?? null,
      waiver,
    }
  })
}

/** What is told of a host that could not be read. */
export function unreachableHost({ controls }: Profile, reason: string): ControlResult[] {
  const unread = { status: 'unreachable' as const, failing: false, reason, evidence: [], remedy: null, waiver: null }
  return controls.map(({ control }) => ({ control: control.id, ...unread }))
}

type Judged = Pick<ControlResult, 'reason' | 'evidence'> & { status: ControlStatus; remedy?: ControlResult['remedy'] }

function judge(chosen: ChosenControl, read: ReadFact, known: Known, peers: readonly ReadPeer[]): Judged {
  const { control, params } = chosen
  if (control.pairwise === true && known.pairs.length === 0) return notTested(NO_PAIR)
  const own = readAll(namedFacts(chosen, known), read, '')
  if ('unread' in own) return { status: 'error', reason: own.unread, evidence: [] }
  const others = control.pairwise === true ? peers : []
  const around = { ...known, peers: others.map((peer) => readPeer(peer, namedFacts(chosen, known))) }
  const verdict = control.check(params, own.have, around)
  return { ...verdict, evidence: verdict.evidence.map((one) => ({ ...one, value: plainValue(one.value) })) }
}

const NO_PAIR = 'it is in no pair: no test of one is kept, and the profile names none in pairs:'

/** By the names under which the control asked for them; `whose` stands behind a fact that was not read. */
function readAll(
  facts: readonly [string, Fact][],
  read: ReadFact,
  whose: string,
): { have: Record<string, unknown> } | { unread: string } {
  const have: Record<string, unknown> = {}
  for (const [name, { key }] of facts) {
    const result = read(key)
    if (!result.ok) {
      const hint = result.hint === '' ? '' : ` (${result.hint})`
      return { unread: `${key}${whose} was not read: ${result.reason}${hint}` }
    }
    have[name] = result.value
  }
  return { have }
}

function readPeer(peer: ReadPeer, facts: readonly [string, Fact][]): Peer<Record<string, unknown>> {
  const { name, part } = peer
  if (peer.read === null) return { name, part, have: null, reason: peer.reason }
  const all = readAll(facts, peer.read, ` of ${name}`)
  return 'have' in all ? { name, part, have: all.have } : { name, part, have: null, reason: all.unread }
}

/** The profile's controls as a report has them. */
export function auditedControls({ controls }: Pick<Profile, 'controls'>): AuditedControl[] {
  return controls.map(({ control, severity, params, required }): AuditedControl => ({
    id: control.id,
    title: control.title,
    rationale: control.rationale,
    severity,
    nist: [...control.nist],
    references: [...control.references],
    required,
    facts: factsOf(control, params).map(({ key }) => key),
  }))
}

/** Whether a severity is at least as bad as another. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least)
}
