/** Every filter, test and method that a template can name, and what Ansible has that is refused. */
import type { Refusal, Row } from './row.ts'
import { ANSIBLE_TESTS } from './rows/ansible-tests.ts'
import { DATE_FILTERS } from './rows/dates.ts'
import { ENCODING_FILTERS } from './rows/encoding.ts'
import { LIST_FILTERS } from './rows/lists.ts'
import { MAPPING_FILTERS } from './rows/mappings.ts'
import { METHODS } from './rows/methods.ts'
import { NETWORK_FILTERS } from './rows/network.ts'
import { NUMBER_FILTERS } from './rows/numbers.ts'
import { PATH_FILTERS } from './rows/paths.ts'
import { REGEX_FILTERS } from './rows/regexes.ts'
import { selectFilters } from './rows/select.ts'
import { SET_FILTERS } from './rows/sets.ts'
import { JINJA_TESTS, namedTests } from './rows/tests.ts'
import { TEXT_FILTERS } from './rows/texts.ts'
import { VALUE_FILTERS } from './rows/values.ts'
import { TemplateError } from './errors.ts'
import { unknownName } from './unknown-name.ts'

export type RowKind = 'filter' | 'test' | 'method'

export interface Topic {
  title: string
  kind: RowKind
  rows: readonly Row[]
}

/** In the order of the documentation. */
export const TOPICS: readonly Topic[] = [
  { title: 'Any value', kind: 'filter', rows: VALUE_FILTERS },
  { title: 'Lists', kind: 'filter', rows: LIST_FILTERS },
  { title: 'Several lists', kind: 'filter', rows: SET_FILTERS },
  { title: 'Each item of a list', kind: 'filter', rows: selectFilters(need) },
  { title: 'Mappings', kind: 'filter', rows: MAPPING_FILTERS },
  { title: 'Texts', kind: 'filter', rows: TEXT_FILTERS },
  { title: 'Regular expressions', kind: 'filter', rows: REGEX_FILTERS },
  { title: 'Numbers and sizes', kind: 'filter', rows: NUMBER_FILTERS },
  { title: 'Encoding and digests', kind: 'filter', rows: ENCODING_FILTERS },
  { title: 'Times', kind: 'filter', rows: DATE_FILTERS },
  { title: 'Paths', kind: 'filter', rows: PATH_FILTERS },
  { title: 'Networks', kind: 'filter', rows: NETWORK_FILTERS },
  {
    title: 'Tests',
    kind: 'test',
    rows: [...JINJA_TESTS, ...namedTests((kind, name) => findRow(kind, name) !== undefined)],
  },
  { title: 'Tests of Ansible', kind: 'test', rows: ANSIBLE_TESTS },
  { title: 'Methods', kind: 'method', rows: METHODS },
]

const CONTROLLER = 'it would read the controller, and an inventory must read the same everywhere'
const CHANCE = 'it gives something else each time, and an inventory must read the same every time'
const PASSWORDS = 'secrets stay whole: encrypt or hash them outside of templates'
const NO_CHANGE = 'values of a template do not change: make a new one with +, combine or union'

/** What Ansible has and we have not, with the reason. */
export const REFUSALS: Readonly<Record<RowKind, readonly Refusal[]>> = {
  filter: [
    { names: ['fileglob', 'realpath', 'expanduser', 'expandvars'], why: CONTROLLER },
    { names: ['random', 'shuffle'], why: CHANCE },
    { names: ['password_hash', 'vault', 'unvault'], why: PASSWORDS },
    { names: ['urlize', 'pprint'], why: 'it lays out pages for people, and is not supported' },
  ],
  test: [
    {
      names:
        'directory is_dir file is_file link is_link exists link_exists same_file is_same_file mount is_mount'.split(
          ' ',
        ),
      why: CONTROLLER,
    },
  ],
  method: [
    {
      names: 'append extend insert remove pop popitem clear update setdefault sort reverse'.split(' '),
      why: NO_CHANGE,
    },
  ],
}

const byName: Readonly<Record<RowKind, Map<string, Row>>> = { filter: new Map(), test: new Map(), method: new Map() }
for (const { kind, rows } of TOPICS) {
  for (const row of rows) for (const name of [row.name, ...(row.aliases ?? [])]) byName[kind].set(name, row)
}

export function findRow(kind: RowKind, name: string): Row | undefined {
  return byName[kind].get(name)
}

export function rowsOf(kind: RowKind): Row[] {
  return [...new Set(byName[kind].values())]
}

export function namesOf(kind: RowKind): string[] {
  return [...byName[kind].keys()]
}

/** Why a name that Ansible has is refused, or null. */
export function refusalOf(kind: RowKind, name: string): string | null {
  const refusal = REFUSALS[kind].find(({ names }) => names.includes(name))
  return refusal === undefined ? null : `the ${kind} "${name}" is refused: ${refusal.why}`
}

/** Of a name that a template works out while it is rendered. */
function need(kind: 'filter' | 'test', name: string): Row {
  const row = findRow(kind, name)
  if (row === undefined)
    throw new TemplateError(refusalOf(kind, name) ?? unknownName(kind, name, namesOf(kind)), 'unknown')
  return row
}
