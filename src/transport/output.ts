/** Collects what a script prints: bounded, decoded once, and line by line for those who watch. */

export interface OutputCollector {
  /** Whether the cap allows for more; after false nothing is kept any longer. */
  stdout: (chunk: Buffer) => boolean
  stderr: (chunk: Buffer) => boolean
  /** Both streams as UTF-8; hands a last line without a line feed to `onLine`. */
  finish: () => { stdout: string; stderr: string }
}

/** `cap` is in bytes, for both streams together. */
export function createOutputCollector(cap: number, onLine?: (line: string) => void): OutputCollector {
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] }
  const lines = onLine === undefined ? null : createLineSplitter(onLine)
  let left = cap
  const keep = (stream: 'stdout' | 'stderr', chunk: Buffer): Buffer => {
    const kept = chunk.length <= left ? chunk : chunk.subarray(0, left)
    left -= kept.length
    if (kept.length > 0) chunks[stream].push(kept)
    return kept
  }
  return {
    stdout: (chunk) => {
      const kept = keep('stdout', chunk)
      lines?.feed(kept)
      return kept.length === chunk.length
    },
    stderr: (chunk) => keep('stderr', chunk).length === chunk.length,
    finish: () => {
      lines?.finish()
      return {
        stdout: Buffer.concat(chunks.stdout).toString('utf8'),
        stderr: Buffer.concat(chunks.stderr).toString('utf8'),
      }
    },
  }
}

function createLineSplitter(onLine: (line: string) => void): { feed: (chunk: Buffer) => void; finish: () => void } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  // Parts of a line that is not finished, joined only when it is: a long line in many chunks stays linear.
  let parts: string[] = []
  const take = (text: string): void => {
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      parts.push(text.slice(from, end))
      const line = parts.length === 1 ? parts[0]! : parts.join('')
      parts = []
      from = end + 1
      onLine(line)
    }
    if (from < text.length) parts.push(text.slice(from))
  }
  return {
    feed: (chunk) => take(decoder.decode(chunk, { stream: true })),
    finish: () => {
      take(decoder.decode())
      const last = parts.join('')
      parts = []
      if (last !== '') onLine(last)
    },
  }
}
