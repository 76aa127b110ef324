/** What follows for each control from what was seen, in OSCAL's terms. */
import type { AuditedControl, AuditReport, ControlStatus } from '../../model/audit.ts'
import { prose } from '../markdown.ts'
import type { Observation, UuidOf } from './oscal-observations.ts'
import { observe, renderObservation } from './oscal-observations.ts'
import { listed, propsOf } from './oscal-parts.ts'
import { risksOf } from './oscal-risks.ts'

/** A finding for each control that some host was held against; a risk where it fails or is waived. */
export function renderFindings(report: AuditReport, uuid: UuidOf): object {
  const seen = observe(report, uuid)
  const told = report.controls.flatMap((control) => {
    const observations = seen.get(control.id) ?? []
    return observations.length === 0
      ? []
      : [{ control, observations, risks: risksOf(report, control, observations, uuid) }]
  })
  return {
    ...listed(
      'observations',
      told.flatMap(({ control, observations }) =>
        observations.map((one) => renderObservation(report, control, one, uuid)),
      ),
    ),
    ...listed(
      'risks',
      told.flatMap(({ risks }) => risks),
    ),
    ...listed(
      'findings',
      told.map(({ control, observations, risks }) => ({
        uuid: uuid(`finding ${control.id}`),
        title: prose(control.title),
        description: prose(control.rationale),
        ...propsOf({ severity: control.severity, nist: control.nist.join(' ') }),
        target: targetOf(control, observations),
        'related-observations': observations.map((one) => ({ 'observation-uuid': one.uuid })),
        ...listed(
          'related-risks',
          risks.map((risk) => ({ 'risk-uuid': risk.uuid })),
        ),
      })),
    ),
  }
}

/** Satisfied where no host fails and at least one passes; where it is open (waived, not looked at), for a reason of its own. */
function targetOf({ id }: AuditedControl, observations: readonly Observation[]): object {
  const has = (...statuses: ControlStatus[]): boolean =>
    observations.some(({ result }) => statuses.includes(result.status))
  const isFailing = observations.some(({ result }) => result.failing)
  const isOpen = isFailing || has('waived', 'not-tested', 'unreachable')
  const isUsed = isOpen || has('pass')
  const state = isOpen ? 'not-satisfied' : 'satisfied'
  const reason = isOpen || !isUsed ? 'other' : 'pass'
  return {
    type: 'objective-id',
    'target-id': id,
    status: { state, reason: isFailing ? 'fail' : reason },
    ...(isUsed ? {} : { 'implementation-status': { state: 'not-applicable' } }),
  }
}
