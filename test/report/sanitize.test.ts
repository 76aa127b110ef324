import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderRun } from '../../src/report/run.ts'
import { renderJson } from '../../src/report/json.ts'
import { renderPlan } from '../../src/report/plan.ts'
import { sanitize, sanitizeJson } from '../../src/report/sanitize.ts'
import { PLAIN } from '../../src/report/style.ts'
import { change, hostPlan, hostReport, runReport, trial } from './sample.ts'

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u001B', '\u009B', '\n', '\r', '\u202E', 'a'),
    fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  ),
})

describe('sanitize', () => {
  it.each([
    ['plain ä 漢', 'plain ä 漢'],
    ['\u001B[31mred', String.raw`\x1b[31mred`],
    ['a\nb\r', String.raw`a\nb\x0d`],
    ['a\tb', 'a  b'],
    ['\u009B2J', String.raw`\x9b2J`],
    ['x\u202Ey', String.raw`x\u{202e}y`],
  ])('%j', (given, expected) => expect(sanitize(given)).toBe(expected))

  it('keeps line ends where they are wanted', () => expect(sanitize('a\n\u0000', { lines: true })).toBe('a\n\\x00'))

  it('leaves no control characters', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(sanitize(text)).not.toMatch(CONTROL)
        expect(sanitize(text, { lines: true }).replaceAll('\n', '')).not.toMatch(CONTROL)
      }),
    )
  })

  it('changes nothing that JSON means', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const json = sanitizeJson(JSON.stringify({ text }))
        expect(CONTROL.test(json)).toBe(false)
        expect(JSON.parse(json)).toEqual({ text })
      }),
    )
  })
})

describe('what hosts say', () => {
  it('never reaches a terminal raw', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const error = { code: 'command-failed', summary: text, detail: text, hint: text }
        const planned = change(text, { fact: text, task: text, summary: text, before: text, after: { [text]: [text] } })
        const host = hostPlan(text, { changes: [planned], notes: [{ task: text, summary: text, detail: text }] })
        const problem = hostPlan(`x${text}`, {
          problems: [{ task: text, code: 'x', summary: text, detail: text, hint: text }],
        })
        const report = runReport({
          hosts: [hostReport(text, { status: 'failed', error })],
          trials: [{ ...trial, reasons: [text], server: text, client: text }],
        })
        const shown = [
          renderRun(report, PLAIN),
          renderPlan({ play: text, batch: 1, batches: 1, tasks: [text], hosts: [host, problem], trials: [] }, PLAIN, {
            diff: true,
            verbose: true,
            steps: true,
          }),
          renderJson(report),
        ]
        for (const output of shown) expect(output.replaceAll('\n', '')).not.toMatch(CONTROL)
      }),
      { numRuns: 50 },
    )
  })
})
