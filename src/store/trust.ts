/** Folders and files of this tool on a controller are this user's alone: what others could have put there is refused. */
import type { Stats } from 'node:fs'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'

/** Why a file or folder must not be used, or null. */
export function distrust(path: string, state: Pick<Stats, 'uid' | 'mode' | 'isSymbolicLink'>): string | null {
  if (state.isSymbolicLink()) return `${path} is a symbolic link`
  const own = process.getuid?.()
  if (own !== undefined && state.uid !== own) return `${path} belongs to another user (uid ${state.uid})`
  if ((state.mode & 0o022) !== 0) return `${path} can be written by others (mode ${(state.mode & 0o777).toString(8)})`
  return null
}

/** The text of a file that passes `distrust`. Throws DiagnosticsError, and errors of the file system. */
export function readTrusted(path: string): string {
  return readTrustedBytes(path).toString('utf8')
}

/** Its bytes. */
export function readTrustedBytes(path: string): Buffer {
  const file = openTrusted(path)
  try {
    const state = fstatSync(file)
    const why = distrust(path, state)
    if (why !== null) throw refused(why)
    if (!state.isFile()) throw refused(`${path} is not a file`, 'move it away')
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

function openTrusted(path: string): number {
  try {
    // Of a named pipe nobody may ever write the other end.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw refused(`${path} is a symbolic link`)
    throw error
  }
}

/** The error for what is not trusted. */
export function refused(summary: string, hint = TRUST_HINT): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('store', summary, { hint })])
}

const TRUST_HINT = 'runs hold what undoes changes on hosts as root: move it away, or give it back to yourself alone'
