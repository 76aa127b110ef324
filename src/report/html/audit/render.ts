/** An audit as one HTML file: what it found at the top, and with scripts every host, control and piece of evidence. */
import type { AuditReport } from '../../../model/audit.ts'
import type { AuditDocument } from '../../../model/audit-since.ts'
import { toColumns } from '../../../model/audit-columns.ts'
import { renderPage } from '../page.ts'
import { diagnosticSection, exploreSection, generatorFacts, pairSection } from '../parts.ts'
import { shownTime } from '../times.ts'
import type { Tree } from '../tree.ts'
import { code, facts, section } from '../tree.ts'
import { failingSection, unreadSection, waiverSection } from './findings.ts'
import { auditHeader, auditTiles } from './summary.ts'
import { sinceSection } from './since.ts'
import { trendSection } from './trend.ts'

export function renderAuditHtml({ since, ...report }: AuditDocument): string {
  return renderPage({
    title: `Audit of ${report.pattern}, ${shownTime(report.startedAt)}`,
    body: [
      auditHeader(report),
      auditTiles(report),
      failingSection(report),
      ...unreadSection(report),
      ...sinceSection(since),
      exploreSection('Hosts and controls'),
      ...trendSection(report),
      ...pairSection(report.tests, report.endedAt),
      ...waiverSection(report),
      ...diagnosticSection(report.diagnostics),
      madeSection(report),
    ],
    data: { kind: 'audit', ...toColumns(report) },
  })
}

function madeSection({ generator, profile, inventoryHash, runId, startedAt, endedAt, failOn }: AuditReport): Tree {
  return section(
    'made',
    'How this report was made',
    facts([
      ...generatorFacts(generator),
      ['Profile', `${profile.name}: ${profile.title}`],
      ['SHA-256 of the profile', code(profile.hash)],
      ['SHA-256 of the inventory', code(inventoryHash)],
      ['Run', code(runId)],
      ['Time', `${shownTime(startedAt)} to ${shownTime(endedAt)}`],
      ['Exit code counts', `${failOn} and worse`],
    ]),
  )
}
