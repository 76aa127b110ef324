/** known_hosts files on disk: parsed again only when they have changed, and appended to by one at a time. */
import { statSync } from 'node:fs'
import { mkdir, open, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { KnownHostsIndex } from './known-hosts.ts'
import { indexKnownHosts, parseKnownHosts, renderKnownHost } from './known-hosts.ts'

export interface KnownHostsFiles {
  /** Files that are absent or unreadable hold no entries, as for OpenSSH; strict checking then finds the host unknown. */
  read: (files: readonly string[]) => Promise<KnownHostsIndex[]>
  /** Runs what looks into a file and then adds to it, while nobody else of this process does. */
  alone: <T>(file: string, work: () => Promise<T>) => Promise<T>
  /** Appends an entry in one write and waits until it is on disk. Throws what node:fs throws. */
  record: (file: string, name: string, key: Buffer, hashed: boolean) => Promise<void>
}

interface Cached {
  stamp: string
  index: KnownHostsIndex
  /** Number of the line that would come next. */
  nextLine: number
}

export function createKnownHostsFiles(): KnownHostsFiles {
  const cache = new Map<string, Promise<Cached | null>>()
  const turns = new Map<string, Promise<unknown>>()

  const current = async (file: string): Promise<Cached | null> => {
    const stamp = stampOf(file)
    const cached = await cache.get(file)
    if (cached?.stamp === stamp) return cached
    // Several connections that start at once share one parse.
    const loading = stamp === null ? Promise.resolve(null) : load(file, stamp)
    cache.set(file, loading)
    return loading
  }

  return {
    read: async (files) => (await Promise.all(files.map(current))).flatMap((cached) => cached?.index ?? []),
    alone: (file, work) => {
      const turn = (turns.get(file) ?? Promise.resolve()).then(work)
      turns.set(
        file,
        turn.catch(() => {}),
      )
      return turn
    },
    record: async (file, name, key, hashed) => {
      const line = renderKnownHost(name, key, hashed ? randomBytes(20) : undefined)
      const cached = await current(file)
      const stamp = await append(file, `${line}\n`)
      // Told to the cache, so that a file with thousands of new hosts is not parsed thousands of times.
      if (cached === null || stamp === null) return
      cached.index.add(parseKnownHosts(line, file).map((entry) => Object.assign(entry, { line: cached.nextLine })))
      cache.set(file, Promise.resolve({ ...cached, stamp, nextLine: cached.nextLine + 1 }))
    },
  }
}

/** Asked several times for each connection: at once, as a hand-over to another thread costs a hundred times as much. */
function stampOf(file: string): string | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    return stats === undefined ? null : `${stats.mtimeMs} ${stats.size} ${stats.ino}`
  } catch {
    return null
  }
}

async function load(file: string, stamp: string): Promise<Cached | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const lines = text.split('\n').length
  return {
    stamp,
    index: indexKnownHosts(parseKnownHosts(text, file)),
    nextLine: text === '' || text.endsWith('\n') ? lines : lines + 1,
  }
}

/** The file's new stamp; null where others wrote meanwhile, or where it is no regular file. */
async function append(file: string, text: string): Promise<string | null> {
  // As ssh makes ~/.ssh.
  await mkdir(dirname(file), { mode: 0o700 }).catch(() => {})
  const handle = await open(file, 'a+', 0o600)
  try {
    const before = await handle.stat()
    const bytes = Buffer.from((await endsInMidLine(handle, before.size)) ? `\n${text}` : text)
    const { bytesWritten } = await handle.write(bytes)
    if (bytesWritten < bytes.length) throw new Error(`${file}: only a part of the entry could be written`)
    if (!before.isFile()) return null
    await handle.sync()
    const after = await handle.stat()
    if (after.size !== before.size + bytes.length) return null
    return `${after.mtimeMs} ${after.size} ${after.ino}`
  } finally {
    await handle.close()
  }
}

async function endsInMidLine(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer.toString() !== '\n'
}
