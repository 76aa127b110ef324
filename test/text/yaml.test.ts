import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeText, unreadableFile } from '../../src/text/file.ts'
import { parseYaml } from '../../src/text/yaml.ts'
import { toValue } from '../../src/text/yaml-node.ts'
import { resolvePlain } from '../../src/text/yaml-scalar.ts'

function value(text: string): unknown {
  const { node, diagnostics } = parseYaml(text, 'f.yml')
  expect(diagnostics).toEqual([])
  return node === null ? undefined : toValue(node)
}

function messages(text: string): string[] {
  return parseYaml(text, 'f.yml').diagnostics.map((d) => `${d.source?.line}:${d.source?.column}: ${d.summary}`)
}

const scalars = value(readFileSync('test/cases/text/scalars.yml', 'utf8')) as [string, string][]

test.each(scalars)('plain %s is %s', (text, json) => {
  expect(resolvePlain(text)).toEqual(JSON.parse(json))
})

test('quoted scalars are text, tagged ones what the tag says', () => {
  const text = '- "yes"\n- \'0644\'\n- !!str 12\n- !!int "12"\n- !!bool "on"\n- |-\n  on\n'
  expect(value(text)).toEqual(['yes', '0644', '12', 12, true, 'on'])
})

test('keys that are no text are what JSON has for them', () => {
  expect(value('yes: 1\n22: a\n~: b\n"x": c\n')).toEqual({ true: 1, 22: 'a', null: 'b', x: 'c' })
})

test('a key named __proto__ is a key like any other', () => {
  expect(Object.keys(value('__proto__: {a: 1}') as object)).toEqual(['__proto__'])
})

test('aliases and merge keys', () => {
  const text = 'base: &b {a: 1, c: 2}\nother: &o {c: 3, d: 4}\nx: *b\ny: {<<: *b, a: 9}\nz: {<<: [*b, *o]}\n'
  expect(value(text)).toMatchObject({ x: { a: 1, c: 2 }, y: { a: 9, c: 2 }, z: { a: 1, c: 2, d: 4 } })
})

test('empty documents have no node and no complaint', () => {
  for (const text of ['', '\n\n', '# only a comment\n', '---\n']) {
    const { node, diagnostics } = parseYaml(text, 'f.yml')
    expect(diagnostics).toEqual([])
    expect(node === null || toValue(node) === null).toBe(true)
  }
})

test.each([
  ['a: 1\na: 2\n', '2:1: the key a stands twice in one mapping'],
  ['yes: 1\non: 2\n', '2:1: the key on stands twice in one mapping'],
  ['a: &x 1\nb: &x 2\n', '2:7: the anchor &x stands here a second time'],
  ['a: &x [1]\n*x : 2\n', '2:1: a key must be plain text'],
  ['a:\n\tb: 1\n', '2:1: a tab is used for indentation'],
  ['a: {{ x }}\n', '1:5: a key must be plain text'],
  ['a: b: c\n', '1:4: a second "key: value" on one line'],
  ['a: @x\n', '1:4: a value cannot begin with this character'],
  ['a: 1\n---\nb: 2\n', '2:1: a second document begins here'],
  ['a: !vault x\n', '1:11: this cannot be decrypted: it does not begin with $ANSIBLE_VAULT;'],
  ['a: !vault [x]\n', '1:11: !vault stands before something that is no text'],
  ['!vault a: 1\n', '1:8: a key cannot be encrypted'],
  ['a: !foo x\n', '1:9: unknown tag !foo'],
  ['a: !!int x\n', '1:10: "x" is no number, as its tag !!int says'],
  ['a: *b\n', '1:4: the alias *b has no anchor &b before it'],
  ['a: &a [*a]\n', '1:8: the alias *a stands inside what it refers to'],
  ['a: {<<: 1}\n', '1:9: a merge key (<<) takes a mapping or a list of mappings'],
  ['a: "b\n', '1:4: a quotation mark is not closed'],
  ['a:\n  - x\n  - "y\n  - z\n', '3:5: a quotation mark is not closed'],
  ['a:\n  b:\n  b:\n', '3:3: the key b stands twice in one mapping'],
  ['a:\n  b:\n  # why\n  b:\n', '4:3: the key b stands twice in one mapping'],
  ['a:\n  b:\n c:\n', '3:2: all mapping items must start at the same column'],
  ['- a: b\n   c:\n', '2:4: wrong indentation: this continues the value above it'],
  ['a:\n  b: 1\n c: 2\n', '3:2: all mapping items must start at the same column'],
  ['? [a, b]\n: c\n', '1:3: a key must be plain text'],
  ['a: "\\q"\n', '1:5: invalid escape sequence \\q'],
  ['a: "\\x1"\n', '1:5: invalid escape sequence \\x1"'],
  ['a: &\n', '1:4: anchor cannot be an empty string'],
  ['a: *\n', '1:4: alias cannot be an empty string'],
  ['a: !<\n', '1:4: verbatim tags must end with a >'],
  ['a: &a &b 1\n', '1:7: a node can have at most one anchor'],
  ['a: !x !y 1\n', '1:7: a node can have at most one tag'],
  ['- a: 1\n  b\n', '2:3: implicit map keys need to be followed by map values'],
])('%j: %s', (text, message) => {
  expect(messages(text)).toContain(message)
  for (const { summary, hint } of parseYaml(text, 'f.yml').diagnostics) expect(hint, summary).not.toBe('')
})

test('a key that is indented too deep is one mistake', () => {
  expect(messages('- a: b\n   c:\n')).toHaveLength(1)
})

test('everything that is wrong is said at once', () => {
  expect(messages('a: 1\na: 2\nb: !foo 1\nc: *d\n')).toHaveLength(3)
})

test('an alias bomb is refused before it goes off', () => {
  const names = 'abcdefgh'.split('')
  const lines = names.slice(1).map((name, i) => `${name}: &${name} [${Array(10).fill(`*${names[i]}`).join(', ')}]\n`)
  const bomb = `a: &a [x, x]\n${lines.join('')}`
  expect(messages(bomb)).toHaveLength(1)
  expect(messages(bomb)[0]).toContain('the aliases of this file stand for more than')
})

test('nesting without end is refused', () => {
  expect(messages('['.repeat(10_000))[0]).toContain('nested too deeply')
})

test('any JSON reads back as itself', () => {
  // YAML 1.1 wants a point in a number with an exponent; JSON does not write one. Whole numbers above 2^53 are kept as text.
  const json = fc.jsonValue({ maxDepth: 4 }).filter((input) => !/\de[-+]?\d|\d{16}/.test(JSON.stringify(input)))
  fc.assert(
    fc.property(json, (input) => {
      const text = JSON.stringify(input)
      expect(value(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('no text makes the parser throw', () => {
  const piece = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '-',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&x',
    '*x',
    '!t',
    '|',
    '<<',
    '\t',
    '#',
    ',',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      for (const { source } of parseYaml(pieces.join(''), 'f').diagnostics) {
        expect(source?.line).toBeGreaterThan(0)
        expect(source?.column).toBeGreaterThan(0)
      }
    }),
    { numRuns: 500 },
  )
})

function bytes(...parts: (string | number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)))
}

test('files that are no UTF-8 text are told apart, with the place', () => {
  expect(decodeText(bytes('a: ä\n'), 'f')).toEqual({ text: 'a: ä\n' })
  expect(decodeText(bytes([0xef, 0xbb, 0xbf], 'a: 1'), 'f')).toEqual({ text: 'a: 1' })
  expect(decodeText(bytes('a: 1\nb: ', [0xe4], '\n'), 'f')).toMatchObject({
    diagnostic: { code: 'file-not-utf8', source: { file: 'f', line: 2, column: 4 } },
  })
  expect(decodeText(bytes('$ANSIBLE_VAULT;1.1;AES256\n3132\n'), 'f')).toMatchObject({
    diagnostic: { code: 'not-supported', summary: expect.stringContaining('encrypted by ansible-vault') as unknown },
  })
  expect(decodeText(bytes('a\n', [0]), 'f')).toMatchObject({ diagnostic: { code: 'file-binary', source: { line: 2 } } })
})

test('unreadable files say why', () => {
  expect(unreadableFile({ code: 'ENOENT' }, 'f')).toMatchObject({ code: 'file-missing', source: { file: 'f' } })
  expect(unreadableFile({ code: 'EISDIR' }, 'f').summary).toBe('this is a directory, not a file')
  expect(unreadableFile({ code: 'EIO' }, 'f').summary).toContain('EIO')
})
