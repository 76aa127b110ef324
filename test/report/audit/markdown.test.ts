/** An audit's Markdown, as a renderer shows it. */
import { Marked } from 'marked'
import { describe, expect, test } from 'vitest'
import { renderAuditMarkdown } from '../../../src/report/audit/markdown.ts'
import { auditReport, failed, host, REPORTS, result } from './sample.ts'

const marked = new Marked({ gfm: true })
const tagsOf = (text: string): string[] =>
  [...new Set([...marked.parse(text, { async: false }).matchAll(/<(\w+)/g)].map(([, tag]) => tag!))].toSorted()

describe('markdown', () => {
  test('tells what fails, waivers and hosts', () => {
    expect(renderAuditMarkdown(auditReport())).toMatchInlineSnapshot(`
      "# Audit of \`all\`

      4 hosts, 4 controls of baseline: 4 failing (2 critical, 1 medium, 1 low), 5 passed, 1 waived, 2 not tested, 1 not applicable. 1 host was not read.

      |  |  |
      | --- | --- |
      | Score | 50 of 100 |
      | Profile | baseline: What every host should be |
      | SHA-256 of the profile | \`abababababababababababababababababababababababababababababababab\` |
      | Inventory | \`sha256:0\` |
      | Time | \`2026-01-02T03:04:05.000Z\` to \`2026-01-02T03:04:15.500Z\` |
      | Run | \`20260102T030405Z-1a2b3c\` |
      | Made with | \`mptcp-fleet 1.2.3, by auditor@laptop (a claim)\` |

      ## Failing

      ### critical: enabled-running is as it should be (\`enabled-running\`)

      Why enabled-running matters: it does.

      - \`bad\`, \`idle\`: \`net.mptcp.enabled is 0\`

      ### medium: limits-sufficient is as it should be (\`limits-sufficient\`)

      Why limits-sufficient matters: it does.

      - \`bad\`: \`error: limits was not read\`

      ### low: no-fallback is as it should be (\`no-fallback\`)

      Why no-fallback matters: it does.

      - \`bad\`: \`not-tested: no connection yet\`

      ## Waivers

      | control | hosts | reason | owner | until | state |
      | --- | --- | --- | --- | --- | --- |
      | \`enabled-persistent\` | \`bad\` | is being replaced | ops | 2026-12-31 | active |
      | \`no-fallback\` | \`web*\` | is being replaced | ops | 2026-12-31 | unused |
      | \`enabled-running\` | \`bad\` | is being replaced | ops | 2026-12-31 | expired |

      ## Hosts

      | host | score | critical | high | medium | low |  |
      | --- | --- | --- | --- | --- | --- | --- |
      | \`bad\` | 0 | 1 | 0 | 1 | 1 | 0 passed, 1 waived, 1 not tested |
      | \`idle\` | 23 | 1 | 0 | 0 | 0 | 1 passed, 1 not tested, 1 n/a |
      | \`good\` | 100 | 0 | 0 | 0 | 0 | 4 passed |
      | \`gone\` |  |  |  |  |  | unreachable: \`it refused the connection\` |

      ## Diagnostics

      - warning: \`it covers nothing\`
      "
    `)
  })

  test.each(Object.entries(REPORTS))('of %s has no tags but its own', (_, report) => {
    const own = ['code', 'h1', 'h2', 'h3', 'li', 'p', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul']
    expect(own).toEqual(expect.arrayContaining(tagsOf(renderAuditMarkdown(report))))
  })

  test('names some of many hosts, and says how many more', () => {
    const hosts = Array.from({ length: 600 }, (_, index) => host(`h${index}`, [result('enabled-running', failed)]))
    const text = renderAuditMarkdown(auditReport({ hosts }))
    expect(text).toContain('`h19` and 580 more: `net.mptcp.enabled is 0`')
    expect(text).toContain('\nand 100 more\n')
  })
})
