/** Malformed and hostile inventories: where, what and what to do; never a crash, never half of an inventory. */
import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { makeFiles } from './files.ts'
import { argsOf, makeCase, topics } from './referee-cases.ts'

async function refusal(dir: string, sources: string[]): Promise<Diagnostic[]> {
  const error: unknown = await loadInventory(sources, dir).then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof DiagnosticsError ? error.diagnostics : []
}

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')
const letters = Array.from('abcdefghijkl')
const bomb = letters
  .map(
    (to, i) =>
      `${to}: &${to} [${Array(9)
        .fill(i === 0 ? 'x' : `*${letters[i - 1]}`)
        .join(', ')}]`,
  )
  .join('\n')
const groupBomb = lines(
  25,
  (i) => `g${i}: &g${i} { children: { ${i === 0 ? 'x: ' : `a${i}: *g${i - 1}, b${i}: *g${i - 1}`} } }`,
)

it.each<[string, string, string | Uint8Array, string]>([
  ['a bomb of aliases', 'h.yml', bomb, 'h.yml:6:8: the aliases of this file stand for more than 100000 values'],
  ['a bomb of groups', 'h.yml', groupBomb, 'h.yml:15:30: the aliases of this file stand for more than 100000 values'],
  ['brackets in brackets', 'h.yml', `all: {vars: {x: ${'['.repeat(9000)}`, 'h.yml:1:801: nested too deeply'],
  ['indentation without end', 'h.yml', lines(2000, (i) => `${' '.repeat(i)}a:`), 'h.yml:920:920: nested too deeply'],
  [
    'groups in groups',
    'h',
    `${lines(2000, (i) => `[g${i}:children]\ng${i + 1}`)}\n[g2000]\n`,
    'group "g499" is more than 500 groups deep',
  ],
  [
    'groups in a circle',
    'h',
    '[a:children]\nb\n[b:children]\na\n',
    'h:4:1: the groups go round in a circle: a → b → a',
  ],
  ['a binary file', 'h', new Uint8Array([0x61, 0, 1, 2]), 'h:1:2: this is a binary file'],
  ['a file in Latin-1', 'h', new Uint8Array([0x61, 0x0a, 0xe4]), 'h:2:1: this is not UTF-8 text'],
  [
    'a range too many',
    'h',
    'w[1:100001]\n',
    'h:1:1: host "w[1:100001]": the range [1:100001] stands for more than 100000 hosts',
  ],
  ['ranges across each other', 'h', `w${'[1:9]'.repeat(9)}\n`, 'the range stands for more than 100000 hosts'],
  ['ranges without end', 'h', `w${'[1:1]'.repeat(20_000)}\n`, 'more than 50 ranges in one name'],
  [
    'ranges on many lines',
    'h',
    lines(300, (i) => `w${i}-[1:90000]`),
    'h:2:1: the ranges of all inventories stand for more than',
  ],
  ['brackets that stay open', 'h', `a${'['.repeat(40)}\n`, 'a bracket has no counterpart'],
  ['quotes that stay open', 'h', `a x='${'"'.repeat(99_999)}\n`, 'h:1:1: a quotation mark is not closed'],
  ['a thousand keys twice', 'h.yml', 'all: {}\n'.repeat(1000), 'h.yml:2:1: the key all stands twice in one mapping'],
])('%s', async (_, file, content, expected) => {
  const [first] = await refusal(makeFiles({ [file]: content }), [file])
  const { source, summary = '', hint } = first ?? {}
  expect(`${source?.file}:${source?.line}:${source?.column}: ${summary}`).toContain(expected)
  expect(hint).not.toBe('')
})

it.each<[string, string]>([
  ['blanks in a row', `a${' '.repeat(300_000)}x=1${' '.repeat(300_000)}y=2`],
  ['a long value', `a x=${'y'.repeat(1_000_000)}`],
  ['brackets in a value', `a x=${'['.repeat(100_000)}`],
  [
    'numbers, signs and strings in values',
    `[all:vars]\nx=${"'a' ".repeat(9999)}\ny=${'-'.repeat(99_999)}1\nz=${'1_'.repeat(99_999)}\n`,
  ],
  ['names that look like addresses', `${'a.'.repeat(50_000)}:5\n${'a_'.repeat(50_000)}!\na${':1'.repeat(50_000)}\n`],
])('%s take no time', async (_, content) => {
  expect(await refusal(makeFiles({ h: content }), ['h'])).toEqual([])
})

it('a link in a circle, and a folder in the place of a file', async () => {
  const dir = makeFiles({ 'h.yml': 'all: { hosts: { a: } }\n', 'host_vars/a/x.yml/y': '' })
  symlinkSync('loop', join(dir, 'loop'))
  const [first] = await refusal(dir, ['loop'])
  expect(first?.summary).toContain('the symbolic links of this path go round in a circle')
})

const refused = topics.filter(({ topic }) => topic === 'ini' || topic === 'yaml').flatMap(({ cases }) => cases)
it.each(refused)('what is refused says where and what to do: $name', async (each) => {
  const sources = argsOf(each).filter((word) => word !== '-i')
  for (const { source, hint, summary } of await refusal(makeCase(each), sources))
    expect([summary, source !== null, hint !== '']).toEqual([summary, true, true])
})

it.each([
  ['h.yml', 'all: {hosts: {a: }\n', 'close it with }'],
  ['h.yml', 'all:\n  vars:\n    x: [1, 2\n', 'close it with ]'],
  ['h.ini', 'a\0', 'name a text file'],
])('a hint that says what to do: %s %j', async (file, text, hint) => {
  const [found] = await refusal(makeFiles({ [file]: text }), [file])
  expect(found?.hint).toContain(hint)
})

it.each([
  ['fifo', 'fifo:1:1: this is a named pipe, not a file'],
  ['hosts', 'group_vars/all.yml:1:1: this is a named pipe, not a file'],
])('a pipe that nobody fills: -i %s', async (source, said) => {
  const dir = makeFiles({ hosts: 'a\n', 'group_vars/web.yml': '' })
  execFileSync('mkfifo', [join(dir, 'fifo'), join(dir, 'group_vars/all.yml')])
  const [found] = await refusal(dir, [source])
  expect(`${found?.source?.file}:${found?.source?.line}:${found?.source?.column}: ${found?.summary}`).toBe(said)
})
