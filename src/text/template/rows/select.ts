/** Filters that apply another filter, or a test, to each item. */
import type { Row } from '../row.ts'
import { Named, row } from '../row.ts'
import { apply } from '../apply.ts'
import { items, text, truth } from '../python.ts'
import { undefinedValue } from '../errors.ts'
import { getter } from './attributes.ts'

/** The rows of the whole table, given by it: these filters name others. */
export type Find = (kind: 'filter' | 'test', name: string) => Row

export function selectFilters(find: Find): Row[] {
  const select = (
    value: unknown,
    attribute: unknown,
    [name, ...args]: readonly unknown[],
    wanted: boolean,
  ): unknown[] => {
    const get = getter(attribute)
    const test = name === undefined ? null : find('test', text(name))
    return items(value).filter((item) => {
      const one = get(item)
      if (test === null && one === undefined) throw undefinedValue()
      const holds = truth(test === null ? one : apply(test, one, args))
      return holds === wanted
    })
  }
  return [
    row('map', '*filter **', 'each item through a filter, or an attribute of each', (value, ...args) => {
      const [name, ...rest] = args
      if (name instanceof Named)
        return items(value).map(getter(name.values['attribute'], name.values['default'] ?? null))
      if (name === undefined) throw new TypeError('takes the name of a filter, or attribute=')
      const filter = find('filter', text(name))
      return items(value).map((item) => apply(filter, item, rest))
    }),
    row('select', '*test **', 'items for which a test holds, or that are true', (value, ...test) =>
      select(value, null, test, true),
    ),
    row('reject', '*test **', 'items for which a test does not hold, or that are false', (value, ...test) =>
      select(value, null, test, false),
    ),
    row(
      'selectattr',
      'attribute *test **',
      'items of which an attribute passes a test, or is true',
      (value, attribute, ...test) => select(value, attribute, test, true),
    ),
    row(
      'rejectattr',
      'attribute *test **',
      'items of which an attribute fails a test, or is false',
      (value, attribute, ...test) => select(value, attribute, test, false),
    ),
  ]
}
