/**
 * Makes of a template what the engine renders as Ansible would, and finds every name in it that nobody has, also in
 * branches that are not taken. Variables become calls, since the engine would convert all of them beforehand and does
 * not tell what is not defined from None; filters, tests and methods become ours.
 */
import type { TemplatePart } from '../template-scan.ts'
import { scanTemplate } from '../template-scan.ts'
import { closeConcatenations } from './concatenation.ts'
import type { Code, NamedPath, NameProblem } from './code.ts'
import { is, isInside, newCode, sourceOf } from './code.ts'
import { guardProducts } from './repetition.ts'
import { rewriteFilters, rewriteTests } from './rewrite-filters.ts'
import { rewriteMethods } from './rewrite-methods.ts'
import { rewriteVariables } from './rewrite-variables.ts'
import { TemplateError } from './errors.ts'
import { closeLoop, readStatement } from './statement.ts'

export interface Compiled {
  /** For the engine. */
  source: string
  problems: readonly NameProblem[]
  reads: readonly NamedPath[]
  /** It is one expression and nothing else. */
  single: boolean
  /** Keys of mappings that the template writes out, in its order. */
  orders: readonly (readonly string[])[]
  written: string
}

/** How the one expression of a template that is nothing else hands over its value. */
const TAKE = '__value|d("\uE003")|__take(__value is float)'
const PRINT = '__value|d("\uE003")|__print(__value is float)'

/** Throws TemplateError where delimiters do not match. */
export function compileTemplate(template: string): Compiled {
  const parts = scanTemplate(template)
  if (parts.some((part) => part.kind === 'expression' && part.inner.trim() === '')) {
    throw new TemplateError('there is nothing between "{{" and "}}"')
  }
  const shared = { locals: new Set<string>(), problems: [], reads: [], orders: [] }
  const codes = new Map<TemplatePart, Code>()
  let offset = 0
  for (const part of parts) {
    if (part.kind === 'expression' || (part.kind === 'statement' && part.inner !== ''))
      codes.set(part, newCode(part, offset, shared))
    offset += part.text.length
  }
  // A macro or variable that a later part sets is known to earlier ones: nothing is called wrong that could be right.
  for (const [part, code] of codes) if (part.kind === 'statement') readStatement(code)
  for (const code of codes.values()) rewrite(code)
  const single = parts.length === 1 && parts[0]!.kind === 'expression'
  const source = parts.map((part) => partSource(part, codes.get(part), single))
  const { problems, reads, orders } = shared
  return { source: source.join(''), problems, reads, single, orders, written: template }
}

function rewrite(code: Code): void {
  if (code.partners === null) return
  rewriteVariables(code)
  rewriteFilters(code)
  rewriteTests(code)
  rewriteMethods(code)
  guardProducts(code)
  closeConcatenations(code)
  closeLoop(code)
}

/** Ansible prints nothing for `a if b` without else, where it is the whole expression. */
function missingElse(code: Code): string {
  if (code.kind !== 'expression') return ''
  const at = (word: string): boolean => code.tokens.some((_, i) => is(code, i, word) && !isInside(code, i))
  return at('if') && !at('else') ? ' else ""' : ''
}

function partSource(part: TemplatePart, code: Code | undefined, single: boolean): string {
  if (code === undefined) return part.text
  const [before, after] = [part.trimBefore ? '-' : '', part.trimAfter ? '-' : '']
  const inner = code.partners === null ? part.inner : sourceOf(code) + missingElse(code)
  if (part.kind === 'statement') return `{%${before} ${inner} ${after}%}`
  return `{%${before} set __value = (${inner}) %}{{ ${single ? TAKE : PRINT} ${after}}}`
}
