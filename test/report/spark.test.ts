/** Rows of numbers as a picture in one line. */
import { expect, test } from 'vitest'
import { scaleOf, sparkLine } from '../../src/report/spark.ts'

test('from the least to the most, in blocks or in ASCII', () => {
  const values = [0, 50, null, 100]
  const scale = scaleOf([values])!
  expect([sparkLine(values, scale, 9, true), sparkLine(values, scale, 9, false)]).toEqual(['▁▅ █', '05 9'])
})

test('more values than columns end with the last', () => {
  const values = Array.from({ length: 1000 }, (_, index) => index)
  const line = sparkLine(values, scaleOf([values])!, 10, false)
  expect([line.length, line.at(-1)]).toEqual([10, '9'])
})

test('values that never change, and none at all', () => {
  expect(sparkLine([7, 7], scaleOf([[7, 7]])!, 9, false)).toBe('99')
  expect([scaleOf([[null]]), sparkLine([], { least: 0, most: 1 }, 9, true)]).toEqual([null, ''])
})
