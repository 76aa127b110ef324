/** Reads files of kept audits. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type * as z from 'zod'
import type { Matrix } from './audit-matrix.ts'
import { matrixSchema } from './audit-matrix.ts'
import { readContent } from './content.ts'
import { findFleetFolder } from './fleet-folder.ts'
import { readTrusted, refused } from './trust.ts'

/** Null where the run was no audit, or did not come to its end. Throws DiagnosticsError. */
export function readMatrix(cwd: string, runId: string): Matrix | null {
  const path = recordPath(cwd, runId, 'matrix.json')
  if (path === null) return null
  const matrix = parseAs(path, matrixSchema)
  if (matrix.runId !== runId) throw refused(`${path} is of another run, ${matrix.runId}`, 'move it away')
  return matrix
}

/** Path of a file of a run; null where it has none of this name. */
export function recordPath(cwd: string, runId: string, name: string): string | null {
  const folder = findFleetFolder(cwd, 'runs', runId)
  const path = folder === null ? null : join(folder, name)
  return path === null || lstatSync(path, { throwIfNoEntry: false }) === undefined ? null : path
}

/** Throws DiagnosticsError. */
export function parseContent<T>(folder: string, hash: string, schema: z.ZodType<T>): T {
  const path = join(folder, 'content', hash)
  return checked(jsonOf(readContent(folder, hash).toString('utf8'), path), path, schema)
}

/** Throws DiagnosticsError. */
export function parseAs<T>(path: string, schema: z.ZodType<T>): T {
  return checked(readJson(path), path, schema)
}

function readJson(path: string): unknown {
  try {
    return jsonOf(readTrusted(path), path)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw refused(`cannot read ${path}: ${error.message}`, HINT)
  }
}

const HINT = 'it was written by another version of mptcp-fleet, edited, or cut off: move the folder of this run away'

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refused(`${path}: ${(error as Error).message}`, HINT)
  }
}

function checked<T>(value: unknown, path: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refused(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`, HINT)
}
