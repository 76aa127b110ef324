/** Pages of reports in the system's browser, and everything that goes wrong in one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

/** Ms: a busy machine starts a browser slowly. */
const PATIENCE = 60_000

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'], timeout: PATIENCE })
}

/** An open report; `troubles`: messages of the console, errors, dialogs, and whatever it asked of a network. */
export interface OpenReport {
  page: Page
  troubles: string[]
  close: () => Promise<void>
}

export async function openReport(
  browser: Browser,
  html: string,
  options: BrowserContextOptions = {},
): Promise<OpenReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'html-report-'))
  const file = path.join(folder, 'report.html')
  writeFileSync(file, html)
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  const troubles: string[] = []
  page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) troubles.push(`request: ${request.url()}`)
  })
  await page.goto(pathToFileURL(file).href)
  if (options.javaScriptEnabled !== false) await page.waitForSelector('html[data-state]', { state: 'attached' })
  const close = async (): Promise<void> => {
    await context.close()
    rmSync(folder, { recursive: true })
  }
  return { page, troubles, close }
}

/** What axe finds wrong by WCAG 2.2 AA and its best practices, a line for each. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate<{
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
  }>('axe.run()')
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 5).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  )
}
