/** Holds a profile against what was read of a host. Pure. */
import type { AuditedControl, ControlResult, ControlStatus, Severity } from '../model/audit.ts'
import { SEVERITIES } from '../model/audit.ts'
import type { Fact } from '../model/fact.ts'
import { plainValue } from '../model/plain.ts'
import type { Control } from './define.ts'
import type { ChosenControl, Profile } from './profile.ts'

/** What became of a fact that was asked for. */
export type ReadFact = (key: string) => { ok: true; value: unknown } | { ok: false; reason: string; hint: string }

/** Of one host: the index of the waiver that covers a control, or null. */
export type WaiverOf = (control: string) => number | null

/** Facts that the profile needs of each host, by key. */
export function profileFacts({ controls }: Profile): Map<string, Fact> {
  const all = controls.flatMap(({ control, params }) => factsOf(control, params))
  return new Map(all.map((fact) => [fact.key, fact]))
}

/** What a control reads, each fact once. */
export function factsOf(control: Control, params: unknown): Fact[] {
  const all = Object.values<Fact>(control.facts(params) as Record<string, Fact>)
  return [...new Map(all.map((fact) => [fact.key, fact])).values()]
}

/** Every control of the profile on one host that was read. */
export function evaluateHost(profile: Profile, read: ReadFact, waiverOf: WaiverOf): ControlResult[] {
  return profile.controls.map((chosen) => {
    const { control } = chosen
    const verdict = judge(chosen, read)
    const isFailing =
      verdict.status === 'fail' || verdict.status === 'error' || (verdict.status === 'not-tested' && chosen.required)
    const waiver = isFailing ? waiverOf(control.id) : null
    return {
      control: control.id,
      status: waiver === null ? verdict.status : 'waived',
      failing: isFailing && waiver === null,
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

function judge({ control, params }: ChosenControl, read: ReadFact): Judged {
  const have: Record<string, unknown> = {}
  for (const [name, fact] of Object.entries<Fact>(control.facts(params) as Record<string, Fact>)) {
    const result = read(fact.key)
    if (!result.ok) {
      const hint = result.hint === '' ? '' : ` (${result.hint})`
      return { status: 'error', reason: `${fact.key} was not read: ${result.reason}${hint}`, evidence: [] }
    }
    have[name] = result.value
  }
  const verdict = control.check(params, have)
  return { ...verdict, evidence: verdict.evidence.map((one) => ({ ...one, value: plainValue(one.value) })) }
}

/** The profile's controls as a report has them. */
export function auditedControls({ controls }: Profile): AuditedControl[] {
  return controls.map(({ control, severity, params, required }) => ({
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
