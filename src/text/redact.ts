/** Takes known secrets out of text, in whatever form they stand there. Pure; see secret-forms.ts for the forms. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { Secret } from '../model/secret.ts'
import { secretForms, SHORTEST_SECRET } from './secret-forms.ts'
import type { Scan, Span } from './string-matcher.ts'
import { createMatcher } from './string-matcher.ts'

/** What stands in the place of a secret. */
const HIDDEN = '[secret]'

/** The secrets of one run. Costs nothing while it knows none, else one pass over the text however many they are. */
export interface Redactor {
  /** Makes a secret known; `origin` names the variable or flag that it came from. */
  add: (secret: Secret, origin: string) => void
  /** The text with `[secret]` in the place of each occurrence; occurrences that overlap become one. */
  text: (text: string) => string
  /** A copy of JSON-like data, its keys and texts redacted. Secrets and symbols stay what they are. */
  value: (value: unknown) => unknown
  /** The same for a record of our own: keys stay, and so do texts below `names`; below `data` all is as in `value`. */
  record: <T>(record: T, fields: { names: ReadonlySet<string>; data: ReadonlySet<string> }) => T
  /** Whether a secret stands in the text. */
  occursIn: (text: string) => boolean
  /** For a text that comes in pieces. */
  stream: () => RedactStream
  /** One warning for each secret that is too short to be looked for, by its origin. */
  warnings: () => Diagnostic[]
}

/** Both give the text that can go out; what might be the beginning of a secret is held back until the next piece. */
export interface RedactStream {
  write: (piece: string) => string
  /** The rest, once no piece follows, or none soon. */
  flush: () => string
}

/** Knows no secret yet. */
export function createRedactor(): Redactor {
  const known = new Set<string>()
  const short = new Set<string>()
  let newScan: (() => Scan) | null = null
  const scanner = (): (() => Scan) => {
    newScan ??= createMatcher([...known].flatMap((secret) => [...secretForms(secret)]))
    return newScan
  }
  const find = (text: string): Span[] => {
    const found: Span[] = []
    scanner()().feed(text, (match) => merge(found, match))
    return found
  }
  const redactText = (text: string): string => {
    if (known.size === 0) return text
    const found = find(text)
    return found.length === 0 ? text : hide(text, found)
  }
  return {
    add: (secret, origin) => {
      const value = secret.reveal()
      if (value === '' || known.has(value)) return
      if (value.trim().length < SHORTEST_SECRET) {
        short.add(origin)
        return
      }
      known.add(value)
      newScan = null
    },
    text: redactText,
    value: (value) => (known.size === 0 ? value : redactValue(value, redactText)),
    record: (record, fields) => (known.size === 0 ? record : redactRecord(record, '', fields, redactText)),
    occursIn: (text) => known.size > 0 && find(text).length > 0,
    stream: () => createStream(() => (known.size === 0 ? null : scanner())),
    warnings: () => [...short].map(shortSecret),
  }
}

function createStream(scanner: () => (() => Scan) | null): RedactStream {
  /** Null while no secret is known; else the scan, what made it, and how much text had gone out before it. */
  let current: { made: () => Scan; scan: Scan; gone: number } | null = null
  let held = ''
  let found: Span[] = []
  /** Lets the first `count` characters go; no match lies across their end. */
  const release = (count: number): string => {
    const out = hide(
      held.slice(0, count),
      found.filter((span) => span.end <= count),
    )
    found = found
      .filter((span) => span.end > count)
      .map((span) => ({ start: span.start - count, end: span.end - count }))
    held = held.slice(count)
    if (current !== null) current.gone += count
    return out
  }
  return {
    write: (piece) => {
      const made = scanner()
      if (made === null) return piece
      if (current?.made !== made) {
        // A secret became known in between: what is held back is looked at again.
        current = { made, scan: made(), gone: 0 }
        found = []
        scanInto(held)
      }
      held += piece
      scanInto(piece)
      const open = held.length - current.scan.open()
      // A match that reaches into the open part may yet grow.
      return release(Math.min(open, found.find((span) => span.end > open)?.start ?? open))
    },
    flush: () => {
      const out = release(held.length)
      current = null
      return out
    },
  }

  function scanInto(piece: string): void {
    const { scan, gone } = current!
    scan.feed(piece, ({ start, end }) => merge(found, { start: start - gone, end: end - gone }))
  }
}

/** Adds a match to spans in order that do not overlap; it ends where none of them ends later. */
function merge(found: Span[], match: Span): void {
  let { start } = match
  for (let last = found.at(-1); last !== undefined && last.end > start; last = found.at(-1)) {
    start = Math.min(start, last.start)
    found.pop()
  }
  found.push({ start, end: match.end })
}

function hide(text: string, spans: readonly Span[]): string {
  let out = ''
  let at = 0
  for (const { start, end } of spans) {
    out += text.slice(at, start) + HIDDEN
    at = end
  }
  return out + text.slice(at)
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact))
  const pair = ([key, item]: [unknown, unknown]): [unknown, unknown] => [
    redactValue(key, redact),
    redactValue(item, redact),
  ]
  return value instanceof Map
    ? new Map([...value].map(pair))
    : Object.fromEntries(Object.entries(value).map(pair) as [string, unknown][])
}

function redactRecord<T>(
  value: T,
  field: string,
  fields: { names: ReadonlySet<string>; data: ReadonlySet<string> },
  redact: (text: string) => string,
): T
function redactRecord(
  value: unknown,
  field: string,
  fields: { names: ReadonlySet<string>; data: ReadonlySet<string> },
  redact: (text: string) => string,
): unknown {
  if (typeof value === 'string') return fields.names.has(field) ? value : redact(value)
  if (fields.data.has(field)) return redactValue(value, redact)
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value
  if (Array.isArray(value)) return value.map((item: unknown) => redactRecord(item, field, fields, redact))
  const entries = Object.entries(value).map(([key, item]) => [key, redactRecord(item, key, fields, redact)])
  return Object.fromEntries(entries)
}

function shortSecret(origin: string): Diagnostic {
  const summary = `${origin}: a secret of fewer than ${SHORTEST_SECRET} characters cannot be kept out of what is shown`
  const hint = 'use a longer one: so short a text stands in much that is no secret'
  return { ...errorDiagnostic('short-secret', summary, { hint }), severity: 'warning' }
}
