/** What is at risk, in OSCAL's terms: controls that fail, and what waivers accept of them. */
import type { AuditedControl, AuditReport } from '../../model/audit.ts'
import { code, prose } from '../markdown.ts'
import type { Observation, UuidOf } from './oscal-observations.ts'
import { listed, propsOf } from './oscal-parts.ts'
import { remedyLine } from './words.ts'

type Risk = { uuid: string } & Readonly<Record<string, unknown>>

/** One for what fails, and one for each waiver that covers some of it. */
export function risksOf(
  report: AuditReport,
  control: AuditedControl,
  all: readonly Observation[],
  uuid: UuidOf,
): Risk[] {
  const risk = (name: string, observations: readonly Observation[], more: object): Risk => {
    const remedies = new Set(observations.map(({ result }) => remedyLine(result)).filter((line) => line !== ''))
    return {
      uuid: uuid(`risk ${control.id} ${name}`),
      title: prose(control.title),
      description: prose(control.rationale),
      statement: prose(`A control of severity ${control.severity} is not met.`),
      ...propsOf({ severity: control.severity }),
      ...more,
      ...listed(
        'remediations',
        [...remedies].map((line) => ({
          uuid: uuid(`remedy ${control.id} ${name} ${line}`),
          lifecycle: 'recommendation',
          title: 'A task of a playbook',
          description: code(line),
        })),
      ),
      'related-observations': observations.map((one) => ({ 'observation-uuid': one.uuid })),
    }
  }
  const failing = all.filter(({ result }) => result.failing)
  const waived = report.waivers.flatMap(({ owner, reason, expires }, index) => {
    const covered = all.filter(({ result }) => result.waiver === index)
    if (covered.length === 0) return []
    const more = { status: 'deviation-approved', deadline: `${expires}T23:59:59Z` }
    const factors = [{ uuid: uuid(`waiver ${index}`), description: prose(`Accepted by ${owner}: ${reason}`) }]
    return [risk(`waiver ${index}`, covered, { ...more, 'mitigating-factors': factors })]
  })
  return [...(failing.length === 0 ? [] : [risk('failing', failing, { status: 'open' })]), ...waived]
}
