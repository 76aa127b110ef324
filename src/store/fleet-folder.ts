/** `.mptcp-fleet/` in the working directory: where this tool keeps its files on a controller. */
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { distrust, refused } from './trust.ts'

/** Name of the folder. */
export const FLEET_FOLDER = '.mptcp-fleet'

/**
 * Makes `.mptcp-fleet/` (0700, ignored by git) and folders below it, and returns the path of the last. Throws
 * DiagnosticsError where one of them is a symbolic link, another user's, writable by others, no folder, or cannot be made.
 */
export function fleetFolder(cwd: string, ...below: string[]): string {
  let path = join(cwd, FLEET_FOLDER)
  makeFolder(path)
  ignoreInGit(path)
  for (const name of below) {
    path = join(path, name)
    makeFolder(path)
  }
  return path
}

/**
 * Path of the folder below `.mptcp-fleet/`, for reading; null where it or a folder above it is not there. Throws
 * DiagnosticsError as above: each folder on the way is checked.
 */
export function findFleetFolder(cwd: string, ...below: string[]): string | null {
  let path = cwd
  for (const name of [FLEET_FOLDER, ...below]) {
    path = join(path, name)
    if (!isTrustedFolder(path)) return null
  }
  return path
}

/** False: nothing is there. Throws DiagnosticsError. */
function isTrustedFolder(path: string): boolean {
  const state = lstatSync(path, { throwIfNoEntry: false })
  if (state === undefined) return false
  const why = distrust(path, state)
  if (why !== null) throw refused(why)
  if (!state.isDirectory()) throw refused(`${path} is not a folder`, 'move it away: runs are kept there')
  return true
}

function makeFolder(path: string): void {
  if (isTrustedFolder(path)) return
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another run may have made it in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw refused(`cannot make ${path}: ${(error as Error).message}`, 'run in a folder that you may write to')
  }
}

function ignoreInGit(path: string): void {
  try {
    writeFileSync(join(path, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw refused(`cannot write below ${path}: ${(error as Error).message}`, 'run in a folder that you may write to')
  }
}
