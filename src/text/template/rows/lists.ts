/** Filters that make a list or one of its items of a list. */
import { lostDigits } from '../errors.ts'
import { compare, equal, isMapping, items, list, number, pythonText, truth } from '../python.ts'
import { row } from '../row.ts'
import { getter, getters } from './attributes.ts'
import { folded, sorted } from './values.ts'

export const LIST_FILTERS = [
  row('first', '', 'the first item; undefined where there is none', (value) => items(value)[0], { passes: true }),
  row('last', '', 'the last item; undefined where there is none', (value) => items(value).at(-1), { passes: true }),
  row('min', 'case_sensitive attribute', 'the smallest item', (value, exact = false, attribute = null) =>
    extreme(value, exact, attribute, -1),
  ),
  row('max', 'case_sensitive attribute', 'the largest item', (value, exact = false, attribute = null) =>
    extreme(value, exact, attribute, 1),
  ),
  row('sum', 'attribute start', 'all numbers added', (value, attribute = null, start = 0) =>
    items(value).map(getter(attribute)).reduce<unknown>(add, start),
  ),
  row(
    'sort',
    'reverse case_sensitive attribute',
    'sorted, without regard to case unless told',
    (value, reverse = false, exact = false, attribute = null) => {
      const keys = getters(attribute)
      return sorted(items(value), (item) => keys(item).map((key) => folded(key, exact)), truth(reverse))
    },
  ),
  row('reverse', '', 'the other way round', (value) =>
    typeof value === 'string' ? Array.from(value).toReversed().join('') : items(value).toReversed(),
  ),
  row(
    'unique',
    'case_sensitive attribute',
    'each item once, where it stands first; without regard to case unless told',
    (value, exact = false, attribute = null) => {
      const key = getter(attribute)
      return distinct(items(value), (item) => folded(key(item), exact))
    },
  ),
  row('join', 'd attribute', 'one text of all items', (value, separator = '', attribute = null) =>
    items(value).map(getter(attribute)).map(pythonText).join(pythonText(separator)),
  ),
  row(
    'flatten',
    'levels skip_nulls',
    'lists inside it taken out, all or so many levels',
    (value, levels = null, skip = true) =>
      flatten(list(value), levels === null ? Infinity : number(levels), truth(skip)),
  ),
  row('batch', 'linecount fill_with', 'lists of so many items each', (value, size, fill = null) => {
    const all = items(value)
    const count = size === undefined ? 0 : number(size)
    if (count < 1) throw new TypeError('takes a number of items')
    const lines = Array.from({ length: Math.ceil(all.length / count) }, (_, i) => all.slice(i * count, (i + 1) * count))
    const missing = count - (lines.at(-1)?.length ?? count)
    if (fill !== null) lines.at(-1)?.push(...Array<unknown>(missing).fill(fill))
    return lines
  }),
  row('slice', 'slices fill_with', 'so many lists of nearly equal length', (value, slices, fill = null) => {
    const all = items(value)
    const count = number(slices)
    const [each, longer] = [Math.floor(all.length / count), all.length % count]
    let at = 0
    return Array.from({ length: count }, (_, i) => {
      const part = all.slice(at, (at += each + (i < longer ? 1 : 0)))
      if (fill !== null && i >= longer) part.push(fill)
      return part
    })
  }),
  row(
    'groupby',
    'attribute default case_sensitive',
    'pairs of a value and the items that have it, sorted by it',
    (value, attribute, fallback = null, exact = false) => {
      const get = getter(attribute, fallback)
      const key = (item: unknown): unknown => folded(get(item), exact)
      const groups: [unknown, unknown[]][] = []
      for (const item of sorted(items(value), key)) {
        if (groups.length > 0 && equal(folded(groups.at(-1)![0], exact), key(item))) groups.at(-1)![1].push(item)
        else groups.push([get(item), [item]])
      }
      return groups
    },
  ),
]

function extreme(value: unknown, exact: unknown, attribute: unknown, sign: 1 | -1): unknown {
  const key = getter(attribute)
  const all = items(value)
  return all
    .slice(1)
    .reduce(
      (best, item) => (sign * compare(folded(key(item), exact), folded(key(best), exact)) > 0 ? item : best),
      all[0],
    )
}

function add(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])]
  const sum = number(a) + number(b)
  if ([a, b].every(Number.isSafeInteger) && !Number.isSafeInteger(sum)) throw lostDigits()
  return sum
}

function flatten(values: readonly unknown[], levels: number, skip: boolean): unknown[] {
  return values.flatMap((item) => {
    if (skip && (item === null || item === 'None' || item === 'null')) return []
    return Array.isArray(item) && levels >= 1 ? flatten(item, levels - 1, skip) : [item]
  })
}

/** Each item once, by what `key` says of it. */
export function distinct(values: readonly unknown[], key: (item: unknown) => unknown = (item) => item): unknown[] {
  const simple = new Set<unknown>()
  const nested: unknown[] = []
  return values.filter((item) => {
    const one = key(item)
    const plain = typeof one === 'boolean' ? Number(one) : one
    if (typeof one !== 'object' || one === null) return !simple.has(plain) && simple.add(plain).size > 0
    return !nested.some((other) => equal(other, one)) && nested.push(one) > 0
  })
}

/** A list stands for a set. */
export function asSet(value: unknown): unknown[] {
  if (isMapping(value)) return Object.keys(value)
  return items(value)
}
