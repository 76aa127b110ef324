/**
 * What comes before the script: noise of login files and sudo's prompt, up to the marker that lets the script be sent.
 * Pure state over chunks; a marker may be cut anywhere between two of them.
 */
import type { Markers } from './command-line.ts'

export interface LoginGate {
  /** Bytes after the marker, null as long as stdout has not brought it. */
  stdout: (chunk: Buffer) => Buffer | null
  /** Bytes after the marker (null before it) and how many password prompts have been seen since the login began. */
  stderr: (chunk: Buffer) => { rest: Buffer | null; prompts: number }
  /** The last of what both streams brought before their markers, for error messages. */
  noise: () => string
}

/** Bytes of noise that are remembered per stream; more than any marker is long. */
const REMEMBERED = 4096

export function createLoginGate(markers: Markers): LoginGate {
  const out = createScanner(markers.ready, null)
  const err = createScanner(markers.ready, markers.password)
  return {
    stdout: out.feed,
    stderr: (chunk) => ({ rest: err.feed(chunk), prompts: err.prompts() }),
    noise: () => `${err.noise()}\n${out.noise()}`.replaceAll(markers.password, '').trim(),
  }
}

function createScanner(
  ready: string,
  prompt: string | null,
): { feed: (chunk: Buffer) => Buffer | null; prompts: () => number; noise: () => string } {
  let pending: Buffer = Buffer.alloc(0)
  /** Where in `pending` the search for prompts goes on. */
  let searched = 0
  let prompts = 0
  let open = false
  const feed = (chunk: Buffer): Buffer | null => {
    if (open) return chunk
    pending = Buffer.concat([pending, chunk])
    const end = pending.indexOf(ready)
    const noise = end < 0 ? pending : pending.subarray(0, end)
    if (prompt !== null) {
      let at = noise.indexOf(prompt, searched)
      while (at >= 0) {
        prompts++
        searched = at + prompt.length
        at = noise.indexOf(prompt, searched)
      }
    }
    if (end >= 0) {
      open = true
      const rest = pending.subarray(end + ready.length)
      pending = noise
      return rest
    }
    if (pending.length > REMEMBERED) {
      const cut = pending.length - REMEMBERED
      pending = Buffer.from(pending.subarray(cut))
      searched = Math.max(0, searched - cut)
    }
    return null
  }
  return { feed, prompts: () => prompts, noise: () => pending.toString('utf8') }
}
