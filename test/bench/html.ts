/** Opening the page of an audit of 5,000 hosts × 40 controls in the system's browser, from the file until it can be used. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { renderAuditHtml } from '../../src/report/html/audit/render.ts'
import { auditFleet } from '../support/audit-fleet.ts'
import { startBrowser } from '../support/browser.ts'

const OUT = path.resolve(import.meta.dirname, '../../.mptcp-fleet/bench')
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5)

/** A Markdown table. */
export async function benchHtml(): Promise<string> {
  const rows: string[] = []
  const browser = await startBrowser()
  try {
    for (const hosts of [500, 5000]) {
      const report = auditFleet(hosts, 40)
      const started = performance.now()
      const html = renderAuditHtml(report)
      const rendered = performance.now() - started
      const file = path.join(OUT, `audit-${hosts}.html`)
      mkdirSync(OUT, { recursive: true })
      writeFileSync(file, html)
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) times.push(await open(file))
      const cells = [
        hosts,
        (html.length / 1e6).toFixed(2),
        seconds(rendered),
        seconds(median(times)),
        seconds(Math.max(...times)),
      ]
      rows.push(`| ${cells.join(' | ')} |`)
    }
  } finally {
    await browser.close()
  }
  const version = browser.version()
  const head =
    '| hosts × 40 controls | file MB | written s | opened s (median) | (longest) |\n| --- | --- | --- | --- | --- |'
  return `HTML page of an audit, opened in Chromium ${version} until it can be used (${ROUNDS} rounds):\n\n${head}\n${rows.join('\n')}\n`

  async function open(file: string): Promise<number> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } })
    const started = performance.now()
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('html[data-state=ready]', { state: 'attached' })
    // A frame later it is drawn and answers.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
    const time = performance.now() - started
    await page.close()
    return time
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2)
}
