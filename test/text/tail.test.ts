import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { tail } from '../../src/text/tail.ts'

it('gives whole lines of the end, and short text as it is', () => {
  expect(tail('abc', 3)).toBe('abc')
  expect(tail('one\ntwo\nthree', 9)).toBe('…\ntwo\nthree')
  expect(tail('one\ntwo\nthree', 8)).toBe('…\nthree')
  expect(tail('one\ntwo\nthree', 4)).toBe('… (a line of 5 characters)')
})

it('never gives a part of a line, and never more than was asked for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 40 })
  fc.assert(
    fc.property(text, fc.nat(30), (text, most) => {
      const [first = '', ...rest] = tail(text, most).split('\n')
      const end = rest.join('\n')
      if (text.length <= most) expect([first, end].join(rest.length > 0 ? '\n' : '')).toBe(text)
      else expect(first).toMatch(rest.length > 0 ? /^…$/ : /^… \(a line of \d+ characters\)$/)
      expect(end.length).toBeLessThanOrEqual(most)
      expect(rest.length === 0 || `\n${text}`.endsWith(`\n${end}`)).toBe(true)
    }),
  )
})
