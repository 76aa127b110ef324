/** Tests of Jinja2: what stands behind `is`. */
import { compare, equal, includes, isMapping, isNumber, items, number, pythonText, text } from '../python.ts'
import { row } from '../row.ts'

const ANY = { takesUndefined: true, passes: true }

export const JINJA_TESTS = [
  row('defined', '', 'it is defined', (value) => value !== undefined, ANY),
  row('undefined', '', 'it is not defined', (value) => value === undefined, ANY),
  row('none', '', 'it is None', (value) => value === null, ANY),
  row('boolean', '', 'it is True or False', (value) => typeof value === 'boolean', ANY),
  row('true', '', 'it is True', (value) => value === true, ANY),
  row('false', '', 'it is False', (value) => value === false, ANY),
  row('integer', '', 'it is a whole number', (value) => typeof value === 'number' && Number.isInteger(value), ANY),
  row(
    'float',
    '',
    'it is a number with a point',
    (value) => typeof value === 'number' && !Number.isInteger(value),
    ANY,
  ),
  row('number', '', 'it is a number, True or False', (value) => isNumber(value), ANY),
  row('string', '', 'it is text', (value) => typeof value === 'string', ANY),
  row('mapping', '', 'it is a mapping', (value) => isMapping(value), ANY),
  row(
    'sequence',
    '',
    'it has a length: text, a list or a mapping',
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
    ANY,
  ),
  row(
    'iterable',
    '',
    'it can be looped over',
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
    ANY,
  ),
  row('callable', '', 'never: values of an inventory are no functions', () => false, ANY),
  row('escaped', '', 'never: nothing here is escaped', () => false, ANY),
  row('odd', '', 'it is an odd number', (value) => number(value) % 2 !== 0),
  row('even', '', 'it is an even number', (value) => number(value) % 2 === 0),
  row('divisibleby', 'num', 'it can be divided by this', (value, by) => {
    if (number(by) === 0) throw new TypeError('nothing can be divided by 0')
    return number(value) % number(by) === 0
  }),
  row('eq equalto ==', 'b', 'it is equal', (value, other) => equal(value, other)),
  row('ne !=', 'b', 'it is not equal', (value, other) => !equal(value, other)),
  row('lt lessthan <', 'b', 'it is below', (value, other) => compare(value, other) < 0),
  row('le <=', 'b', 'it is below or equal', (value, other) => compare(value, other) <= 0),
  row('gt greaterthan >', 'b', 'it is above', (value, other) => compare(value, other) > 0),
  row('ge >=', 'b', 'it is above or equal', (value, other) => compare(value, other) >= 0),
  row('in', 'seq', 'it is in a list, a mapping or a text', (value, within) => isIn(value, within)),
  row(
    'sameas',
    'other',
    'it is the same: True, False, None or an equal text or number',
    (value, other) => value === other,
  ),
  row('lower', '', 'it has small letters and no capitals', (value) => isCase(pythonText(value), 'toLowerCase')),
  row('upper', '', 'it has capitals and no small letters', (value) => isCase(pythonText(value), 'toUpperCase')),
]

/** The table's own questions. */
export function namedTests(has: (kind: 'filter' | 'test', name: string) => boolean): ReturnType<typeof row>[] {
  return [
    row('filter', '', 'there is a filter of this name', (value) => has('filter', text(value))),
    row('test', '', 'there is a test of this name', (value) => has('test', text(value))),
  ]
}

export function isIn(value: unknown, within: unknown): boolean {
  if (typeof within === 'string') return within.includes(text(value))
  return isMapping(within) ? Object.hasOwn(within, String(value)) : includes(items(within), value)
}

function isCase(value: string, turn: 'toLowerCase' | 'toUpperCase'): boolean {
  return value[turn]() === value && value.toLowerCase() !== value.toUpperCase()
}
