import { expect, it } from 'vitest'
import { wrap } from '../../src/report/wrap.ts'

it('keeps the blanks at the start of a line, so that an example stays an example', () => {
  expect(wrap('write:\n  all:\n    hosts: {}', 40, '> ', '  ')).toBe('> write:\n    all:\n      hosts: {}')
})

it('breaks at words, under the indent of its line', () => {
  expect(wrap('  one two three', 9)).toBe('  one two\n  three')
})

it('indents no more than half of a line, whatever a host begins its lines with', () => {
  const lines = wrap(`${' '.repeat(100_000)}${'word '.repeat(2000)}`, 40).split('\n')
  expect(lines.length).toBeGreaterThan(100)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
})
