/** Short INI inventories out of pieces that are easily read wrongly. */
import * as fc from 'fast-check'

const PLAIN_NAMES = ['a', 'b', 'c', 'web1', 'w[1:3]', 'db-[a:c].x', 'host:22', '192.0.2.1']
const NAMES =
  `ab|host-1|h_|h_:5|hôst|b:0|[::1]:22|2001:db8::1|192.0.2.1:22|w[1:2|w]|w[01:12:5].x|w[3:1]|---|a:|"a b"|'q'|a#b|all|web
  ungrouped|localhost|w[x:2]|w[:2]|w[a:Cd]|w[1:]|w[1:5:0]|w*:5|\\a|@f|w]1:2[|w[1:2]]|é[1:2]:3|x[a:c|a:b:1|[1:2]|=|""`.split(
    /\||\n\s*/,
  )
const PLAIN_VALUES = ['1', 'x', 'two', "'1'", '[1,2]', 'True', '1.5', '/a/b', 'a=b', "{'k':[1]}"]
const VALUES = `-2|+3|007|00|0x1F|0b2|1_0|1__0|.5|5.|1e3|1e999|true|None|...|"y"|''|'''t'''|r'\\n'|b'q'|u'é'|f'z'
  'a' 'b'|'\\x41\\u00e9\\q'|'\\N{DASH}'|'\\ud800'|[1, "x",]|(1,)|()|1,2|{1: 2, None: 3}|{1.5: 2}|{1}|{}|set()|{[]: 1}|{{ x }}
  {{ 'x' }}|{{ 'x' }}-y|{{ 1 }}|1+2|1+2j|2j|-True|- 4|-(4)|a b|#|x#y|5 # five|[|"open|(((1)))|[1][0]|\\|é|\u00a0|~|$HOME|%s|1 2|[a]
  not 1|\`x\`|\u2028|\t|@x|!vault x|yes|1if 2else 3|٣|-0|-0.0|1e22|0777|09.5|0o17|1L|"a"b|'it''s'|{'a':1,'a':2}|{True: 1}| `.split(
  /\||\n\s*/,
)
const NAMES_OF_VARIABLES = ['v', 'w', 'x', 'y', 'ansible_host']
const ODD_VARIABLES = [
  'ansible_port',
  'ansible_group_priority',
  'é',
  'a.b',
  'k-1',
  '',
  '1',
  'inventory_hostname',
  'groups',
]
const GROUPS = ['web', 'db', 'east', 'west', 'g-1', 'wéb']
const ODD_GROUPS = ['all', 'ungrouped', 'a', 'localhost', 'web # c', 'a b', 'x]', 'a:b', '[x']
const ODD_LINES = [
  ...['[g h]', '[web', '[]', '[:vars]', '[web:hostz]', '[web]x', '[ web ]', '[web:children]#', '[web:vars', '[w]b]'],
  ...['[a,b]', '[web:vars:x]', ' [db]', '[db]\t;c', '[web] # c', '; c', '# c', '  # c', '', '\ufeff[web]', '[1:2]'],
  ...[
    '=',
    'x=',
    '=x',
    'a=1 b',
    '"',
    "'",
    '\u00a0',
    '\f',
    '\v[web]',
    'a\u001f',
    '\u001f#',
    '\u0085',
    'a\u3000v=1',
    '\\',
  ],
]

const piece = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values)
/** Mostly plain, so that many texts are whole inventories. */
const often = (plain: readonly string[], odd: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 8, arbitrary: piece(plain) }, { weight: 1, arbitrary: piece(odd) })
const value = fc.oneof(
  { weight: 2, arbitrary: piece(PLAIN_VALUES) },
  { weight: 1, arbitrary: piece(VALUES).chain((text) => piece([text, `"${text}"`, `'${text}'`, `"'${text}'"`])) },
)
const variable = often(NAMES_OF_VARIABLES, ODD_VARIABLES)
const assignment = fc
  .tuple(piece([' ', '  ', '\t']), variable, value)
  .map(([blank, name, text]) => `${blank}${name}=${text}`)
const hostLine = fc
  .tuple(
    often(PLAIN_NAMES, NAMES),
    fc.array(assignment, { maxLength: 2 }),
    often(['', ' '], [' # c', '#c', ' ;c', ' \\']),
  )
  .map(([name, words, end]) => name + words.join('') + end)
const variableLine = fc
  .tuple(variable, often(['=', ' = '], ['= ', '\t=', ' ']), value, often(['', ' '], [' # c']))
  .map((parts) => parts.join(''))

function section(kind: string, line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const lines = fc.array(fc.oneof({ weight: 15, arbitrary: line }, { weight: 1, arbitrary: piece(ODD_LINES) }), {
    maxLength: 3,
  })
  return fc.tuple(often(GROUPS, ODD_GROUPS), lines).map(([name, rest]) => [`[${name}${kind}]`, ...rest].join('\n'))
}

/** Sections in any order, now and then with something in them that is no inventory. */
export const iniTexts: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.oneof(hostLine, piece(ODD_LINES)), { maxLength: 1 }),
    fc.array(
      fc.oneof(
        section('', hostLine),
        section('', hostLine),
        section(':vars', variableLine),
        section(':children', often(GROUPS, ODD_GROUPS)),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    often(['\n'], ['\r\n', '\r']),
    fc.boolean(),
  )
  .map(([first, sections, end, isWhole]) => {
    // Most groups have to have a section.
    const groups = isWhole ? GROUPS.map((name) => `[${name}]`) : []
    return [...first, ...sections, ...groups].join('\n').replaceAll('\n', end)
  })
  // A byte order mark is a difference of its own.
  .filter((text) => !text.startsWith('\ufeff'))
