/** Filters for mappings. */
import { equal, includes, isMapping, items, list, mapping, pythonText, text, truth } from '../python.ts'
import { member } from '../python.ts'
import { Named, row } from '../row.ts'
import { splitNamed } from './sets.ts'
import { folded, sorted } from './values.ts'

type Mapping = Record<string, unknown>

const LIST_MERGES = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']

export const MAPPING_FILTERS = [
  row('combine', '*others recursive list_merge', 'several mappings as one, later ones stronger', (value, ...others) => {
    const [{ recursive = false, list_merge: merge = 'replace' }, rest] = splitNamed(others)
    const all = [value, ...rest].flat().map(mapping)
    const how = text(merge)
    if (!LIST_MERGES.includes(how)) throw new TypeError(`list_merge is one of ${LIST_MERGES.join(', ')}`)
    // From the strongest down, as Ansible does it: the order of keys comes from that.
    return all.length === 0
      ? {}
      : all.toReversed().reduce((strong, weak) => mergeHash(weak, strong, truth(recursive), how))
  }),
  row(
    'dict2items',
    'key_name value_name',
    'a list of { key, value } of a mapping',
    (value, key = 'key', name = 'value') =>
      Object.entries(mapping(value)).map(([each, item]) => ({ [text(key)]: each, [text(name)]: item })),
  ),
  row(
    'items2dict',
    'key_name value_name',
    'a mapping of a list of { key, value }',
    (value, key = 'key', name = 'value') =>
      Object.fromEntries(list(value).map((item) => [pythonText(need(item, text(key))), need(item, text(name))])),
  ),
  row(
    'dictsort',
    'case_sensitive by reverse',
    'pairs of key and value, sorted by one of them',
    (value, exact = false, by = 'key', reverse = false) => {
      if (by !== 'key' && by !== 'value') throw new TypeError('by is "key" or "value"')
      return sorted(Object.entries(mapping(value)), (pair) => folded(pair[by === 'key' ? 0 : 1], exact), truth(reverse))
    },
  ),
  row(
    'extract',
    'container morekeys',
    'what a list or mapping has under this key, and under more in that',
    (key, container, more = null) =>
      [key, ...(Array.isArray(more) ? (more as unknown[]) : more === null ? [] : [more])].reduce(member, container),
  ),
  row(
    'rekey_on_member',
    'key duplicates',
    'mappings under what a key of each says',
    (value, key, duplicates = 'error') => {
      if (duplicates !== 'error' && duplicates !== 'overwrite')
        throw new TypeError('duplicates is "error" or "overwrite"')
      const made: Mapping = {}
      for (const item of isMapping(value) ? Object.values(value) : items(value)) {
        const under = pythonText(need(item, text(key)))
        if (Object.hasOwn(made, under) && duplicates === 'error') throw new TypeError(`"${under}" comes twice`)
        made[under] = item
      }
      return made
    },
  ),
]

/** The function `dict`: of pairs or a mapping, and of arguments by name. */
export const DICT = row('dict', 'pairs **', 'a mapping', (value, ...args) => {
  const [named] = splitNamed(value instanceof Named ? [value] : args)
  const pairs =
    value instanceof Named ? [] : isMapping(value) ? Object.entries(value) : list(value).map((pair) => list(pair))
  return { ...Object.fromEntries(pairs.map(([key, item]) => [pythonText(key), item])), ...named }
})

function need(item: unknown, key: string): unknown {
  const value = member(mapping(item), key)
  if (value === undefined) throw new TypeError(`an item has no "${key}"`)
  return value
}

function mergeHash(weak: Mapping, strong: Mapping, recursive: boolean, how: string): Mapping {
  if (Object.keys(weak).length === 0 || equal(weak, strong)) return { ...strong }
  const made = { ...weak }
  for (const [key, value] of Object.entries(strong)) {
    const before = weak[key]
    if (Object.hasOwn(weak, key) && isMapping(before) && isMapping(value))
      made[key] = recursive ? mergeHash(before, value, true, how) : value
    else if (Object.hasOwn(weak, key) && Array.isArray(before) && Array.isArray(value))
      made[key] = mergeLists(before, value, how)
    else made[key] = value
  }
  return made
}

function mergeLists(weak: readonly unknown[], strong: readonly unknown[], how: string): unknown[] {
  const rest = weak.filter((item) => !includes(strong, item))
  switch (how) {
    case 'keep':
      return [...weak]
    case 'append':
      return [...weak, ...strong]
    case 'prepend':
      return [...strong, ...weak]
    case 'append_rp':
      return [...rest, ...strong]
    case 'prepend_rp':
      return [...strong, ...rest]
    default:
      return [...strong]
  }
}
