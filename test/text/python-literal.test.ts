import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { pythonLiteral } from '../../src/text/python-literal.ts'

test('JSON is a literal, but for its own words', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const json = JSON.stringify(value)
      fc.pre(!/true|false|null|[eE]|-0|__proto__|\\u|\d{15}/.test(json))
      expect(pythonLiteral(json)).toEqual({ value: JSON.parse(json) as unknown })
    }),
  )
})

it.each([
  ['-0x1F', -31],
  ['True', true],
  ['(1)', 1],
  ['(1,)', [1]],
  ['1, 2', [1, 2]],
  ['\'a\' "b"', 'ab'],
  ["'''it's'''", "it's"],
  [String.raw`'\x41\101\u00e4\q'`, String.raw`AAä\q`],
  ["b'x'", 'x'],
  ['{1: 2, None: 3}', { 1: 2, None: 3 }],
])('%s', (text, expected) => {
  const found = pythonLiteral(text)
  expect(found === 'none' || 'foreign' in found ? found : JSON.stringify(found.value).replace('null', 'None')).toBe(
    JSON.stringify(expected),
  )
})

it.each([
  '',
  'word',
  '007',
  '1 + 2',
  '- -1',
  "'open",
  '[a]',
  '1_',
  '1__0',
  'true',
  '[1',
  '1x',
  '.',
  'e3',
  '-True',
  '9007199254740993',
  "{{ 'x' }}-y",
  '{1} x',
])('%j is none', (text) => expect(pythonLiteral(text)).toBe('none'))

it.each(['{1}', 'set()', '2j', '1e999', '1+2j', '...', '{{ 1 }}', '{1.0: 2}', "'\\ud800'", '{(1, 2): 3}'])(
  '%s has no place in JSON',
  (text) => {
    expect(pythonLiteral(text)).toHaveProperty('foreign')
  },
)

test('any text is read to an end, however deep', () => {
  expect(pythonLiteral('['.repeat(100_000))).toBe('none')
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void pythonLiteral(text)))
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('[](){}\'"\\,:#-+1e.xbr \t')), maxLength: 40 }),
      (text) => {
        void pythonLiteral(text)
      },
    ),
  )
})
