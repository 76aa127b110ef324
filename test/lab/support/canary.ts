/** Canaries: secrets that are planted, and looked for afterwards wherever they could have got to, in every form. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A password that every encoder changes. */
export function newCanary(name: string): string {
  return `${name} c4n'ary&"$<${randomBytes(6).toString('hex')}`
}

/** The canary as programs write it. Of base64 the part that is the same wherever it stands in a longer text. */
function formsOf(canary: string): string[] {
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(canary)])
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1)
      .replace(/.?=*$/, ''),
  )
  const hex = Buffer.from(canary).toString('hex')
  return [
    canary,
    canary.replaceAll("'", String.raw`'\''`),
    canary.replaceAll(/["$]/g, String.raw`\$&`),
    JSON.stringify(canary).slice(1, -1),
    encodeURIComponent(canary),
    encodeURIComponent(canary).replaceAll('%20', '+'),
    new URLSearchParams({ '': canary }).toString().slice(1),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    // What a cut may leave of it.
    canary.slice(-12),
  ]
}

export interface Canaries {
  /** One line each, for grep -F. */
  patterns: string[]
  /** Which of them stand in a text, each with its surroundings. */
  findIn: (text: string) => string[]
  /** Files below a folder that hold one. */
  findBelow: (folder: string) => string[]
}

export function canaries(values: readonly string[]): Canaries {
  const patterns = [...new Set(values.flatMap(formsOf))]
  const findIn = (text: string): string[] =>
    patterns.flatMap((pattern) => {
      const at = text.indexOf(pattern)
      return at === -1 ? [] : [text.slice(Math.max(0, at - 60), at + pattern.length)]
    })
  return {
    patterns,
    findIn,
    findBelow: (folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .filter(
          (file) => findIn(readFileSync(file, 'latin1')).length > 0 || findIn(readFileSync(file, 'utf8')).length > 0,
        ),
  }
}

/** What processes of this machine, those inside of lab hosts among them, showed of themselves. */
export interface Watch {
  /** Arguments and environments in which a canary stood. */
  found: string[]
  /** All arguments that were seen. */
  seen: Set<string>
  stop: () => Promise<void>
}

/** Looks again and again at the arguments and the environment of every process until it is stopped. */
export function watchProcesses({ findIn }: Canaries): Watch {
  const watch: Watch = { found: [], seen: new Set(), stop: async () => {} }
  const over = new AbortController()
  const loop = (async () => {
    while (!over.signal.aborted) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const args = readProc(pid, 'cmdline')
        watch.seen.add(args)
        const hits = [...findIn(args), ...findIn(readProc(pid, 'environ'))]
        watch.found.push(...hits.map((hit) => `${pid} (${args.slice(0, 200)}): ${hit}`))
      }
      await sleep(5)
    }
  })()
  watch.stop = async () => {
    over.abort()
    await loop
  }
  return watch
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}
