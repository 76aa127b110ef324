/** What the parsers share: did the probe's program run, which piece of the output is which, is the JSON as expected. */
import type { z } from 'zod'
import { FactUnreadable } from '../../model/fact.ts'
import type { ProbeOutput } from '../../model/fact.ts'

/** Part of a probe's output, with the exit status of the program that printed it. */
export interface Piece {
  text: string
  rc: number
}

/** Shell text that ends a piece of output: stands directly behind the program whose exit status it reports. */
export function endPiece(name: string): string {
  return `printf '\\n== ${name} %s\\n' $?`
}

/** The piece that `endPiece(name)` ended. */
export function piece(output: ProbeOutput, name: string): Piece {
  const found = splitPieces(output.stdout).get(name)
  if (found === undefined) throw new FactUnreadable(`the probe did not print its part "${name}"`)
  return found
}

function splitPieces(stdout: string): Map<string, Piece> {
  const pieces = new Map<string, Piece>()
  let from = 0
  for (const end of stdout.matchAll(/^== (\S+) (\d{1,3})\n?/gm)) {
    pieces.set(end[1]!, { text: stdout.slice(from, end.index).replace(/\n$/, ''), rc: Number(end[2]) })
    from = end.index + end[0].length
  }
  return pieces
}

/** Throws FactUnreadable where the program is missing, was refused or failed, with its own first line of complaint. */
export function requireSuccess(run: { rc: number; stderr?: string; text?: string }, program: string): void {
  if (run.rc === 0) return
  if (run.rc === 127)
    throw new FactUnreadable(`${program} is not installed`, `install it, or check the PATH of the host`)
  const complaint = firstLine(run.stderr) || firstLine(run.text) || 'it said nothing'
  // See ip-dump.ts.
  if (run.rc === 75 && `${run.stderr}${run.text}`.includes('ump was interrupted')) {
    throw new FactUnreadable(`what ${program} lists changes faster than it can be read`, 'run again')
  }
  if (/not permitted|permission denied|must be root|access denied/i.test(complaint)) {
    throw new FactUnreadable(`${program} needs root: ${complaint}`, 'use --become or connect as root')
  }
  if (
    /option "?-j"? is unknown|invalid option|unrecognized option|object "mptcp" is unknown|busybox/i.test(complaint)
  ) {
    throw new FactUnreadable(`${program} cannot answer this: ${complaint}`, 'install iproute2 5.9 or newer')
  }
  throw new FactUnreadable(`${program} ended with ${run.rc}: ${complaint}`)
}

/** Lines without their ends, empty ones left out. */
export function lines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '')
}

/** JSON of the given shape; nothing at all counts as an empty list, as some versions of ip print it. */
export function parseJson<T>(text: string, schema: z.ZodType<T>, program: string): T {
  let value: unknown
  // No name of a card or table holds one, and no command line can.
  if (text.includes(String.raw`\u0000`)) throw new FactUnreadable(`${program} printed a NUL character`)
  try {
    value = text.trim() === '' ? [] : JSON.parse(text)
  } catch {
    throw new FactUnreadable(`${program} printed no JSON: ${firstLine(text)}`, 'install iproute2 5.9 or newer')
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new FactUnreadable(`${program} printed JSON of an unknown shape at ${issue?.path.join('.')}: ${issue?.message}`)
}

/** First line that says something, at most 200 characters; empty where there is none. */
export function firstLine(text = ''): string {
  return (lines(text)[0] ?? '').trim().slice(0, 200)
}
