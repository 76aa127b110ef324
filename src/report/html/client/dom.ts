/** Elements of trees. Text of hosts becomes text nodes and values of attributes, never markup. */
import { sanitize } from '../../sanitize.ts'
import type { Child, Tree } from '../tree.ts'
import { shownText } from '../tree.ts'

const SVG = 'http://www.w3.org/2000/svg'
/** Elements of drawings that the trees use. */
const DRAWN: ReadonlySet<string> = new Set(['svg', 'g', 'line', 'polyline', 'rect', 'circle', 'text'])

/** HTMLElement is the usual one; what is another kind, its caller knows. */
export function build({ tag, attributes, children }: Tree): HTMLElement {
  const element = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : sanitize(String(value)))
  }
  element.append(...children.map((child) => node(child, tag)))
  return element as HTMLElement
}

function node(child: Child, tag: string): Node {
  return typeof child === 'string' ? document.createTextNode(shownText(child, tag)) : build(child)
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no #${id}`)
  return element
}
