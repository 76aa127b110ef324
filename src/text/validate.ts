/** Checks values that people wrote against zod schemas; every issue becomes a diagnostic at its key or value. */
import type { z } from 'zod'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { unmarkUnsafe } from '../model/unsafe.ts'
import { closest, didYouMean } from './closest.ts'
import { explainIssue } from './zod-issue.ts'
import { keysAt } from './zod-shape.ts'
import type { YamlNode } from './yaml-node.ts'
import { toValue } from './yaml-node.ts'

type Path = readonly PropertyKey[]

/** Where the thing at a path stands: its value, or the key that names it. Null where there are no positions. */
export type Locate = (path: Path, of: 'key' | 'value') => Source | null

export type Validated<T> = { value: T } | { diagnostics: Diagnostic[] }

/**
 * Validates a value. `prefix` begins every message, as in `mptcp_limits.subflows: expected a number, got text "x"`;
 * the value that comes back has the schema's defaults. All issues are reported.
 */
export function validate<T>(
  schema: z.ZodType<T>,
  value: unknown,
  at: { prefix: string; locate: Locate },
): Validated<T> {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return { value: result.data }
  const found = result.error.issues.flatMap((issue) => diagnose(issue, schema, at, []))
  return { diagnostics: withoutConsequences(found).map((each) => each.diagnostic) }
}

/** Validates a YAML tree; positions come from the tree. */
export function validateNode<T>(schema: z.ZodType<T>, node: YamlNode, prefix: string): Validated<T> {
  return validate(schema, unmarkUnsafe(toValue(node)), { prefix, locate: locateIn(node) })
}

/** Finds positions in a YAML tree; a path that leads nowhere gets the position of what is nearest above it. */
export function locateIn(root: YamlNode): Locate {
  return (path, of) => {
    let node = root
    let source = root.source
    for (const [i, step] of path.entries()) {
      if (node.kind === 'list') {
        const item = node.items[Number(step)]
        if (item === undefined) return source
        node = item
        source = item.source
      } else if (node.kind === 'map') {
        const entry = node.entries.get(String(step))
        if (entry === undefined) return source
        node = entry.node
        source = of === 'key' && i === path.length - 1 ? entry.keySource : node.source
      }
    }
    return source
  }
}

/** A diagnostic, with what tells whether others only follow from it. */
interface Found {
  diagnostic: Diagnostic
  kind: 'unknown-key' | 'custom' | 'other'
  /** Of the mapping for an unknown key, else of the value. */
  path: Path
  /** For an unknown key: the key that was meant, or an empty text. */
  meant?: string
}

/** A misspelt key is missing under its right name, and rules about the whole mapping judge it without that key. */
function withoutConsequences(found: readonly Found[]): Found[] {
  const unknown = found.filter((each) => each.kind === 'unknown-key')
  return found.filter(({ kind, path, diagnostic }) => {
    if (kind === 'custom') return !unknown.some((other) => isSame(other.path, path))
    if (diagnostic.code !== 'missing-key') return true
    return !unknown.some((other) => other.meant === path.at(-1) && isSame(other.path, path.slice(0, -1)))
  })
}

function isSame(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i])
}

function diagnose(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  at: { prefix: string; locate: Locate },
  base: Path,
): Found[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys.map((key) => {
      const meant = closest(key, known) ?? ''
      const near = didYouMean(key, known)
      const listed = known.length === 0 ? 'it takes no keys' : `known keys: ${known.join(', ')}`
      const summary = `${showPath(at.prefix, [...path, key])}: unknown key${near === '' ? '' : `, ${near}`}`
      const source = at.locate([...path, key], 'key')
      const diagnostic = errorDiagnostic('unknown-key', summary, { source, hint: near === '' ? listed : '' })
      return { diagnostic, kind: 'unknown-key', path, meant }
    })
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliestBranch(issue)
    if (branch !== null) return branch.flatMap((inner) => diagnose(inner, schema, at, path))
  }
  const { code, text, hint } = explainIssue(issue)
  const summary = `${showPath(at.prefix, path)}: ${text}`
  const diagnostic = errorDiagnostic(code, summary, { source: at.locate(path, 'value'), hint: hint ?? '' })
  return [{ diagnostic, kind: issue.code === 'custom' ? 'custom' : 'other', path }]
}

const WRONG_KIND: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union'])

/** The alternative that the writer most likely meant: the one whose type is right and that has the fewest issues. */
function likeliestBranch(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | null {
  const right = issue.errors.filter((issues) =>
    issues.every((inner) => inner.path.length > 0 || !WRONG_KIND.has(inner.code)),
  )
  return right.sort((a, b) => a.length - b.length)[0] ?? null
}

/** `mptcp_pair.paths[0].network`: a path as messages show it. */
export function showPath(prefix: string, path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, prefix)
}
