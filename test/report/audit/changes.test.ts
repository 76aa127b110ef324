/** What changed since an earlier audit, in each format that shows it to people. */
import { describe, expect, test } from 'vitest'
import { renderAuditMarkdown } from '../../../src/report/audit/markdown.ts'
import { renderAuditSince } from '../../../src/report/audit/since.ts'
import { renderAuditHtml } from '../../../src/report/html/audit/render.ts'
import { PLAIN } from '../../../src/report/style.ts'
import { withoutOwnScripts } from '../../support/html-page.ts'
import { auditReport, SINCE } from './sample.ts'

const TITLES = [
  'newly failing',
  'failing, and not compared',
  'no longer failing, and not fixed',
  'still failing',
  'drifted',
]
const none = { newlyFailing: [], failingUncompared: [], fixed: [], noLongerFailing: [], drifted: [] }
const formats: Readonly<Record<string, (since: typeof SINCE) => string>> = {
  text: (since) => renderAuditSince(since, PLAIN, false),
  markdown: (since) => renderAuditMarkdown(auditReport({ since })),
  html: (since) => withoutOwnScripts(renderAuditHtml(auditReport({ since }))).replaceAll(/<[^>]*>/g, ''),
}

describe.each(Object.entries(formats))('as %s', (_, render) => {
  test('lists stand in order, hosts with the same finding together', () => {
    const text = render(SINCE)
    const at = TITLES.map((title) => text.lastIndexOf(`${title}\n`))
    expect(at).toEqual(at.toSorted((a, b) => a - b))
    expect(at[0]).toBeGreaterThan(0)
    expect(text).toContain(SINCE.earlier.runId)
    expect(text).toContain('was: 2 fell back')
    expect(text).toContain('Hosts of the later audit alone')
    expect(text).toMatch(/`?bad`?, `?idle`?: .*it is 0 \(was waived\)/)
    expect(text).toContain('limits/subflows: 2 → 0 (last seen so 2025-12-31T03:04:05.000Z)')
    expect(text).not.toMatch(/nothing changed/i)
  })

  test('what fails as it did is no change', () => {
    const text = render({ ...SINCE, ...none })
    expect(text).toMatch(/nothing changed/i)
    expect(text).toContain('(since 2025-12-01T03:04:05.000Z)')
  })
})

test('an audit that is held against none says nothing of it', () => {
  expect(renderAuditHtml(auditReport())).not.toContain('Since an earlier audit')
  expect(renderAuditMarkdown(auditReport())).not.toContain('Since an earlier audit')
})
