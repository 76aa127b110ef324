/** CSV: what a reader gets back, and that no cell is a formula. */
import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderCsv } from '../../src/report/csv.ts'
import { sanitizeTags } from '../../src/report/sanitize.ts'

const read = (text: string): string[][] => parse(text)

/** Text that is likely to be a formula somewhere. */
const cell = fc.string({
  unit: fc.oneof(
    fc.constantFrom('=', '+', '-', '@', '＝', ';', '"', ',', ' ', '\t', '\r', '\n', "'", 'a'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
})

describe('csv', () => {
  test('quotes every cell and ends lines with CR LF', () => {
    expect(renderCsv(['a', 'b'], [['1', 'x "y", z\n']])).toBe('"a","b"\r\n"1","x ""y"", z\\n"\r\n')
  })

  test.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1', "'＝1"],
    [' =1', "' =1"],
    ['\t=1', "'  =1"],
    ['"=1', '\'"=1'],
    ['a;=1', "a;'=1"],
    ['a=1', 'a=1'],
    ['net.mptcp.enabled is 0', 'net.mptcp.enabled is 0'],
    ['{"a":-1}', '{"a":-1}'],
  ])('%j is shown as %j', (given, expected) => expect(read(renderCsv([given], []))).toEqual([[expected]]))

  test('a reader gets every text back, but for the apostrophes', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
        const [, ...found] = read(renderCsv(['a', 'b'], rows))
        const bare = (texts: string[][]): string[][] => texts.map((row) => row.map((text) => text.replaceAll("'", '')))
        expect(bare(found)).toEqual(bare(rows.map((row) => row.map(sanitizeTags))))
      }),
    )
  })

  test('no cell is a formula, also where ; separates cells and quotes inside of one are text', () => {
    const formula = /^[\s"]*[=+\-@＝＋－＠]/
    fc.assert(
      fc.property(cell, cell, (a, b) => {
        const text = renderCsv(['head', a, b], [[a, b, a]])
        for (const found of [...read(text).flat(), ...text.split(/;|\r\n/)]) expect(found).not.toMatch(formula)
      }),
    )
  })
})
