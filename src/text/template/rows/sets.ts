/** Filters that put lists together. */
import { includes, list, number, text } from '../python.ts'
import { Named, row } from '../row.ts'
import { asSet, distinct } from './lists.ts'

/** More rows than this no inventory means; a slip of the pen could ask for all orders of a hundred hosts. */
const MOST = 100_000

export const SET_FILTERS = [
  row('union', 'b', 'all items of both lists, each once', (a, b) => distinct([...list(a), ...list(b)])),
  row('intersect', 'b', 'items that both lists have', (a, b) =>
    distinct(list(a)).filter((item) => includes(list(b), item)),
  ),
  row('difference', 'b', 'items that only the first list has', (a, b) =>
    distinct(list(a)).filter((item) => !includes(list(b), item)),
  ),
  row('symmetric_difference', 'b', 'items that only one of the lists has', (a, b) =>
    distinct([...list(a), ...list(b)]).filter((item) => includes(list(a), item) !== includes(list(b), item)),
  ),
  row(
    'zip',
    '*others',
    'lists of the first items of all, of the second, as long as the shortest',
    (value, ...others) => {
      const all = [value, ...others].map(asSet)
      return rows(all, Math.min(...all.map((each) => each.length)), null)
    },
  ),
  row(
    'zip_longest',
    '*others fillvalue',
    'the same, as long as the longest, filled up with None or `fillvalue`',
    (value, ...others) => {
      const [named, rest] = splitNamed(others)
      const all = [value, ...rest].map(asSet)
      return rows(all, Math.max(...all.map((each) => each.length)), named['fillvalue'] ?? null)
    },
  ),
  row('product', '*others repeat', 'all combinations of one item of each list', (value, ...others) => {
    const [named, rest] = splitNamed(others)
    const once = [value, ...rest].map(asSet)
    return product(Array.from({ length: number(named['repeat'] ?? 1) }, () => once).flat())
  }),
  row('permutations', 'r', 'all orders of the items, or of so many of them', (value, count = null) => {
    const all = asSet(value)
    return permutations(all, count === null ? all.length : number(count))
  }),
  row('combinations', 'r', 'all choices of so many items', (value, count) => combinations(asSet(value), number(count))),
  row(
    'subelements',
    'subelements skip_missing',
    'pairs of each item and one item of a list in it',
    (value, path, skip = false) => {
      const steps = Array.isArray(path) ? path.map(text) : text(path).split('.')
      const all = Array.isArray(value) ? (value as unknown[]) : Object.values(value as object)
      return all.flatMap((item) => {
        let inner: unknown = item
        for (const step of steps) {
          if (typeof inner !== 'object' || inner === null) throw new TypeError(`"${step}" should point to a mapping`)
          const has: boolean = Object.hasOwn(inner, step)
          if (!has && skip !== true) throw new TypeError(`an item has no "${step}"`)
          inner = has ? (inner as Record<string, unknown>)[step] : []
          if (!has) break
        }
        return list(inner).map((each) => [item, each])
      })
    },
  ),
]

function rows(all: readonly (readonly unknown[])[], length: number, fill: unknown): unknown[][] {
  return Array.from({ length }, (_, i) => all.map((each) => (i < each.length ? each[i] : fill)))
}

/** Arguments by name, and the others. */
export function splitNamed(args: readonly unknown[]): [Readonly<Record<string, unknown>>, unknown[]] {
  const last = args.at(-1)
  return last instanceof Named ? [last.values, args.slice(0, -1)] : [{}, [...args]]
}

function product(all: readonly (readonly unknown[])[]): unknown[][] {
  guard(all.reduce((size, each) => size * each.length, 1))
  return all.reduce<unknown[][]>((made, each) => made.flatMap((start) => each.map((item) => [...start, item])), [[]])
}

function permutations(all: readonly unknown[], count: number): unknown[][] {
  let size = 1
  for (let i = 0; i < count; i++) guard((size *= Math.max(0, all.length - i)))
  const extend = (chosen: readonly number[]): unknown[][] =>
    chosen.length === count
      ? [chosen.map((i) => all[i])]
      : all.flatMap((_, i) => (chosen.includes(i) ? [] : extend([...chosen, i])))
  return extend([])
}

function combinations(all: readonly unknown[], count: number): unknown[][] {
  let size = 1
  for (let i = 0; i < Math.min(count, all.length - count); i++) guard((size = (size * (all.length - i)) / (i + 1)))
  const extend = (chosen: readonly unknown[], from: number): unknown[][] =>
    chosen.length === count
      ? [[...chosen]]
      : all.slice(from).flatMap((item, i) => extend([...chosen, item], from + i + 1))
  return extend([], 0)
}

function guard(size: number): void {
  if (size > MOST) throw new RangeError(`would make more than ${MOST} rows`)
}
