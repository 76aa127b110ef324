/** Unified diffs of the files that a change replaces. */
import { createTwoFilesPatch } from 'diff'
import type { Change } from '../model/change.ts'
import { plainValue } from '../model/plain.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'

/** Lines before the first hunk; the library puts a tab behind each name. */
const HEADER = 2

/** Lines that differ at most: finding them takes steps in the square of their number. */
const MOST_EDITS = 10_000

interface FileText {
  path: string
  text: string
}

/** Diffs as lines without indent; empty where the change replaces no file. Private files show as their sha256. */
export function renderFileDiffs(change: Pick<Change, 'fact' | 'before' | 'after'>, style: Style): string[] {
  const before = filesOf(change.fact, change.before)
  const after = filesOf(change.fact, change.after)
  const paths = [...new Set([...before, ...after].map((file) => file.path))]
  return paths.flatMap((path) => {
    const old = before.find((file) => file.path === path)
    const now = after.find((file) => file.path === path)
    if (old?.text === now?.text) return []
    return unified(path, old?.text ?? null, now?.text ?? null, style)
  })
}

/** The files that a fact's value holds: itself, or its parts that name a path. */
function filesOf(fact: string, value: unknown): FileText[] {
  const plain = plainValue(value)
  if (fact.startsWith('file/')) return fileText(fact.slice('file/'.length), plain)
  if (typeof plain !== 'object' || plain === null) return []
  return [plain, ...Object.values(plain)].flatMap((part: unknown) => {
    const path = (part as { path?: unknown } | null)?.path
    return typeof path === 'string' ? fileText(path, part) : []
  })
}

function fileText(path: string, value: unknown): FileText[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  const { content, sha256 } = value as { content?: unknown; sha256?: unknown }
  if (typeof sha256 === 'string') return [{ path, text: `sha256 ${sha256}\n` }]
  return typeof content === 'string' ? [{ path, text: content }] : []
}

function unified(path: string, before: string | null, after: string | null, style: Style): string[] {
  const oldName = before === null ? '/dev/null' : path
  const newName = after === null ? '/dev/null' : path
  const options = { context: 3, maxEditLength: MOST_EDITS }
  const patch = createTwoFilesPatch(oldName, newName, before ?? '', after ?? '', '', '', options)
  if (patch === undefined) {
    return [`--- ${oldName}`, `+++ ${newName}`, `(more than ${MOST_EDITS} lines differ)`].map((line) =>
      colored(sanitize(line), style),
    )
  }
  return patch
    .split('\n')
    .filter((line) => line !== '' && !/^(?:===|Index: )/.test(line))
    .map((line, index) => colored(sanitize(index < HEADER ? line.trimEnd() : line), style))
}

function colored(line: string, style: Style): string {
  if (line.startsWith('---') || line.startsWith('+++')) return paint(style, 'bold', line)
  if (line.startsWith('+')) return paint(style, 'green', line)
  if (line.startsWith('-')) return paint(style, 'red', line)
  return line.startsWith('@@') ? paint(style, 'cyan', line) : line
}
