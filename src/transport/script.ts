/** A script on its way to the host; the one place where the secrets in it are revealed. */
import type { Writable } from 'node:stream'
import type { ScriptPart } from './types.ts'

/** Bytes per write: large enough to be quick, small enough that a slow host holds back what is buffered here. */
const CHUNK = 64 * 1024

/** The script as it goes over the wire. */
export function scriptText(parts: readonly ScriptPart[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : part.reveal())).join('')
}

/** Writes the whole script, waiting while the host does not take more; stops early once `ended` has resolved. */
export async function streamScript(
  stdin: Writable,
  parts: readonly ScriptPart[],
  ended: Promise<unknown>,
): Promise<void> {
  const bytes = Buffer.from(scriptText(parts))
  const stopped = ended.then(() => true)
  for (let at = 0; at < bytes.length; at += CHUNK) {
    if (stdin.write(bytes.subarray(at, at + CHUNK))) continue
    const drained = new Promise<boolean>((resolve) => stdin.once('drain', () => resolve(false)))
    if (await Promise.race([drained, stopped])) return
  }
}

/** Writes what `texts` brings, as it comes, until it ends or `ended` resolves. */
export async function feed(stdin: Writable, texts: AsyncIterable<string>, ended: Promise<unknown>): Promise<void> {
  const over = ended.then(() => ({ done: true as const, value: undefined }))
  const next = texts[Symbol.asyncIterator]()
  for (;;) {
    const step = await Promise.race([next.next(), over])
    if (step.done === true) return
    stdin.write(step.value)
  }
}
