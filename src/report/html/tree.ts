/**
 * Pieces of a page as data, which the page is written of and which its script builds elements of: each thing is said once,
 * and text becomes safe in one place for each of the two.
 */
import { sanitize } from '../sanitize.ts'

export interface Tree {
  tag: string
  attributes: Attributes
  children: readonly Child[]
}
export type Child = Tree | string
/** false: without it; true: without a value. */
type Attributes = Readonly<Record<string, string | number | boolean>>

export function h(tag: string, attributes: Attributes, ...children: Child[]): Tree {
  return { tag, attributes, children }
}

/** Text as a page shows it: nothing that turns its direction or hides in it; only what is preformatted has lines. */
export function shownText(text: string, tag: string): string {
  return sanitize(text, { lines: tag === 'pre' })
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  // No characters of HTML.
  '\uFFFE': String.raw`\u{fffe}`,
  '\uFFFF': String.raw`\u{ffff}`,
}
const VOID: ReadonlySet<string> = new Set(['meta', 'br', 'hr', 'input'])

/** As HTML. Blocks stand on lines of their own, so that the source can be read. */
export function renderTree({ tag, attributes, children }: Tree): string {
  const words = Object.entries(attributes).flatMap(([name, value]) => {
    if (value === false) return []
    return value === true ? [` ${name}`] : [` ${name}="${escape(sanitize(String(value)))}"`]
  })
  const head = `<${tag}${words.join('')}>`
  if (VOID.has(tag)) return head
  const inner = children.map((child) => (typeof child === 'string' ? escape(shownText(child, tag)) : renderTree(child)))
  return `${head}${inner.join('')}</${tag}>${BLOCKS.has(tag) ? '\n' : ''}`
}

const BLOCKS: ReadonlySet<string> = new Set('h1 h2 h3 p div section tr table ul li dl dd svg details header'.split(' '))

function escape(text: string): string {
  return text.replaceAll(/[&<>"'`\uFFFE\uFFFF]/g, (character) => ENTITIES[character] ?? '')
}

/** A table with a head, in a box of its own that scrolls where it is too wide; `label` names it. */
export function dataTable(label: string, head: readonly string[], rows: readonly (readonly Child[])[]): Tree {
  const cells = head.map((name) => h('th', { scope: 'col' }, name))
  const body = rows.map((row) =>
    h('tr', {}, ...row.map((cell, index) => (index === 0 ? h('th', { scope: 'row' }, cell) : h('td', {}, cell)))),
  )
  const table = h('table', {}, h('thead', {}, h('tr', {}, ...cells)), h('tbody', {}, ...body))
  return h('div', { class: 'wide', role: 'group', 'aria-label': label }, table)
}

/** Names and values. */
export function facts(pairs: readonly (readonly [string, Child])[]): Tree {
  return h('dl', {}, ...pairs.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))))
}

/** A section with its heading, which names it. */
export function section(id: string, title: string, ...children: Child[]): Tree {
  return h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), ...children)
}

/** Severity, status or verdict: a word in a colour, never the colour alone. */
export function chip(kind: string, text = kind): Tree {
  return h('span', { class: `chip ${kind}` }, text)
}

export function code(text: string): Tree {
  return h('code', {}, text)
}
