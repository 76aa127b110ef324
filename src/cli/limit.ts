/** `--limit @FILE`: one pattern on each line, as `.retry` files have them. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { splitPattern } from '../inventory/pattern.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { decodeText, unreadableFile } from '../text/file.ts'

/** The limit with each `@FILE` in it replaced by what the file says. Throws DiagnosticsError for files that say nothing. */
export async function expandLimit(limit: string, cwd: string): Promise<string> {
  const parts = splitPattern(limit)
  if (!parts.some((part) => part.startsWith('@'))) return limit
  const expanded = await Promise.all(
    parts.map(async (part) => (part.startsWith('@') ? await linesOf(part.slice(1), cwd) : [part])),
  )
  // The last comma: one address alone would be split at its colons.
  return `${expanded.flat().join(',')},`
}

async function linesOf(file: string, cwd: string): Promise<string[]> {
  const lines = (await textOf(file, cwd)).split('\n').map((line) => line.trim())
  const found = lines.filter((line) => line !== '')
  if (found.length > 0) return found
  const hint = 'write one name or pattern on each line; without --limit all hosts are meant'
  const source = { file, line: 1, column: 1 }
  throw new DiagnosticsError([errorDiagnostic('limit-empty', '--limit: this file names no host', { hint, source })])
}

async function textOf(file: string, cwd: string): Promise<string> {
  const bytes = await readFile(resolve(cwd, file)).catch((error: unknown) => {
    throw new DiagnosticsError([unreadableFile(error, file)])
  })
  const decoded = decodeText(bytes, file)
  if ('diagnostic' in decoded) throw new DiagnosticsError([decoded.diagnostic])
  return decoded.text
}
