/** What was read from OCI, kept for a while in a file that is this user's alone. */
import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, lstat, mkdir, open, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { Snapshot } from './gather.ts'

interface Kept {
  format: 1
  /** In milliseconds since 1970. */
  savedAt: number
  snapshot: Snapshot
}

/** Where a snapshot is kept, for so many seconds. The name says nothing of who asked for it. */
export interface CachePlace {
  folder: string
  file: string
  seconds: number
}

/** The file for everything that decides what is read: who asks, and for what. */
export function cacheFile(prefix: string, decides: unknown): string {
  return `${prefix}oci-${createHash('sha256').update(JSON.stringify(decides)).digest('hex').slice(0, 32)}.json`
}

/** Null where nothing is kept, or it is too old or damaged. Throws DiagnosticsError where others could have written it. */
export async function readCache(place: CachePlace): Promise<Snapshot | null> {
  if (!(await isTrusted(place.folder))) return null
  const path = join(place.folder, place.file)
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') throw refused(`${path} is a symbolic link`)
    if (error.code === 'ENOENT') return null
    throw refused(`${path} cannot be read (${error.code ?? error.message})`)
  })
  if (handle === null) return null
  try {
    const why = distrust(await handle.stat(), 0o077)
    if (why !== null) throw refused(`${path} ${why}`)
    const kept = JSON.parse(await handle.readFile('utf8')) as Partial<Kept>
    const age = Date.now() - (kept.savedAt ?? 0)
    return kept.format === 1 && age >= 0 && age < place.seconds * 1000 ? (kept.snapshot ?? null) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  } finally {
    await handle.close()
  }
}

/** Replaces what was kept, all at once. Throws DiagnosticsError where it cannot, or the folder is not this user's alone. */
export async function writeCache(place: CachePlace, snapshot: Snapshot): Promise<void> {
  if (!(await isTrusted(place.folder))) await makeFolder(place.folder)
  const path = join(place.folder, place.file)
  // In containers one process has the number of the one before that was killed here.
  const fresh = `${path}.${randomUUID()}`
  try {
    const kept: Kept = { format: 1, savedAt: Date.now(), snapshot }
    await writeFile(fresh, JSON.stringify(kept), { mode: 0o600, flag: 'wx' })
    await rename(fresh, path)
  } catch (error) {
    throw refused(`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    await writeFile(join(folder, '.gitignore'), '*\n', { mode: 0o600 })
  } catch (error) {
    throw refused(`${folder} cannot be made (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
  }
}

/** False: it is not there. */
async function isTrusted(folder: string): Promise<boolean> {
  const state = await lstat(folder).catch(() => null)
  if (state === null) return false
  const why = state.isDirectory()
    ? distrust(state, 0o022)
    : state.isSymbolicLink()
      ? 'is a symbolic link'
      : 'is no folder'
  if (why !== null) throw refused(`${folder} ${why}`)
  return true
}

/** Others may see that a folder has files, as those that Ansible made; `open`: the bits of what they may not. */
function distrust({ uid, mode }: { uid: number; mode: number }, open: number): string | null {
  if (uid !== (process.getuid?.() ?? uid)) return `belongs to another user (uid ${uid})`
  return (mode & open) === 0 ? null : `is open to others (mode ${(mode & 0o777).toString(8)})`
}

function refused(summary: string): DiagnosticsError {
  const hint =
    'the cache holds what your tenancy has: give it to yourself alone (chmod 700), or name another folder by cache_connection'
  return new DiagnosticsError([errorDiagnostic('oci-cache', summary, { hint })])
}
