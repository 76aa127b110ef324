/** Splits a template into text, expressions, statements and comments, without evaluating anything. */
import { Secret } from '../model/secret.ts'
import { Unsafe } from '../model/unsafe.ts'
import { TemplateError } from './template/errors.ts'
import { HostVars, OwnVars } from './template/host-vars.ts'

export interface TemplatePart {
  kind: 'text' | 'expression' | 'statement' | 'comment'
  /** As written, delimiters included. */
  text: string
  /** Between the delimiters, whitespace control removed. */
  inner: string
  trimBefore: boolean
  trimAfter: boolean
}

const KINDS = { '{{': 'expression', '{%': 'statement', '{#': 'comment' } as const
const CLOSERS = { '{{': '}}', '{%': '%}', '{#': '#}' } as const
type Opener = keyof typeof KINDS

/** A name, then `.name`, `['key']` or `[0]` any number of times: resolved without the engine. */
const BARE_PATH = /^\s*[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\s*(?:'[^'\\]*'|"[^"\\]*"|-?\d+)\s*\])*\s*$/
const LITERALS = new Set(['true', 'false', 'none', 'True', 'False', 'None'])
/** Whether any text inside the value holds a template. */
export function hasTemplate(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{') || value.includes('{%') || value.includes('{#')
  if (Array.isArray(value)) return value.some(hasTemplate)
  return isRecord(value) && Object.values(value).some(hasTemplate)
}

/** Throws TemplateError where a delimiter is not closed. */
export function scanTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = []
  let position = 0
  while (position < template.length) {
    const start = nextOpener(template, position)
    if (start > position) parts.push(textPart(template.slice(position, start)))
    if (start === template.length) break
    const opener = template.slice(start, start + 2) as Opener
    let end = closerAfter(template, start + 2, opener)
    const part = delimited(template.slice(start, end), KINDS[opener])
    if (part.kind === 'statement' && part.inner.trim() === 'raw') {
      end = endOfRaw(template, end)
      parts.push({ ...part, text: template.slice(start, end), inner: '' })
    } else {
      parts.push(part)
    }
    position = end
  }
  return parts
}

/** `a.b['c'][0]` as ['a', 'b', 'c', 0]; null where the expression is more than that. */
export function parseBarePath(expression: string): (string | number)[] | null {
  if (!BARE_PATH.test(expression)) return null
  const steps = [...expression.matchAll(/[A-Za-z_]\w*|'[^']*'|"[^"]*"|-?\d+/g)].map(([word]) => {
    if (/^-?\d/.test(word)) return Number(word)
    return /^['"]/.test(word) ? word.slice(1, -1) : word
  })
  return LITERALS.has(String(steps[0])) ? null : steps
}

/** `name | default(literal)`, where the literal is a plain number or text, true or false. */
const DEFAULTED =
  /^\s*([A-Za-z_]\w*)\s*\|\s*d(?:efault)?\(\s*(?:'([^'\\]*)'|"([^"\\]*)"|(0|[1-9]\d{0,14})|([Tt]rue|[Ff]alse))\s*\)\s*$/

/** Names that stand for something even where no variable has them. */
const RESERVED = new Set([...LITERALS, ...'and or not in is if else loop caller varargs kwargs'.split(' ')])

/** The name and the literal of `name | default(literal)`; null where the expression is anything else. */
export function parseDefaulted(expression: string): { name: string; fallback: string | number | boolean } | null {
  const match = DEFAULTED.exec(expression)
  if (match === null || RESERVED.has(match[1]!)) return null
  const [, name = '', single, double, digits, word] = match
  const text = single ?? double
  if (text !== undefined) return { name, fallback: text }
  return { name, fallback: digits === undefined ? word!.toLowerCase() === 'true' : Number(digits) }
}

function nextOpener(template: string, from: number): number {
  const found = /\{[{%#]/g
  found.lastIndex = from
  return found.exec(template)?.index ?? template.length
}

/** Position after the closing delimiter; quoted text and, in expressions, inner braces do not close it. */
function closerAfter(template: string, from: number, opener: Opener): number {
  const closer = CLOSERS[opener]
  let braces = 0
  for (let i = from; i < template.length; i++) {
    const char = template[i]
    if (template.startsWith(closer, i) && braces === 0) return i + 2
    if (opener === '{#') continue
    if (char === "'" || char === '"') i = endOfQuote(template, i)
    else if (char === '{') braces++
    else if (char === '}') braces--
  }
  throw new TemplateError(`"${opener}" is not closed by "${closer}"`)
}

function endOfQuote(template: string, from: number): number {
  for (let i = from + 1; i < template.length; i++) {
    if (template[i] === '\\') i++
    else if (template[i] === template[from]) return i
  }
  throw new TemplateError(`a quotation mark (${template[from]}) inside the template is not closed`)
}

function endOfRaw(template: string, from: number): number {
  const end = /\{%[-+]?\s*endraw\s*[-+]?%\}/g
  end.lastIndex = from
  const found = end.exec(template)
  if (found === null) throw new TemplateError('"{% raw %}" is not closed by "{% endraw %}"')
  return found.index + found[0].length
}

function delimited(text: string, kind: TemplatePart['kind']): TemplatePart {
  const trimBefore = text[2] === '-'
  const trimAfter = text.length > 4 && text.at(-3) === '-'
  const start = trimBefore || text[2] === '+' ? 3 : 2
  const inner = text.slice(start, trimAfter || text.at(-3) === '+' ? -3 : -2)
  return { kind, text, inner, trimBefore, trimAfter }
}

function textPart(text: string): TemplatePart {
  return { kind: 'text', text, inner: text, trimBefore: false, trimAfter: false }
}

/** A mapping: neither a list nor one of our own. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !(value instanceof Secret || value instanceof Unsafe || value instanceof HostVars || value instanceof OwnVars)
}
