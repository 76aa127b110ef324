/** Formats that `--report FILE` of an audit writes, by the file's ending. See CONTRIBUTING.md for how to add one. */
import type { AuditDocument } from '../../model/audit-since.ts'
import type { Format } from '../format.ts'
import { renderAuditHtml } from '../html/audit/render.ts'
import { renderJson } from '../json.ts'
import { renderAuditCsv } from './csv.ts'
import { renderHdf } from './hdf.ts'
import { renderAuditJUnit } from './junit.ts'
import { renderAuditMarkdown } from './markdown.ts'
import { renderOscal } from './oscal.ts'
import { renderPrometheus } from './prometheus.ts'

export const auditFormats: readonly Format<AuditDocument>[] = [
  { endings: ['.json'], summary: 'the whole report as JSON', render: renderJson },
  { endings: ['.hdf.json'], summary: 'Heimdall Data Format, of MITRE SAF', render: renderHdf },
  { endings: ['.oscal.json'], summary: 'assessment results of NIST OSCAL 1.0.6', render: renderOscal },
  { endings: ['.junit.xml', '.xml'], summary: 'JUnit, for CI servers', render: renderAuditJUnit },
  { endings: ['.html'], summary: 'a page that needs no server, for people and auditors', render: renderAuditHtml },
  { endings: ['.csv'], summary: 'a row for each host and control', render: renderAuditCsv },
  { endings: ['.md'], summary: 'Markdown, for people', render: renderAuditMarkdown },
  { endings: ['.prom'], summary: "metrics for Prometheus' textfile collector", render: renderPrometheus },
]
