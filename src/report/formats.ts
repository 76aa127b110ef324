/** Formats that `--report FILE` of a run writes, by the file's ending. See CONTRIBUTING.md for how to add one. */
import type { RunReport } from '../model/report.ts'
import type { Format } from './format.ts'
import { renderRunHtml } from './html/run/render.ts'
import { renderJson } from './json.ts'
import { renderRunCsv } from './run/csv.ts'
import { renderRunJUnit } from './run/junit.ts'
import { renderRunMarkdown } from './run/markdown.ts'

export const runFormats: readonly Format<RunReport>[] = [
  { endings: ['.json'], summary: 'the whole report as JSON', render: renderJson },
  { endings: ['.junit.xml', '.xml'], summary: 'JUnit, for CI servers', render: renderRunJUnit },
  { endings: ['.html'], summary: 'a page that needs no server, for people', render: renderRunHtml },
  { endings: ['.csv'], summary: 'a row for each host, change and trial', render: renderRunCsv },
  { endings: ['.md'], summary: 'Markdown, for people', render: renderRunMarkdown },
]
