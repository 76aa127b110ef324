/** What holds for every format of an audit: which ending it has, and that nothing of a host gets through raw. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shown } from '../../../src/engine/shown.ts'
import { Secret } from '../../../src/model/secret.ts'
import { auditFormats } from '../../../src/report/audit/formats.ts'
import { explainEndings, findFormat, listEndings } from '../../../src/report/format.ts'
import { renderAuditMarkdown } from '../../../src/report/audit/markdown.ts'
import { renderAudit } from '../../../src/report/audit/render.ts'
import { renderAuditHtml } from '../../../src/report/html/audit/render.ts'
import { PLAIN } from '../../../src/report/style.ts'
import { readHtmlReport } from '../../../src/report/html/data.ts'
import { createRedactor } from '../../../src/text/redact.ts'
import { secretForms } from '../../../src/text/secret-forms.ts'
import { withoutOwnScripts } from '../../support/html-page.ts'
import { ESCAPES, hostileText } from '../../support/hostile-text.ts'
import { auditReport, HOSTILE, REPORTS, saying } from './sample.ts'

/** Everything but line ends, of which CSV has two characters. */
const CONTROL = /(?!\n|\r\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const formats = auditFormats.map((format) => [format.endings[0]!, format] as const)

test('what fails below the threshold says so to people', () => {
  const report = auditReport({ failOn: 'high' })
  const shown = [renderAudit(report, PLAIN, false), renderAuditMarkdown(report)]
  expect(shown[0]).toMatch(/^critical enabled-running.*^medium \(below threshold\) /ms)
  expect(shown[1]).toMatch(/^### critical: .*^### medium \(below threshold\): /ms)
  expect(withoutOwnScripts(renderAuditHtml(report))).toMatch(/medium<\/span> <span class="chip waived">below threshold/)
  expect(renderAudit(auditReport(), PLAIN, false)).not.toContain('below threshold')
})

describe('the ending', () => {
  test.each([
    ['a.json', '.json'],
    ['a.hdf.json', '.hdf.json'],
    ['A.HDF.JSON', '.hdf.json'],
    ['a.b.oscal.json', '.oscal.json'],
    ['a.xml', '.junit.xml'],
    ['a.junit.xml', '.junit.xml'],
    ['x/a.csv', '.csv'],
    ['a.md', '.md'],
    ['a.html', '.html'],
    ['a.prom', '.prom'],
    ['hdf.json', '.json'],
    ['json', undefined],
    ['a.txt', undefined],
    ['a.json/', undefined],
  ])('of %s is %s', (file, ending) => expect(findFormat(file, auditFormats)?.endings[0]).toBe(ending))

  test('is listed and explained, each once', () => {
    const endings = auditFormats.flatMap((format) => format.endings)
    expect(new Set(endings).size).toBe(endings.length)
    expect(listEndings(auditFormats).split(', ')).toEqual(endings)
    for (const ending of endings) expect(explainEndings(auditFormats)).toContain(ending)
  })
})

describe.each(formats)('%s', (ending, { render }) => {
  test.each(Object.entries(REPORTS))('shows %s without anything raw', (_, report) => {
    const text = render(report)
    expect(text).not.toMatch(CONTROL)
    expect(withoutOwnScripts(text)).not.toContain('<script')
    expect(text.endsWith('\n')).toBe(true)
  })

  test.each(ESCAPES)('shows %j as an escape', (text) => expect(render(saying(text))).not.toMatch(CONTROL))

  test('shows nothing raw, whatever a host says', () => {
    fc.assert(
      fc.property(hostileText('net.mptcp.enabled = 0\n'), (text) => {
        const report = saying(text)
        const rendered = render(report)
        expect(rendered).not.toMatch(CONTROL)
        if (ending.endsWith('.json')) expect(() => JSON.parse(rendered) as unknown).not.toThrow()
      }),
      { numRuns: 25 },
    )
  })

  test('holds no secret, in whatever form and wherever a host says it', () => {
    const secret = 'hunter2 "&<|\\=;`\nsecond line of it'
    const secrets = createRedactor()
    secrets.add(new Secret(secret), 'a test')
    const report = auditReport()
    const [first, ...rest] = report.hosts
    const told = saying(`: ${secret}`, { ...report, hosts: [first!, ...rest] })
    // Names of hosts and rules are their author's, and stay: they are how things are found again.
    const names = (text: string): string => text.split(`: ${secret}`).join('')
    const clean = JSON.parse(JSON.stringify(told), (key, value: unknown) =>
      ['name', 'address', 'fact', 'owner', 'inventoryHash', 'hosts', 'module', 'server', 'client'].includes(key) &&
      typeof value === 'string'
        ? names(value)
        : value,
    ) as typeof told
    clean.hosts[0]!.results[0]!.evidence = [{ kind: 'running', fact: 'x', value: { [secret]: 1, name: secret } }]
    clean.hosts[1]!.results[0]!.remedy = { module: 'x', params: { name: secret } }
    const page = render(shown(clean, secrets))
    const rendered = `${page}${JSON.stringify(readHtmlReport(page)?.data ?? '')}`
    expect(rendered.length).toBeGreaterThan(100)
    for (const form of secretForms(secret)) expect(rendered).not.toContain(form)
    expect(rendered).not.toContain('hunter2')
  })

  test('is the same each time', () => expect(render(saying(HOSTILE))).toBe(render(saying(HOSTILE))))
})
