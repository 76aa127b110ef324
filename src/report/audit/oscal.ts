/** An audit as assessment results of NIST OSCAL 1.0.6. Titles, descriptions and remarks are Markdown there. */
import type { AuditReport } from '../../model/audit.ts'
import { renderJson } from '../json.ts'
import { code, prose } from '../markdown.ts'
import { uuidOf } from '../uuid.ts'
import { renderFindings } from './oscal-findings.ts'
import { listed, nistId, propsOf } from './oscal-parts.ts'
import { fleetScore } from '../../model/audit-score.ts'
import { madeBy } from '../made-by.ts'

/** What the UUIDs of all reports count from; made once, at random. */
const NAMESPACE = '1d1a4c0e-5f0c-4f0e-9d5c-3a0d6f0b7e21'

export function renderOscal(report: AuditReport): string {
  const { runId, profile, controls, hosts } = report
  const base = uuidOf(runId, NAMESPACE)
  const uuid = (name: string): string => uuidOf(name, base)
  const score = fleetScore(report)
  const reviewed = [...new Set(controls.flatMap((control) => control.nist.map(nistId)))]
  return renderJson({
    'assessment-results': {
      uuid: base,
      metadata: {
        title: `Multipath TCP: audit of ${code(report.pattern)}`,
        'last-modified': report.endedAt,
        version: runId,
        'oscal-version': '1.0.6',
        ...propsOf({ generator: madeBy(report.generator) }),
      },
      'import-ap': { href: `#${uuid('profile')}` },
      'local-definitions': listed(
        'objectives-and-methods',
        controls.map((control) => ({
          'control-id': nistId(control.nist[0] ?? control.id),
          description: prose(control.title),
          parts: [{ id: control.id, name: 'objective', title: prose(control.title), prose: prose(control.rationale) }],
        })),
      ),
      results: [
        {
          uuid: uuid('result'),
          title: prose(`${profile.name}: ${profile.title}`),
          description: `${hosts.length} hosts held against ${controls.length} controls.`,
          start: report.startedAt,
          end: report.endedAt,
          ...propsOf({ inventory: report.inventoryHash, ...(score === null ? {} : { score: String(score) }) }),
          'local-definitions': listed(
            'inventory-items',
            hosts.map((host) => ({
              uuid: uuid(`host ${host.name}`),
              description: code(host.name),
              ...propsOf({ 'asset-id': host.name, address: host.address, status: host.status }),
              ...(host.error === null ? {} : { remarks: code(host.error.summary) }),
            })),
          ),
          'reviewed-controls': {
            'control-selections': [
              reviewed.length === 0
                ? { 'include-all': {} }
                : { 'include-controls': reviewed.map((id) => ({ 'control-id': id })) },
            ],
          },
          ...renderFindings(report, uuid),
        },
      ],
      'back-matter': {
        resources: [
          {
            uuid: uuid('profile'),
            title: prose(profile.title),
            description: `The profile ${prose(profile.name)}, which says what is assessed.`,
            ...propsOf({ name: profile.name, sha256: profile.hash }),
          },
        ],
      },
    },
  })
}
