/**
 * Parts of a run's record that other runs' records have alike: files named by the SHA-256 of what they hold, in the folder
 * `content` of each run that has them. Where the run before has the same, its file gets one more name (a hard link): it lies
 * on the disk once, each run's folder is whole, and removing one leaves the others as they are.
 */
import { createHash } from 'node:crypto'
import { linkSync, lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { DiagnosticsError } from '../model/diagnostic.ts'
import { writeDurably } from './durable.ts'
import { readTrustedBytes, refused } from './trust.ts'

/** Nothing that is kept becomes as large; what unpacks to more was not written here. */
const MOST_BYTES = 1 << 30

/** Keeps parts in a run's folder; `before`: that of an earlier run, or null. Gives the name of each part. */
export function createContent(folder: string, before: string | null): (bytes: Buffer) => string {
  mkdirSync(join(folder, 'content'), { mode: 0o700, recursive: true })
  return (bytes) => {
    const hash = createHash('sha256').update(bytes).digest('hex')
    const path = pathOf(folder, hash)
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return hash
    if (before === null || !isWhole(before, hash) || !shareFile(pathOf(before, hash), path)) {
      writeDurably(path, gzipSync(bytes))
    }
    return hash
  }
}

/** Throws DiagnosticsError where it is not there, not trusted, or not what its name says. */
export function readContent(folder: string, hash: string): Buffer {
  const path = pathOf(folder, hash)
  let bytes: Buffer
  try {
    bytes = gunzipSync(readTrustedBytes(path), { maxOutputLength: MOST_BYTES })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw refused(`cannot read ${path}: ${error.message}`, DAMAGED)
  }
  if (createHash('sha256').update(bytes).digest('hex') === hash) return bytes
  throw refused(`${path} is not what was kept`, DAMAGED)
}

const DAMAGED = 'the record of this run was edited or damaged: move its folder away'

function pathOf(folder: string, hash: string): string {
  return join(folder, 'content', `${hash}.gz`)
}

/** Whether an earlier run has it undamaged. */
function isWhole(folder: string, hash: string): boolean {
  if (lstatSync(pathOf(folder, hash), { throwIfNoEntry: false }) === undefined) return false
  try {
    readContent(folder, hash)
    return true
  } catch (error) {
    if (error instanceof DiagnosticsError) return false
    throw error
  }
}

/** False on file systems without hard links, and where the file has as many names as it may have. */
function shareFile(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch {
    return false
  }
}
