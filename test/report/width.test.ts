import { describe, expect, it } from 'vitest'
import { drawTable, tableWidth } from '../../src/report/table.ts'
import { cutDisplay, displayWidth, padDisplay } from '../../src/report/width.ts'
import { wrap } from '../../src/report/wrap.ts'

const texts: [string, number][] = [
  ['', 0],
  ['system-a', 8],
  ['zürich-ü', 8],
  // As some keyboards and file systems spell it: u with a combining diaeresis.
  ['zu\u0308rich', 6],
  ['東京', 4],
  ['オフィス-1', 10],
  ['서울', 4],
  ['Ａ１', 4],
  ['москва', 6],
  ['→ ~ …', 5],
  ['a🚀b', 4],
]

describe.each(texts)('%j', (text, width) => {
  it(`takes ${width} columns`, () => {
    expect(displayWidth(text)).toBe(width)
  })

  it('is as wide in a table', () => {
    // A border, a blank, the cell, a blank, a border.
    expect(tableWidth(drawTable([text], []))).toBe(width + 4)
  })

  it('is filled to a column', () => {
    expect(displayWidth(padDisplay(text, 12))).toBe(12)
  })
})

it('cuts before a character that does not fit', () => {
  expect(cutDisplay('東京タワー', 5)).toBe('東京')
  expect(cutDisplay('東京タワー', 6)).toBe('東京タ')
  expect(cutDisplay('system-a', 8)).toBe('system-a')
  expect(cutDisplay('system-a', 3)).toBe('sys')
})

it('breaks lines by what they take on a terminal', () => {
  const lines = wrap('東京 大阪 名古屋 札幌 福岡', 14, '- ', '  ').split('\n')
  expect(lines).toEqual(['- 東京 大阪', '  名古屋 札幌', '  福岡'])
})
