/** Host patterns applied: which hosts of an inventory a play or --limit means. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import { didYouMean } from '../text/closest.ts'
import { hostsBelow } from './graph.ts'
import type { PatternPart } from './pattern.ts'
import { isBackward, isPlainName, parseParts, patternRegex, splitPattern, subscripted } from './pattern.ts'
import type { Inventory } from './types.ts'

export interface Selection {
  /** In the order of the pattern, then of the inventory; none twice. */
  hosts: Host[]
  diagnostics: Diagnostic[]
}

/** Names that stand for this machine also where no inventory has them. */
const LOCALHOST = new Set(['127.0.0.1', 'localhost', '::1'])

/**
 * The hosts that a pattern means: `all`, `*`, names of groups and hosts, globs, `~regex`, `group[0]`, `group[1:3]`,
 * separated by commas (or colons), `&` keeps the intersection, `!` removes. As in Ansible, but a name that is in no
 * inventory is an error, also behind `!`, where a slip would otherwise touch a host that was to be left alone. Of a list each
 * item is split by itself.
 */
export function selectHosts(
  inventory: Inventory,
  pattern: string | readonly string[],
  source: Source | null,
): Selection {
  return select(inventory, [pattern].flat().flatMap(splitPattern), { source, prefix: '' })
}

/** Where the patterns of files that --limit names stand. */
export type LimitPlaces = ReadonlyMap<string, Source>

/** The hosts that --limit allows; one that ends with a line end holds a pattern on each line, with commas or without. */
export function limitHosts(inventory: Inventory, pattern: string, places?: LimitPlaces): Selection {
  const texts = pattern.endsWith('\n') ? pattern.trim().split('\n') : splitPattern(pattern)
  return select(inventory, texts, { source: null, prefix: '--limit: ', places })
}

interface Where {
  source: Source | null
  prefix: string
  /** Of single parts, instead of `source`. */
  places?: LimitPlaces | undefined
}

function select(inventory: Inventory, texts: readonly string[], where: Where): Selection {
  const parts = parseParts(texts)
  const diagnostics: Diagnostic[] = []
  if (parts.length === 0)
    diagnostics.push(problem(where, 'bad-pattern', 'the host pattern is empty', 'name a group or host'))
  const names = new Set<string>()
  for (const part of parts) {
    const source = where.places?.get(part.text) ?? where.source
    const matched = matchPart(inventory, part, { ...where, source }, diagnostics)
    if (part.operation === 'add') for (const name of matched) names.add(name)
    else for (const name of names) if (matched.has(name) !== (part.operation === 'keep')) names.delete(name)
  }
  const hosts = [...names].flatMap((name) => hostNamed(inventory, name) ?? [])
  return { hosts, diagnostics }
}

/** A host of the inventory, or this machine by a name that stands for it. */
export function hostNamed(inventory: Inventory, name: string): Host | undefined {
  return inventory.hosts.get(name) ?? (LOCALHOST.has(name) ? inventory.implicit(name) : undefined)
}

function matchPart(inventory: Inventory, part: PatternPart, where: Where, diagnostics: Diagnostic[]): Set<string> {
  if (inventory.hosts.has(part.text)) return new Set([part.text])
  const alias = inventory.aliases.get(part.text)
  if (alias !== undefined) return new Set([alias])
  if (part.expression === '') {
    diagnostics.push(problem(where, 'bad-pattern', `"${part.text}" is no host pattern`, 'name what it is for'))
    return new Set()
  }
  const matched = matchExpression(inventory, part, where, diagnostics)
  if (part.subscript === null || matched.length === 0) return new Set(matched)
  const chosen = subscripted(matched, part.subscript)
  if (chosen === null || chosen.length === 0) {
    const [why, hint] = isBackward(part.subscript)
      ? ['the slice ends before it begins', 'the last number is the last host that is meant']
      : [
          `"${part.expression}" has only ${matched.length} host${matched.length === 1 ? '' : 's'}`,
          'the first host has the number 0',
        ]
    const found = problem(where, 'bad-pattern', `"${part.text}": ${why}`, hint)
    diagnostics.push(chosen === null ? found : { ...found, severity: 'warning', code: 'no-match' })
  }
  return new Set(chosen)
}

/** Groups first; hosts where no group matched, or where the pattern could name both. Who is in two groups comes twice. */
function matchExpression(inventory: Inventory, part: PatternPart, where: Where, diagnostics: Diagnostic[]): string[] {
  const { expression } = part
  let regex: RegExp
  try {
    regex = patternRegex(expression)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    diagnostics.push(problem(where, 'bad-pattern', `"${part.text}" is no host pattern: ${why}`, ''))
    return []
  }
  const groups = [...inventory.groups.keys()].filter((name) => regex.test(name))
  let names = groups.flatMap((name) => hostsBelow(inventory.groups, name))
  if (groups.length === 0 || !isPlainName(expression) || expression.includes('.'))
    names = [...names, ...[...inventory.hosts.keys()].filter((name) => regex.test(name))]
  if (names.length === 0) names = [...inventory.aliases].flatMap(([alias, name]) => (regex.test(alias) ? [name] : []))
  if (names.length === 0 && LOCALHOST.has(expression)) return [implicitName(inventory, expression)]
  if (names.length === 0 && groups.length === 0 && expression !== 'all')
    diagnostics.push(noMatch(inventory, part, where))
  return names
}

/** Of the names for this machine the one that the inventory has first. */
function implicitName(inventory: Inventory, name: string): string {
  return [...inventory.hosts.keys()].find((known) => LOCALHOST.has(known)) ?? name
}

/** Slices that Python has and patterns lack: they are read as globs. */
const PYTHON_SLICE = /\[(?::-?\d*|-\d+:-?\d*|\d+:-\d+)\]$/

function noMatch(inventory: Inventory, part: PatternPart, where: Where): Diagnostic {
  const { expression } = part
  if (!isPlainName(expression)) {
    const hint = PYTHON_SLICE.test(expression)
      ? 'a slice begins with a number and names its last host: web[0:2], web[3:]'
      : 'check the pattern'
    const missed = problem(where, 'no-match', `"${part.text}" matches no host and no group`, hint)
    return { ...missed, severity: 'warning' }
  }
  const isFile = expression.startsWith('@')
  const near = isFile ? '' : didYouMean(expression, [...inventory.groups.keys(), ...inventory.hosts.keys()])
  const summary = `no host and no group is named "${expression}"${near === '' ? '' : `, ${near}`}`
  const hint = isFile
    ? where.prefix === ''
      ? 'files are for --limit alone'
      : 'behind ! and & there are no files: write ! or & before each line of the file, and @FILE alone'
    : expression.includes(',')
      ? 'a file has one pattern on each line'
      : 'check the inventory that -i names'
  return problem(where, 'unknown-host', summary, near === '' ? hint : '')
}

function problem(where: Where, code: string, summary: string, hint: string): Diagnostic {
  return errorDiagnostic(code, where.prefix + summary, { source: where.source, hint })
}
