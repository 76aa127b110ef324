/** `--limit @FILE`: one pattern on each line, as `.retry` files have them. */
import { resolve } from 'node:path'
import { splitPattern } from '../inventory/pattern.ts'
import { readBounded } from '../inventory/read.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { decodeText, unreadableFile } from '../text/file.ts'

/**
 * The limit with each `@FILE` in it replaced by what the file says. A line of a file is one pattern, as to Ansible: where one has
 * a comma, line ends separate them (see limitHosts). Throws DiagnosticsError for files that say nothing.
 */
export function expandLimit(limit: string, cwd: string): string {
  const parts = splitPattern(limit)
  if (!parts.some((part) => part.startsWith('@'))) return limit.trim()
  const patterns = parts.flatMap((part) => (part.startsWith('@') ? linesOf(part.slice(1), cwd) : [part]))
  if (patterns.some((pattern) => pattern.includes(','))) return patterns.map((pattern) => `${pattern}\n`).join('')
  // The last comma: one address alone would be split at its colons.
  return `${patterns.join(',')},`
}

function linesOf(file: string, cwd: string): string[] {
  const lines = textOf(file, cwd)
    .split('\n')
    .map((line) => line.trim())
  const found = lines.filter((line) => line !== '')
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
