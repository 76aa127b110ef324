/** Every renderer over reports in which each text came from a host that wants to own the terminal. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { eventLine } from '../../src/cli/view/lines.ts'
import { renderEvent } from '../../src/cli/view/ndjson.ts'
import { newProgress, renderProgress, trackProgress } from '../../src/cli/view/progress.ts'
import { renderDiagnostics } from '../../src/report/diagnostics.ts'
import { renderHostErrors } from '../../src/report/errors.ts'
import { renderFileDiffs } from '../../src/report/file-diff.ts'
import { renderJson } from '../../src/report/json.ts'
import { renderPlan } from '../../src/report/plan.ts'
import { renderRun } from '../../src/report/run.ts'
import { renderRun as renderKeptRun, renderRunList } from '../../src/report/runs.ts'
import { changesSince, renderSince } from '../../src/report/since.ts'
import { PLAIN } from '../../src/report/style.ts'
import { ESCAPES, hostileText } from '../support/hostile-text.ts'
import { changeReport, events, hostReport, plan, runReport } from './sample.ts'

/** Everything but line ends. */
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const LINE = { live: false, verbose: 2, hosts: 2 }
const ALL = { diff: true, verbose: true, steps: true }

/** Fields that hold words of this tool, by which renderers choose. */
const OURS = new Set([
  'type',
  'status',
  'verdict',
  'severity',
  'code',
  'phase',
  'kind',
  'runId',
  'startedAt',
  'endedAt',
])

/** The same with every text that may be a host's replaced. */
function said<T>(value: T, text: string, field?: string): T
function said(value: unknown, text: string, field = ''): unknown {
  // A step's words hold no NUL: what is read of a host has none.
  if (typeof value === 'string') return OURS.has(field) ? value : `${value}${text.replaceAll('\0', '')}`
  if (Array.isArray(value)) return value.map((item: unknown) => said(item, text, field))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, said(item, text, key)])
  return Object.fromEntries(entries) as unknown
}

function everything(text: string): string[] {
  const error = { code: 'command-failed', summary: text, detail: text, hint: text }
  const diagnostics = [
    { severity: 'warning' as const, code: 'x', summary: text, detail: text, hint: text, source: null },
  ]
  const changes = [changeReport({ before: { [text]: text }, after: [text] })]
  const report = said(runReport({ hosts: [hostReport('a', { status: 'failed', error, changes })], diagnostics }), text)
  const earlier = { ...report, hosts: [{ ...report.hosts[0]!, status: 'ok' as const, changes: [] }] }
  const later = { ...report, hosts: [{ ...report.hosts[0]!, status: 'ok' as const }] }
  const file = (content: string): object => ({ kind: 'file', content, mode: '0644', owner: text, group: text })
  const progress = newProgress(0)
  const lines = said(events(), text).flatMap((event) => {
    trackProgress(progress, event, 1)
    return [eventLine(event, LINE, PLAIN), renderEvent(event), renderProgress(progress, 2)]
  })
  const kept = { ...report, hosts: report.hosts.map((host) => Object.assign({}, host, { guard: 60 })) }
  return [
    ...lines,
    renderRun(report, PLAIN),
    renderJson(report),
    renderPlan(said(plan, text), PLAIN, ALL),
    renderHostErrors(report, PLAIN),
    renderDiagnostics(report.diagnostics, PLAIN),
    renderFileDiffs(
      { fact: `file//x${text}`, before: file(`a\n${text}\nb`), after: file(`a\n${text}${text}\n`) },
      PLAIN,
    ).join('\n'),
    renderSince('run', changesSince(earlier, later), PLAIN),
    renderKeptRun(kept, PLAIN),
    renderRunList([kept]),
  ]
}

it.each(ESCAPES)('%j is shown as an escape', (text) => {
  const outputs = everything(text)
  for (const output of outputs) expect(output).not.toMatch(CONTROL)
  expect(outputs.join('')).toContain('system-a')
})

it('shows nothing raw, whatever a host says', () => {
  fc.assert(
    fc.property(hostileText('bash: line 1: no such file\n'), (text) => {
      for (const output of everything(text)) expect(output).not.toMatch(CONTROL)
    }),
    { numRuns: 40 },
  )
})

it.each(['x', ' ', 'a ', '\n', '\u001B', '漢'])('comes to an end with %j as long as it gets', (unit) => {
  for (const output of everything(unit.repeat(50_000))) expect(output).not.toMatch(CONTROL)
})

it('says of files that differ in very many lines that they do', () => {
  const lines = (word: string): object => {
    const content = Array.from({ length: 60_000 }, (_, index) => `${word}${index}\n`).join('')
    return { kind: 'file', content, mode: '0644', owner: 'root', group: 'root' }
  }
  const shown = renderFileDiffs({ fact: 'file//x', before: lines('a'), after: lines('b') }, PLAIN)
  expect(shown).toEqual(['--- /x', '+++ /x', '(more than 10000 lines differ)'])
  const gone = renderFileDiffs({ fact: 'file//x', before: lines('a'), after: null }, PLAIN)
  expect(gone.length).toBeLessThan(70_000)
})
