/** Pages of reports in a browser: what a person does with keys and mouse, who sees little, prints, or has no scripts. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderAuditHtml } from '../../../src/report/html/audit/render.ts'
import { readHtmlReport } from '../../../src/report/html/data.ts'
import { renderRunHtml } from '../../../src/report/html/run/render.ts'
import { auditFleet } from '../../support/audit-fleet.ts'
import type { OpenReport } from '../../support/browser.ts'
import { axeViolations, openReport, startBrowser } from '../../support/browser.ts'
import { auditReport, HOSTILE, saying, SINCE } from '../audit/sample.ts'
import { changeReport, finding, hostReport, runReport } from '../sample.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(async () => browser.close())

const fleet = auditFleet(300, 27)
const audit = renderAuditHtml(fleet)
const run = renderRunHtml(runReport())

async function withReport(
  html: string,
  options: Parameters<typeof openReport>[2],
  act: (report: OpenReport) => Promise<void>,
): Promise<void> {
  const report = await openReport(browser, html, options)
  try {
    await act(report)
    expect(report.troubles).toEqual([])
  } finally {
    await report.close()
  }
}

/** Opens all that is folded. */
const unfold = async (page: Page): Promise<void> =>
  page.evaluate('document.querySelectorAll("dialog details").forEach((one) => { one.open = true })')

const names = async ({ page }: OpenReport): Promise<string[]> => page.locator('.grid tbody th').allTextContents()
const told = async ({ page }: OpenReport): Promise<string | null> => page.locator('[role=status]').textContent()

describe('an audit', () => {
  test('is searched', async () => {
    await withReport(audit, {}, async (report) => {
      await report.page.getByLabel('search', { exact: true }).fill('web3.')
      await expect.poll(() => told(report)).toBe('1 of 300 hosts, 27 of 27 controls')
      expect(await names(report)).toEqual(['web3.example.net'])
      await report.page.getByRole('button', { name: 'Reset' }).click()
      await expect.poll(() => told(report)).toBe('300 of 300 hosts, 27 of 27 controls')
    })
  })

  test('is filtered by status, severity, group and control', async () => {
    await withReport(audit, {}, async (report) => {
      const { page } = report
      await page.getByLabel('severity', { exact: true }).selectOption('critical')
      const critical = fleet.controls.filter(({ severity }) => severity === 'critical').length
      await expect.poll(() => told(report)).toContain(`${critical} of 27 controls`)
      await page.getByLabel('severity', { exact: true }).selectOption('')
      await page.getByLabel('group', { exact: true }).selectOption('oslo')
      await expect.poll(() => told(report)).toContain('150 of 300 hosts')
      const [control] = fleet.controls
      await page.getByLabel('control', { exact: true }).selectOption(control!.id)
      await page.locator('#f-status').selectOption('failing')
      const failing = fleet.hosts.filter(({ groups, results }) => groups.includes('oslo') && results[0]!.failing)
      await expect.poll(() => told(report)).toBe(`${failing.length} of 300 hosts, 1 of 27 controls`)
      expect(failing.length).toBeGreaterThan(0)
    })
  })

  test('is sorted by what a column says', async () => {
    await withReport(audit, {}, async (report) => {
      const { page } = report
      const column = page.locator('.grid thead th').first()
      await page.getByRole('button', { name: 'host', exact: true }).click()
      await expect.poll(() => column.getAttribute('aria-sort')).toBe('ascending')
      expect((await names(report)).slice(0, 3)).toEqual(['edge1.example.net', 'edge4.example.net', 'edge7.example.net'])
      await page.getByRole('button', { name: 'host', exact: true }).click()
      await expect.poll(() => column.getAttribute('aria-sort')).toBe('descending')
      expect((await names(report))[0]).toBe('web297.example.net')
    })
  })

  test('shows where each host is going: in the table, which it orders, and beside all else about a host', async () => {
    await withReport(audit, {}, async (report) => {
      const { page } = report
      await page.getByRole('button', { name: 'trend of the score' }).click()
      const cells = page.locator('.grid tbody td.word')
      await expect.poll(() => cells.first().textContent()).toMatch(/^[▁-█]{8} −\d/)
      expect(await cells.first().getAttribute('aria-label')).toMatch(/^−\d.* since the first of the last 29 audits$/)
      await page.locator('.grid tbody th').first().click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText('The last 29 audits in numbers').click()
      await expect
        .poll(() =>
          dialog
            .getByRole('group', { name: /^Scores of/ })
            .locator('tbody tr')
            .count(),
        )
        .toBe(29)
    })
    const first = auditReport({ trend: [], hostScores: {} })
    await withReport(renderAuditHtml(first), {}, async ({ page }) => {
      expect(await page.getByRole('button', { name: 'trend of the score' }).count()).toBe(0)
    })
  })

  test('is walked by keys alone, into a host and back', async () => {
    await withReport(audit, {}, async (report) => {
      const { page } = report
      const focused = async (): Promise<string> =>
        page.evaluate<string>(
          '`${document.activeElement.closest("tr")?.getAttribute("aria-rowindex")} ${document.activeElement.closest("th, td")?.getAttribute("aria-colindex")}`',
        )
      await page.getByRole('button', { name: 'Reset' }).focus()
      await page.keyboard.press('Tab')
      expect(await focused()).toBe('2 1')
      for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
      expect(await focused()).toBe('3 3')
      await page.keyboard.press('Control+End')
      expect(await focused()).toBe('301 31')
      const inSight = await page.evaluate<boolean>(
        '(() => { const at = document.activeElement.getBoundingClientRect(); const box = document.querySelector(".grid").getBoundingClientRect(); return at.bottom <= box.bottom + 1 && at.right <= box.right + 1 })()',
      )
      expect(inSight).toBe(true)
      await page.keyboard.press('Control+Home')
      expect(await focused()).toBe('2 1')
      const first = (await names(report))[0]!
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog')
      await expect.poll(() => dialog.getByRole('heading', { level: 2 }).textContent()).toBe(first)
      await page.keyboard.press('Escape')
      await expect.poll(() => dialog.isVisible()).toBe(false)
      expect(await focused()).toBe('2 1')
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
      await expect.poll(() => page.locator('.grid thead th').first().getAttribute('aria-sort')).toBe('ascending')
      expect(await focused()).toBe('1 1')
      // One stop for the whole grid.
      await page.keyboard.press('Tab')
      expect(await focused()).not.toMatch(/^\d+ \d+$/)
    })
  })

  test('goes on by keys where the cell was scrolled out of sight', async () => {
    await withReport(audit, {}, async ({ page }) => {
      await page.locator('.grid td.number').first().focus()
      await page.keyboard.press('ArrowDown')
      await page.evaluate('document.querySelector(".grid").scrollTop = 5000')
      await expect.poll(() => page.locator('tr[data-row="1"]').count()).toBe(0)
      expect(await page.evaluate('document.activeElement.className')).toBe('grid')
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => page.evaluate('document.activeElement.closest("tr")?.dataset.row')).toBe('2')
      // The grid stays a stop where nothing of it had the focus.
      await page.getByRole('button', { name: 'Reset' }).focus()
      await page.evaluate('document.querySelector(".grid").scrollTop = 5000')
      await expect.poll(() => page.locator('tr[data-row="2"]').count()).toBe(0)
      await page.getByRole('button', { name: 'Reset' }).focus()
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.className')).toBe('grid')
    })
  })

  test('tells all of a host: what was read, by which command, the remedy', async () => {
    await withReport(renderAuditHtml(auditReport()), {}, async ({ page }) => {
      await page.getByRole('gridcell', { name: 'waived' }).click()
      const dialog = page.getByRole('dialog')
      await unfold(page)
      const text = (await dialog.innerText()).replaceAll(/\s+/g, ' ')
      for (const part of [
        'bad',
        '203.0.113.7',
        'net.mptcp.enabled is 0',
        'persistent sysctl_persisted {"a":[0,-1]} /etc/sysctl.conf:3',
        'sysctl -a',
        '- mptcp_enabled: {"state":"enabled","persist":true}',
        'Waived until 2026-12-31 by ops: is being replaced',
        '33.0 MiB',
      ]) {
        expect(text).toContain(part)
      }
    })
  })

  test('says that its data match their hash', async () => {
    await withReport(audit, {}, async ({ page }) => {
      await expect.poll(() => page.locator('#hash-state').textContent()).toBe('matches')
    })
    const stated = readHtmlReport(audit)!.stated
    await withReport(audit.replace(stated, '0'.repeat(64)), {}, async ({ page }) => {
      await expect.poll(() => page.locator('#hash-state').textContent()).toBe(`does not match: the data have ${stated}`)
    })
  })

  test('shows all pairs, some at a time', async () => {
    await withReport(audit, {}, async ({ page }) => {
      expect(await page.locator('#pairs figure').count()).toBe(12)
      const button = page.getByRole('button', { name: 'Show more of 40 pairs' })
      for (let clicks = 0; clicks < 3; clicks++) await button.click()
      expect(await page.locator('#pairs figure').count()).toBe(40)
      expect(await button.count()).toBe(0)
    })
  })
})

test('a run is searched, filtered, and tells all of a host', async () => {
  await withReport(run, {}, async (report) => {
    const { page } = report
    await page.locator('#f-status').selectOption('changed')
    await expect.poll(() => told(report)).toBe('2 of 3 hosts')
    await page.getByLabel('search', { exact: true }).fill('system-b')
    await expect.poll(() => names(report)).toEqual(['system-b'])
    await page.locator('.grid tbody th').click()
    const text = await page.getByRole('dialog').innerText()
    for (const part of ['sysctl/net.mptcp.enabled', 'before', 'after', '64.0 MiB in 2.9 s'])
      expect(text).toContain(part)
  })
})

describe.each([
  ['an audit', renderAuditHtml({ ...auditFleet(30, 27), since: SINCE })],
  ['a run', run],
])('%s', (_, html) => {
  test.each(['light', 'dark'] as const)(
    'has no violation of accessibility that axe finds, in %s colours',
    async (colorScheme) => {
      await withReport(html, { colorScheme }, async ({ page }) => {
        expect(await axeViolations(page)).toEqual([])
        await page.locator('.grid tbody th').first().click()
        await unfold(page)
        expect(await axeViolations(page)).toEqual([])
      })
    },
  )

  test.each([360, 390, 1280])('does not scroll sideways at %d pixels', async (width) => {
    await withReport(html, { viewport: { width, height: 844 } }, async ({ page }) => {
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      await page.locator('.grid tbody th').first().click()
      expect(await page.evaluate<number>('document.querySelector("dialog").scrollWidth')).toBeLessThanOrEqual(width)
    })
  })

  test('is printed with what stands in it without scripts', async () => {
    await withReport(html, {}, async ({ page }) => {
      const pdf = await page.pdf({ format: 'A4' })
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
      expect(await page.locator('#explore').isVisible()).toBe(false)
      expect(await page.locator('#made').isVisible()).toBe(true)
      const back = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
      expect(back).toBe('rgb(255, 255, 255)')
    })
  })

  test('does without scripts', async () => {
    await withReport(html, { javaScriptEnabled: false }, async ({ page }) => {
      const text = await page.locator('main').innerText()
      expect(text).toContain('This part needs scripts')
      expect(text).toContain('How this report was made')
    })
  })
})

test.each([
  ['an audit', renderAuditHtml(saying(`${HOSTILE}<img src=x onerror=alert(1)>"onfocus=alert(2) autofocus='`))],
  [
    'a run',
    renderRunHtml(
      runReport({
        command: HOSTILE,
        findings: [
          finding(HOSTILE, {
            title: HOSTILE,
            reason: HOSTILE,
            evidence: [{ kind: 'host', fact: HOSTILE, value: HOSTILE }],
          }),
        ],
        hosts: [
          hostReport(HOSTILE, {
            address: HOSTILE,
            changes: [changeReport({ fact: HOSTILE, before: HOSTILE, after: { [HOSTILE]: HOSTILE } })],
          }),
        ],
      }),
    ),
  ],
])('texts of hosts stay texts in %s', async (_, html) => {
  await withReport(html, {}, async ({ page }) => {
    await page.locator('.grid tbody th').first().click()
    expect(await page.locator('dialog').innerText()).toContain('<script>alert(1)</script>')
    expect(await page.locator('img, iframe, [onerror], [onfocus], [style*="url"], script').count()).toBe(2)
    const shown = await page.evaluate<string>('document.body.innerText')
    expect(shown).not.toMatch(/(?!\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
  })
})

test('what was not made by us does not run, whatever got into a file', async () => {
  const changed = audit.replace(
    '<main>',
    '<main><script>document.title = "run"</script><img src="x" onerror="document.title = 1">',
  )
  const report = await openReport(browser, changed)
  try {
    expect(await report.page.title()).toContain('Audit of all')
    expect(report.troubles.join('\n')).toContain('Content Security Policy')
  } finally {
    await report.close()
  }
})

test('5,000 hosts × 40 controls are one file below 5 MB, and open', async () => {
  const html = renderAuditHtml(auditFleet(5000, 40))
  expect(html.length).toBeLessThan(5_000_000)
  await withReport(html, {}, async (report) => {
    expect(await told(report)).toBe('5000 of 5000 hosts, 40 of 40 controls')
    expect(await report.page.locator('.grid tbody tr').count()).toBeLessThan(60)
    await report.page.keyboard.press('Tab')
    await report.page.locator('.grid tbody th').first().focus()
    await report.page.keyboard.press('Control+End')
    await expect.poll(() => report.page.evaluate('document.activeElement.closest("tr")?.dataset.row')).toBe('4999')
  })
})
