/** INI as Python's configparser reads it. */
import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIni } from '../../../src/cli/config/ini.ts'

function ours(text: string): unknown {
  const { entries, diagnostics } = parseIni(text, 'f.cfg')
  return diagnostics.length > 0 ? 'refused' : entries.map(({ section, key, value }) => [section, key, value])
}

const script = `
import configparser, json, sys
answers = []
for text in json.load(sys.stdin):
    parser = configparser.ConfigParser(inline_comment_prefixes=(';',))
    try:
        parser.read_string(text)
        answers.append([[s, k, v] for s in parser.sections() for k, v in parser._sections[s].items()])
    except configparser.Error:
        answers.append('refused')
print(json.dumps(answers))`

function theirs(texts: readonly string[]): unknown[] {
  const done = spawnSync('python3', ['-c', script], { input: JSON.stringify(texts), encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout) as unknown[]
}

const hasPython = spawnSync('python3', ['-c', 'import configparser']).status === 0

describe.runIf(hasPython)('as configparser (skipped where there is no python3)', () => {
  it.each([
    '[a]\nb=c\nD : e\n',
    '[a]\n# x\nb = c # kept\nd = e ; gone\n;y\n',
    '[a]\nb = one\n  two\n\n  three\nc = 1\n',
    '[a]\nb =\nc = \n',
    '[a]\nb\n',
    'b = 1\n[a]\n',
    '[a]\n[b]\n[a]\n',
    '[a]\nb=1\nB=2\n',
    '[a b] # x\n  c=1\n    more\n  d=2\n',
    '[a]\nssh_args = -o ProxyCommand="ssh -W %h:%p b" -C\n',
    '[a]\r\nb = c\r\n',
    '',
    '[a]\n = x\n',
    '[a]\nb = c;d\n',
    '[a]\n b = 1\n # comment\n  c\nd=e\n',
  ])('%j', (text) => {
    expect(ours(text)).toEqual(theirs([text])[0])
  })

  it('whatever is written', () => {
    const piece = fc.constantFrom(
      '[a]',
      '[b]',
      'x',
      'y',
      'Z',
      '=',
      ':',
      ' ',
      '  ',
      '\n',
      '\n',
      '\n',
      '#',
      ';',
      '"',
      '%',
    )
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
    const texts = fc.sample(
      text.map((body) => `[a]\n${body}`),
      { numRuns: 2000, seed: 1 },
    )
    const answers = theirs(texts)
    for (const [i, each] of texts.entries()) expect(ours(each), JSON.stringify(each)).toEqual(answers[i])
    expect(answers.filter((answer) => answer !== 'refused').length).toBeGreaterThan(100)
  })
})

it('what is wrong has its place', () => {
  const { diagnostics } = parseIni('[a]\nb = 1\n  \nword\n[a]\n', 'f.cfg')
  expect(diagnostics.map(({ source, summary }) => `${source?.line}:${source?.column}: ${summary}`)).toEqual([
    '4:1: expected NAME = VALUE, got: word',
    '5:1: [a] stands here a second time',
  ])
})
