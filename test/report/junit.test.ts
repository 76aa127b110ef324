/** JUnit: any text is valid by the schema, and read back as it is shown. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JUnitSuite } from '../../src/report/junit.ts'
import { renderJUnit } from '../../src/report/junit.ts'
import { sanitize } from '../../src/report/sanitize.ts'
import { anyText, ESCAPES } from '../support/hostile-text.ts'
import { faultsOf, readXml } from './junit-schema.ts'

const STARTED = '2026-01-02T03:04:05.678Z'

function suiteOf(text: string): JUnitSuite {
  const found = { type: text, message: text, body: text }
  const cases = [
    { name: text, group: text, outcome: { kind: 'passed' } },
    { name: text, group: text, outcome: { kind: 'skipped', message: text } },
    { name: text, group: text, outcome: { kind: 'failure', ...found } },
    { name: text, group: text, outcome: { kind: 'error', ...found } },
  ] as const
  return { name: text, host: text, package: text, properties: { [`a${text}`]: text }, cases }
}

describe('any text', () => {
  test('is valid', async () => {
    // Many at once: each call starts a program.
    const all = [...fc.sample(anyText, { numRuns: 300, seed: 1 }), ...ESCAPES, '', ' ', ']]>', '<!--', '\uFFFE\uFFFF']
    expect(await faultsOf(renderJUnit(all.map(suiteOf), STARTED))).toEqual([])
  })

  test('is read back as it is shown', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [, body = ''] = /<failure [^>]*>([^<]*)<\/failure>/.exec(renderJUnit([suiteOf(text)], STARTED)) ?? []
        const shown = sanitize(text, { lines: true })
          .replaceAll('\uFFFE', '\\u{fffe}')
          .replaceAll('\uFFFF', '\\u{ffff}')
        expect(readXml(body)).toBe(shown)
      }),
      { examples: [['<&"\'\uFFFE\uFFFF>'], [']]>']] },
    )
  })
})

test('no suites are valid', async () => expect(await faultsOf(renderJUnit([], STARTED))).toEqual([]))

test('the time has no zone, as the schema wants it', () => {
  expect(renderJUnit([suiteOf('a')], STARTED)).toContain('timestamp="2026-01-02T03:04:05"')
})
