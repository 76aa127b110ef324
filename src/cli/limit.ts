/** `--limit @FILE`: one pattern on each line, as `.retry` files have them. */
import { resolve } from 'node:path'
import { splitPattern } from '../inventory/pattern.ts'
import { readBounded } from '../inventory/read.ts'
import type { LimitPlaces } from '../inventory/select.ts'
import type { Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { decodeText, unreadableFile } from '../text/file.ts'

/**
 * The limit with each `@FILE` in it replaced by what the file says. A line of a file is one pattern, as to Ansible: where one has
 * a comma, line ends separate them (see limitHosts). Throws DiagnosticsError for files that say nothing.
 */
export function expandLimit(limit: string, cwd: string): { text: string; places: LimitPlaces } {
  const parts = splitPattern(limit)
  const places = new Map<string, Source>()
  if (!parts.some((part) => part.startsWith('@'))) return { text: limit.trim(), places }
  const patterns = parts.flatMap((part) => {
    if (!part.startsWith('@')) return [part]
    const found = linesOf(part.slice(1), cwd)
    for (const [pattern, source] of found) if (!places.has(pattern)) places.set(pattern, source)
    return found.map(([pattern]) => pattern)
  })
  if (patterns.some((pattern) => pattern.includes(',')))
    return { text: patterns.map((pattern) => `${pattern}\n`).join(''), places }
  // The last comma: one address alone would be split at its colons.
  return { text: `${patterns.join(',')},`, places }
}

/** A line that begins with `#` names nothing: Ansible warns that no host matches it. */
function linesOf(file: string, cwd: string): [pattern: string, source: Source][] {
  const found = textOf(file, cwd)
    .split('\n')
    .flatMap((line, index): [string, Source][] => {
      const pattern = line.trim()
      if (pattern === '' || pattern.startsWith('#')) return []
      return [[pattern, { file, line: index + 1, column: line.indexOf(pattern) + 1 }]]
    })
  if (found.length > 0) return found
  const hint = 'write one name or pattern on each line; without --limit all hosts are meant'
  const source = { file, line: 1, column: 1 }
  throw new DiagnosticsError([errorDiagnostic('limit-empty', '--limit: this file names no host', { hint, source })])
}

function textOf(file: string, cwd: string): string {
  const decoded = decodeText(bytesOf(file, cwd), file)
  if ('diagnostic' in decoded) throw new DiagnosticsError([decoded.diagnostic])
  return decoded.text
}

function bytesOf(file: string, cwd: string): Uint8Array {
  try {
    return readBounded(resolve(cwd, file))
  } catch (error) {
    throw new DiagnosticsError([unreadableFile(error, file)])
  }
}
