/** The frame of every HTML report: one file that loads nothing, runs one script and obeys a policy which says so. */
import { createHash } from 'node:crypto'
import { SCRIPT, STYLE } from './assets.ts'
import type { Packed } from './data.ts'
import { packData, UNPACKED } from './data.ts'
import type { Tree } from './tree.ts'
import { h, renderTree } from './tree.ts'

export interface Page {
  title: string
  /** What is shown without scripts and in print: a header, then sections. */
  body: readonly Tree[]
  /** What the script shows. */
  data: { kind: 'audit' | 'run' } & Record<string, unknown>
}

/** Nothing is loaded, sent or framed, markup is never made of text, and only our own script and style count. */
const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

export function renderPage({ title, body, data }: Page): string {
  const [first, ...rest] = body
  const shown = [first!, contents(rest), ...rest].map(renderTree).join('')
  const head = [
    h('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    h('meta', { name: 'referrer', content: 'no-referrer' }),
    h('title', {}, title),
  ]
  const page = ({ block, hash }: Packed): string =>
    [
      '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
      ...head.map((tree) => `${renderTree(tree)}\n`),
      `<style>${STYLE}</style>\n</head>\n<body>\n<main>\n`,
      shown,
      '</main>\n',
      renderTree(footer(hash)),
      `\n${block}\n<script>${SCRIPT}</script>\n</body>\n</html>\n`,
    ].join('')
  return page(packData(data, page(UNPACKED)))
}

/** Links to the sections that have a heading. */
function contents(sections: readonly Tree[]): Tree {
  const links = sections.flatMap(({ attributes, children: [heading] }) => {
    if (typeof heading !== 'object' || heading.tag !== 'h2') return []
    return [h('li', {}, h('a', { href: `#${String(attributes['id'])}` }, ...heading.children))]
  })
  return h('nav', { 'aria-label': 'Contents' }, h('ul', {}, ...links))
}

function footer(hash: string): Tree {
  const what = 'SHA-256 of the data in this page, as JSON before compression; they hold that of the rest of the page.'
  return h(
    'footer',
    {},
    h('p', {}, 'Content hash ', h('code', { id: 'content-hash' }, hash), ' ', h('span', { id: 'hash-state' })),
    h(
      'p',
      { class: 'note' },
      `${what} It shows that nothing was changed by accident; who made the page it cannot prove.`,
    ),
  )
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
