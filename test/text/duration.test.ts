import { expect, test } from 'vitest'
import { readAge, readGuardTime } from '../../src/text/duration.ts'

test.each<[unknown, number | null | undefined]>([
  ['60s', 60],
  ['2m', 120],
  [' 1h ', 3600],
  [30, 30],
  ['30', 30],
  ['off', null],
  ['no', null],
  [false, null],
  ['0s', undefined],
  ['2h', undefined],
  ['1.5m', undefined],
  ['', undefined],
  ['soon', undefined],
  [true, undefined],
  [-5, undefined],
])('guard time %j', (given, seconds) => {
  expect(readGuardTime(given)).toBe(seconds)
})

test.each([
  ['30d', 2_592_000],
  ['12h', 43_200],
  ['90m', 5400],
  ['8 w', 4_838_400],
  ['30', null],
  ['d', null],
  ['-1d', null],
])('the age %j', (text, expected) => {
  expect(readAge(text)).toBe(expected)
})
