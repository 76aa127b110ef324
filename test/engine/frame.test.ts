import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frameScript, parseSections, section } from '../../src/engine/script/frame.ts'
import { shellQuote } from '../../src/text/shell.ts'
import { runSh, scriptText } from '../support/sh.ts'

const nonce = 'mf00112233445566778899aabb'

function framed(texts: readonly string[]): string {
  const body = texts.flatMap((text, index) => section(`f${index}`, [text]))
  return scriptText(frameScript(nonce, body))
}

describe('frame', () => {
  test('sections carry stdout, stderr and exit status, whatever noise stands around them', () => {
    const run = runSh([
      `echo banner; echo warn >&2\n${framed(['echo one; echo err >&2', 'printf two; exit 7', ':'])}echo bye\n`,
    ])
    const sections = parseSections(nonce, run.stdout, run.stderr)
    expect([...sections]).toEqual([
      ['f0', { stdout: 'one\n', stderr: 'err\n', rc: 0 }],
      ['f1', { stdout: 'two', stderr: '', rc: 7 }],
      ['f2', { stdout: '', stderr: '', rc: 0 }],
    ])
  })

  test('a section whose end is missing has no exit status', () => {
    const run = runSh([framed(['echo one', 'echo half; kill -9 $$'])])
    const sections = parseSections(nonce, run.stdout, run.stderr)
    expect(sections.get('f0')?.rc).toBe(0)
    expect(sections.get('f1')?.rc ?? null).toBeNull()
  })

  test('a truncated script runs nothing, wherever it is cut', () => {
    const whole = framed(['echo ran', 'echo ran too'])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 'main; exit\n'.length }), (length) => {
        expect(runSh([whole.slice(0, length)]).stdout).toBe('')
      }),
      { numRuns: 40 },
    )
  })

  test('any text that a section prints comes back unchanged', () => {
    const text = fc.stringMatching(/^[\t\n -~äß€]*$/)
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
        const run = runSh([framed(texts.map((value) => `printf %s ${shellQuote(value)}`))])
        const sections = parseSections(nonce, run.stdout, run.stderr)
        expect(texts.map((_, index) => sections.get(`f${index}`)?.stdout)).toEqual(texts)
      }),
      { numRuns: 60 },
    )
  })
})
