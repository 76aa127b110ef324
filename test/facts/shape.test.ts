import { expect, it } from 'vitest'
import { shapeDifferences } from './shape.ts'

const maps = new Set(['links'])

it.each<[string, unknown, unknown, string[]]>([
  ['the same', { a: 1, b: [{ c: 'x' }] }, { a: 2, b: [{ c: 'y' }, { c: 'z' }] }, []],
  ['nothing found', { a: 'x', b: [1] }, { a: null, b: [] }, []],
  ['another type', { a: 1 }, { a: '1' }, ['fact/a: string, in the example number']],
  ['a key that came', { a: 1 }, { a: 1, b: 2 }, ['fact/b: not in the example']],
  ['a key that went', { a: 1, b: 2 }, { a: 1 }, ['fact/b: missing']],
  ['a list for a record', [1], { a: 1 }, ['fact: object, in the example list']],
  [
    'what the example leaves open',
    { a: null, b: [] },
    { a: 1, b: [1] },
    ['fact/a: number, in the example null', 'fact/b[]: the example has none'],
  ],
  ['a key that only some have', [{ a: 1, b: 1 }, { a: 1 }], [{ a: 2 }, { b: 2 }], ['fact[]/a: missing']],
])('tells %s', (_name, example, found, expected) => {
  expect(shapeDifferences('fact', example, found, maps)).toEqual(expected)
})

it('takes other names for the keys of a map, and looks at what is below them', () => {
  expect(shapeDifferences('links', { eth0: { up: true } }, { lo: { up: false } }, maps)).toEqual([])
  expect(shapeDifferences('links', { eth0: { up: true } }, { lo: { down: false } }, maps)).toEqual([
    'links/*/up: missing',
    'links/*/down: not in the example',
  ])
})
