import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shellJoin } from '../../src/text/shell.ts'
import { splitWords } from '../../src/text/words.ts'

describe('a command line as words', () => {
  it.each([
    ['ip link show', ['ip', 'link', 'show']],
    ['  a\t b\nc ', ['a', 'b', 'c']],
    [`a 'b c' "d e"f`, ['a', 'b c', 'd ef']],
    [`'' ""`, ['', '']],
    [String.raw`a\ b "c\"d\\e\f" 'g\h'`, ['a b', String.raw`c"d\e\f`, String.raw`g\h`]],
    ['$HOME *.c ~ `x` a;b|c #d', ['$HOME', '*.c', '~', '`x`', 'a;b|c', '#d']],
    ['', []],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })

  it.each(["it's", 'a "b', 'a\\'])('%j does not end', (text) => {
    expect(splitWords(text)).toBeNull()
  })

  it('takes words apart that were quoted for a shell', () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((word) => !word.includes('\0'))), (words) => {
        expect(splitWords(shellJoin(words))).toEqual(words)
      }),
    )
  })

  it('splits as Python does', () => {
    const character = fc.constantFrom(...`ab '"\\\t\n$*#;`.split(''))
    const texts = fc.sample(fc.string({ unit: character, maxLength: 12 }), 2000)
    const program = `
import json, shlex, sys
def split(text, comments):
    try: return shlex.split(text, comments=comments)
    except ValueError: return None
print(json.dumps([[split(text, comments) for comments in (False, True)] for text in json.load(sys.stdin)]))`
    const { stdout } = spawnSync('python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' })
    const words = texts.map((text) => [splitWords(text), splitWords(text, { comments: true })])
    expect(words).toEqual(JSON.parse(stdout))
  })
})

it('a comment begins anywhere outside of quotes, where there are comments', () => {
  expect(splitWords('a b=c#d "e#f" \\# # g', { comments: true })).toEqual(['a', 'b=c'])
  expect(splitWords('a "e#f" \\# # g', { comments: true })).toEqual(['a', 'e#f', '#'])
  expect(splitWords('a#b')).toEqual(['a#b'])
})
