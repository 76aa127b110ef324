/** Pages of reports as files: their policy, their data, what they show without scripts, and that nothing of a host is markup. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuditEvidence, AuditMatrix } from '../../../src/model/audit-columns.ts'
import { fromColumns } from '../../../src/model/audit-columns.ts'
import { runReportSchema } from '../../../src/model/report.ts'
import { renderAuditHtml } from '../../../src/report/html/audit/render.ts'
import { readHtmlReport } from '../../../src/report/html/data.ts'
import { renderRunHtml } from '../../../src/report/html/run/render.ts'
import { auditFleet } from '../../support/audit-fleet.ts'
import { hostileText } from '../../support/hostile-text.ts'
import { contentsOf, withoutOwnScripts } from '../../support/html-page.ts'
import { auditReport, HOSTILE, REPORTS, saying } from '../audit/sample.ts'
import { changeReport, finding, hostReport, runReport } from '../sample.ts'

const page = renderAuditHtml(auditReport())
const pages: Readonly<Record<string, string>> = {
  'an audit': page,
  'a run': renderRunHtml(runReport()),
  'a hostile audit': renderAuditHtml(saying(HOSTILE)),
  'a run with hostile findings': renderRunHtml(
    runReport({ findings: [finding('system-a', { task: HOSTILE, title: HOSTILE, reason: HOSTILE, waiver: HOSTILE })] }),
  ),
}

/** Tags and attributes of what a page shows without scripts. */
function markupOf(html: string): { tags: string[]; attributes: string[] } {
  const tags = [...withoutOwnScripts(html).matchAll(/<([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*>/gi)]
  return {
    tags: tags.map(([, tag = '']) => tag),
    attributes: tags.flatMap(([, , text = '']) =>
      Array.from(text.matchAll(/([\w:-]+)(?:="[^"]*")?/g), ([, name = '']) => name),
    ),
  }
}

const TAGS = new Set(
  (
    'html head meta title style body main header nav section article figure figcaption footer noscript h1 h2 h3 p div span ' +
    'strong code ul li a dl dt dd table thead tbody tr th td details summary svg g line polyline circle rect text'
  ).split(' '),
)

describe.each(Object.entries(pages))('the page of %s', (_, html) => {
  test('lets only its own script and style count, and loads nothing', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'")
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(contentsOf(html, 'script')[0]!)}`,
      `style-src ${hash(contentsOf(html, 'style')[0]!)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ])
    expect(html.match(/<script\b/g)).toHaveLength(2)
    // The policy stands before all that it is for.
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'))
  })

  test('has the elements that it was made of, no style and no event in an attribute', () => {
    const { tags, attributes } = markupOf(html)
    expect(tags.filter((tag) => !TAGS.has(tag))).toEqual([])
    expect(attributes.filter((name) => /^on|^style$|^src/i.test(name))).toEqual([])
    expect(html.match(/href="(?!#)/g)).toBeNull()
    expect(tags.length).toBeGreaterThan(50)
  })

  test('is what its hash says', () => {
    const read = readHtmlReport(html)
    expect(read).toMatchObject({ isPageIntact: true })
    expect(read?.actual).toBe(read?.stated)
  })
})

test('its script and style are those that their sources give', async () => {
  const generator = (await import(new URL('../../../.ci/page.mjs', import.meta.url).href)) as {
    assets: () => Promise<string>
  }
  const file = readFileSync(new URL('../../../src/report/html/assets.ts', import.meta.url), 'utf8')
  expect(file === (await generator.assets()), 'stale: run node .ci/page.mjs').toBe(true)
  // A library would show here.
  expect(file.length).toBeLessThan(60_000)
})

describe('the data', () => {
  test.each(Object.entries(REPORTS))('of %s are the whole report', (_, { since: _since, ...report }) => {
    const data = readHtmlReport(renderAuditHtml(report))?.data as { matrix: AuditMatrix; evidence: AuditEvidence }
    expect(fromColumns(data.matrix, data.evidence)).toEqual(report)
  })

  test('of a run are the whole report', () => {
    expect(readHtmlReport(pages['a run']!)?.data).toMatchObject({ kind: 'run', report: runReport() })
  })

  test('that were changed do not match the hash', () => {
    const [block = ''] = contentsOf(page, 'script', ' type="application/octet-stream" id="data"')
    const other = gzipSync(JSON.stringify({ kind: 'audit' })).toString('base64')
    const read = readHtmlReport(page.replace(block, other))
    expect(read?.actual).not.toBe(read?.stated)
  })

  test.each([
    ['what it shows', page.replace('Failed', 'Passed')],
    ['what it shows beside that', page.replace('</main>', '<p>All is well</p></main>')],
    ['its style', page.replace('<style>', '<style>.control{display:none}')],
    ['its policy', page.replace('default-src', 'img-src')],
    ['its script', page.replace('</body>', '<script></script></body>')],
    ['its end', `${page} `],
  ])('know the page that they lie in: %s', (_, changed) => {
    expect(changed).not.toBe(page)
    expect(readHtmlReport(changed)).toMatchObject({ isPageIntact: false })
  })

  test.each([
    ['nothing', ''],
    ['another page', '<!doctype html><p>hello'],
    [
      'a page with two of them',
      page.replace('<main>', '<script type="application/octet-stream" id="data"></script><main>'),
    ],
    ['a page cut short', page.slice(0, page.indexOf('id="data">') + 40)],
    ['a page whose data are none', page.replace(/(id="data">)[^<]*/, '$1AAAA')],
    ['a page without a hash', page.replace(/(id="content-hash">)[^<]*/, '$1')],
  ])('of %s cannot be read', (_, html) => expect(readHtmlReport(html)).toBeNull())

  test('cannot be read of anything else, and that is no error', () => {
    fc.assert(
      fc.property(hostileText(page.slice(-3000)), (text) => {
        expect(() => readHtmlReport(text)).not.toThrow()
      }),
    )
  })
})

describe('without scripts', () => {
  const text = (html: string): string => withoutOwnScripts(html).replaceAll(/<style>.*<\/style>|<[^>]*>/gs, '')

  test('an audit tells what fails where, what is waived and how it was made', () => {
    const shown = text(page)
    for (const part of [
      'Audit of all Failed',
      'enabled-running is as it should be enabled-running on 2 hosts',
      'bad, idle: net.mptcp.enabled is 0',
      'error: limits was not read',
      'is being replaced',
      '2026-12-31 (363 days left)',
      'Hosts that were not read',
      'gone: it refused the connection',
      'Score of each host',
      '−30 since the first',
      'tested 2026-01-01 00:00:00 UTC, 1 day before this audit, run 20260101T000000Z-0f0f0f',
      '33.0 MiB, 51.6 %',
      'auditor@laptop',
      'a claim, which nothing proves',
      'ab'.repeat(32),
      readHtmlReport(page)!.actual,
    ]) {
      expect(shown).toContain(part)
    }
  })

  test('an audit tells how controls and groups did, as far as audits of before say it', () => {
    const now = auditReport()
    const then = { runId: 'r', hosts: 4, score: 50, failing: { critical: 1, high: 0, medium: 0, low: 0 } }
    const groups = { web: 90, gone: 1 }
    const trend = [
      { ...then, startedAt: '2025-12-30T00:00:00.000Z' },
      { ...then, startedAt: '2025-12-31T00:00:00.000Z', controls: { 'no-fallback': 3 }, groups },
    ]
    const hosts = now.hosts.map((one) => ({ ...one, groups: ['web', 'new'] }))
    const shown = text(renderAuditHtml({ ...now, hosts, trend })).replaceAll(/\s+/g, ' ')
    expect(shown).toMatch(/Hosts on which a control fails 2 enabled-running \+2 since the first/)
    expect(shown).toMatch(/no-fallback −\d since the first/)
    expect(shown).toMatch(/Score of each group [\d.]+ web −[\d.]+ since the first/)
    // A group without a past, and one that is no more.
    expect(shown).not.toMatch(/\d (?:new|gone)/)
    // Audits that say neither have no such charts.
    expect(text(renderAuditHtml({ ...now, trend: trend.slice(0, 1) }))).not.toMatch(
      /on which a control fails|each group/,
    )
  })

  test('a run tells errors, changes with before and after, and trials', () => {
    const shown = text(pages['a run']!)
    for (const part of [
      'port 22 refused the connection',
      'sysctl/net.mptcp.enabled',
      '64.0 MiB in 2.9 s',
      'Exit code 4',
    ]) {
      expect(shown).toContain(part)
    }
  })

  test('a run tells what its tasks `audit` found, what of it fails no host, and how it was made', () => {
    const found = ['system-a', 'system-b'].map((host) => finding(host))
    const waived = finding('system-a', { control: 'rp-filter', status: 'waived', fails: false, waiver: 'ops: later' })
    const below = finding('system-b', { control: 'rp-filter', fails: false })
    const shown = text(renderRunHtml(runReport({ findings: [...found, waived, below] })))
    for (const part of [
      'limits-sufficient on 2 hosts',
      'system-a, system-b: add_addr_accepted is 0, needed are 1',
      'waived The limits allow the paths that the profile asks for rp-filter on 1 host',
      'below threshold The limits allow the paths that the profile asks for rp-filter on 1 host',
      'waived by ops: later',
      'Nothing is wrong (profile client)',
      'mptcp-fleet 1.2.3',
      'ops@laptop',
    ]) {
      expect(shown).toContain(part)
    }
    expect(text(renderRunHtml(runReport()))).not.toContain('Findings')
  })

  test('a run of a program that did not say its version is shown', () => {
    const { generator: _generator, ...before } = runReport()
    expect(text(renderRunHtml(runReportSchema.parse(before)))).toContain('mptcp-fleet')
  })

  test('long lists end with how much is left out, and the page stays small', () => {
    const html = renderAuditHtml(auditFleet(400, 27))
    expect(text(html)).toMatch(/and \d+ more reasons/)
    expect(text(html)).toContain('and 28 more pairs')
    expect(withoutOwnScripts(html).length).toBeLessThan(200_000)
    const changes = [changeReport()]
    const run = renderRunHtml(
      runReport({ hosts: Array.from({ length: 150 }, (_, at) => hostReport(`h${at}`, { changes })) }),
    )
    expect(text(run)).toContain('and 50 more hosts')
  })
})
