/** YAML inventories: any groups, hosts and variables, with scalars that are easily read wrongly. */
import * as fc from 'fast-check'

const SCALARS =
  `1|x|two words|"q"|'it''s'|""|~|null|Null|yes|No|on|OFF|true|True|TRUE|y|n|012|08|0o17|0x1F|0b11|1_000|1__0|_1|+5
  -0x1f|1:30|1:60|1.5|.5|5.|1e3|1e+3|1.5e3|1.5e+3|.|+|12:30:45|1:30.5|2001-12-14|!!str 1|!!int "7"|!!float 1|!!bool "yes"|[1, a]
  {k: v}|{}|[]|[a,b,]|"\\x41\\u00e9\\t"|'a\\tb'|é|a#b|a:b|'a: b'|"{{ x }}"|'#'|-x|a,b|--|"%"|0.|00|0|-0|+.5|1,000|0x|0b|1_
  '1'|"yes"|0b2|019|1:2:3|-1:30|.inf`.split(/\||\n\s*/)
/** Most of these are no values. */
const ODD_SCALARS = ['a #b', '<<', '=', '>', '%a', '!t x', '*a', '@x', '`x', '---', '...', '{a', ']', '.NaN', "'", '"']
const NAMES = ['a', 'b', 'c', 'w[1:2]', 'h:22', '192.0.2.1', 'é', '"1"', "'yes'", '2001:db8::1', 'w[a:c].x', 'x-y']
const ODD_NAMES = ['1', 'yes', '~', '1.5', '"a b"', '""', '"w[1:"', '"a:"', '"[::1]:22"', 'web', '012']
const KEYS = ['v', 'w', 'x', 'ansible_host', 'ansible_port', '"q"', 'é', 'a b', 'a-b']
const ODD_KEYS = ['2', 'yes', '1.5', '"1"', '? v', 'ansible_group_priority', "''"]
const GROUPS = ['web', 'db', 'east', 'west', 'north']

const piece = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values)
const often = (plain: readonly string[], odd: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 25, arbitrary: piece(plain) }, { weight: 1, arbitrary: piece(odd) })
const entries = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .uniqueArray(fc.tuple(key, value), { maxLength: 3, selector: ([name]) => name })
    .map((pairs) => `{ ${pairs.map(([name, text]) => `${name}: ${text}`).join(', ')} }`)

const value = fc.oneof({ weight: 60, arbitrary: piece(SCALARS) }, { weight: 1, arbitrary: piece(ODD_SCALARS) })
const vars = entries(often(KEYS, ODD_KEYS), value)
const hosts = entries(often(NAMES, ODD_NAMES), fc.oneof(fc.constant(''), vars))
const children = entries(
  piece(GROUPS),
  fc.oneof(
    fc.constant(''),
    hosts.map((text) => `{ hosts: ${text} }`),
  ),
)
const group = fc
  .tuple(fc.option(hosts), fc.option(vars), fc.option(children))
  .map(([all, own, below]) =>
    [
      ...(all === null ? [] : [`    hosts: ${all}`]),
      ...(own === null ? [] : [`    vars: ${own}`]),
      ...(below === null ? [] : [`    children: ${below}`]),
    ].join('\n'),
  )

/** One of the scalars as a block: there more of them are plain. */
const block = value.map((text) => `    hosts:\n      blocked:\n        v: ${text}`)

export const yamlTexts: fc.Arbitrary<string> = fc
  .uniqueArray(
    fc.tuple(piece(['all', ...GROUPS]), fc.oneof({ weight: 3, arbitrary: group }, { weight: 1, arbitrary: block })),
    {
      minLength: 1,
      maxLength: 3,
      selector: ([name]) => name,
    },
  )
  .map((groups) => groups.map(([name, body]) => `${name}:\n${body}\n`).join(''))
