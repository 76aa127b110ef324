import { expect, test } from 'vitest'
import { readGuardTime } from '../../src/text/duration.ts'

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
