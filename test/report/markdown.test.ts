/** Markdown: what a renderer makes of a text is that text, and nothing else. */
import * as fc from 'fast-check'
import { Marked } from 'marked'
import { describe, expect, test } from 'vitest'
import { capped, code, prose, table } from '../../src/report/markdown.ts'
import { sanitize, sanitizeTags } from '../../src/report/sanitize.ts'
import { anyText } from '../support/hostile-text.ts'
import { readXml } from './junit-schema.ts'

const marked = new Marked({ gfm: true })
const render = (text: string): string => marked.parse(text, { async: false })

/** The text between two words, as a reader sees it, and the tags that stand there. */
function between(html: string): { text: string; tags: string[] } {
  const [, inner = 'nothing'] = /BEGIN ([\s\S]*) END/.exec(html) ?? []
  const tags = [...inner.matchAll(/<\/?\w+/g)].map(([tag]) => tag)
  const plain = inner.replaceAll(/<[^>]*>/g, '')
  return { text: readXml(plain.replaceAll('&#39;', "'")), tags }
}

const MARKUP = [
  '<script>alert(1)</script>',
  '[a](http://x) ![b](y) <http://z> www.a.example x@y.example',
  '*a* _b_ ~~c~~ `d` ``e`',
  '| a | b |',
  '&amp; &#60; \\* \\',
  '@team #12 :smile: $x$ [^1]',
  '``` `` `',
  '`',
  '\u001B[31m\n# a\n\n- b',
]
const texts = fc.oneof(
  anyText,
  fc.string({ unit: fc.constantFrom(...'`|\\<>&*_[]()!#~$@: abw.'.split('')) }),
  fc.array(fc.constantFrom(...MARKUP)).map((list) => list.join(' ')),
)
/** HTML has no more than one blank in a row. */
const blanks = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

describe('code', () => {
  test.each(MARKUP)('of %j', (text) => {
    expect(between(render(`BEGIN ${code(text)} END`)).tags).toEqual(['<code', '</code'])
  })

  test('shows any text as it is, in a line, a list and a table', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shown = sanitizeTags(text).replaceAll('|', '\\x7c')
        for (const place of [
          `BEGIN ${code(text)} END`,
          `- BEGIN ${code(text)} END`,
          table([`BEGIN ${code(text)} END`], []),
        ]) {
          const found = between(render(place))
          expect(found.tags).toEqual(['<code', '</code'])
          expect(blanks(found.text)).toBe(blanks(shown))
        }
      }),
    )
  })
})

describe('prose', () => {
  test('shows any text as it is, with no markup', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const place of [
          `BEGIN ${prose(text)} END`,
          `## BEGIN ${prose(text)} END`,
          table([`BEGIN ${prose(text)} END`], []),
        ]) {
          const found = between(render(place))
          expect(found.tags).toEqual([])
          expect(blanks(found.text)).toBe(blanks(sanitize(text)))
        }
      }),
    )
  })

  test('leaves words readable', () =>
    expect(prose('Kernels differ: 1, or 0 (UEK 8).')).toBe('Kernels differ: 1, or 0 (UEK 8).'))
})

describe('a table', () => {
  test('has the rows and cells that it is given, whatever stands in them', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const html = render(
          table(
            ['x', 'y'],
            [
              [code(a), prose(b)],
              [prose(b), code(a)],
            ],
          ),
        )
        expect(html.match(/<tr>/g)?.length).toBe(3)
        expect(html.match(/<td>/g)?.length).toBe(4)
      }),
    )
  })
})

describe('a list', () => {
  test.each([
    [['a', 'b'], 2, 'ab'],
    [['a', 'b', 'c'], 1, 'a\nand 2 more\n'],
    [[], 1, ''],
  ])('%j capped at %d', (items, most, expected) => expect(capped(items, most, (item) => item)).toBe(expected))
})
