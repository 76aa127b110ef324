import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchesOf } from '../../src/playbook/batches.ts'
import type { BatchSize } from '../../src/playbook/types.ts'

const hosts = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

test.each<[number, BatchSize[], number[]]>([
  [5, [], [5]],
  [5, [{ count: 2 }], [2, 2, 1]],
  [6, [{ count: 1 }, { count: 2 }], [1, 2, 2, 1]],
  [10, [{ percent: 30 }], [3, 3, 3, 1]],
  [10, [{ percent: 25 }], [2, 2, 2, 2, 2]],
  [3, [{ percent: 10 }], [1, 1, 1]],
  [10, [{ count: 1 }, { percent: 50 }], [1, 5, 4]],
  [4, [{ count: 0 }], [4]],
  [4, [{ percent: 100 }], [4]],
  [0, [{ count: 2 }], []],
])('%i hosts by %j', (count, serial, sizes) => {
  expect(batchesOf(hosts(count), serial).map((batch) => batch.length)).toEqual(sizes)
})

test('batches hold every host once, in order', () => {
  const size = fc.oneof(fc.record({ count: fc.nat(20) }), fc.record({ percent: fc.nat(120) }))
  fc.assert(
    fc.property(fc.nat(60), fc.array(size, { maxLength: 4 }), (count, serial) => {
      const batches = batchesOf(hosts(count), serial)
      expect(batches.flat()).toEqual(hosts(count))
      expect(batches.every((batch) => batch.length > 0)).toBe(true)
    }),
  )
})
