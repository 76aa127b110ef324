/** Text as a host may print it that is broken, lies, or is in an attacker's hands: for properties of whatever reads it. */
import * as fc from 'fast-check'

/** Names that objects have by themselves, so that a record keyed by a host's words must not find them. */
export const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']

/** What moves a cursor, turns the direction of text, or ends a line where nobody looks for an end. */
export const ESCAPES = [
  '\u001B[2J\u001B[1;31m',
  '\u001B]0;title\u0007',
  '\u009B31m',
  '\u0000',
  '\r',
  '\b\b\b',
  '\u202E',
  '\u2028',
  '\u2029',
  '\uD800',
  '\uFEFF',
]

/** Templates of engines and shells, and HTML, formulas. */
const CODE = ['{{ 7 * 7 }}', '{% for x in range(9) %}', '${jndi:x}', '$(id)', '`id`', '<script>', '=1+1', "'; id #"]

const NUMBERS = [
  '0',
  '-1',
  '1e999',
  '-1e999',
  '4294967296',
  '18446744073709551615',
  `9${'0'.repeat(400)}`,
  '0x1f',
  '1,5',
]

/** Where a number or a word stands in a text, another comes. */
const words = fc.oneof(
  fc.constantFrom(...INHERITED, ...ESCAPES, ...CODE, ...NUMBERS, '', ' ', ':', '/', '@', '== x 0', '%', 'null'),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('x', '9', '=', '[', '" ').map((unit) => unit.repeat(5000)),
)

/** Values in the place of others in what programs print as JSON. */
const values = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 0, -1, 1e21, 1.5, 4294967296, [], {}, [[]], [{}], ['x'], { ifname: 'a' }),
  fc.constantFrom(...INHERITED, ...ESCAPES, ...CODE, ...NUMBERS),
  fc.string(),
  fc.double(),
  fc.integer({ min: 1, max: 200 }).map((depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown),
)

export type Edit = (text: string) => string

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** Changes one line, chosen by its place. */
function onLine(at: number, change: (lines: string[], index: number) => void): Edit {
  return (text) => {
    const lines = text.split('\n')
    change(lines, Math.floor(at * lines.length))
    return lines.join('\n')
  }
}

/** Replaces the match at a place; the text as it is where there is none. */
function replaceOne(pattern: RegExp, at: number, by: string): Edit {
  return (text) => {
    const matches = [...text.matchAll(pattern)]
    const match = matches[Math.floor(at * matches.length)]
    if (match === undefined) return text
    return text.slice(0, match.index) + by + text.slice(match.index + match[0].length)
  }
}

const edits: fc.Arbitrary<Edit> = fc.oneof(
  place.map((at) => onLine(at, (lines, i) => lines.splice(i, 1))),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([at, times]) => {
    return onLine(at, (lines, i) => lines.splice(i, 0, ...Array.from({ length: times }, () => lines[i]!)))
  }),
  fc.tuple(place, place).map(([a, b]) =>
    onLine(a, (lines, i) => {
      const j = Math.floor(b * lines.length)
      ;[lines[i], lines[j]] = [lines[j]!, lines[i]!]
    }),
  ),
  fc.tuple(place, place).map(([a, b]) =>
    onLine(a, (lines, i) => {
      lines[i] = lines[i]!.slice(0, Math.floor(b * lines[i]!.length))
    }),
  ),
  place.map(
    (at): Edit =>
      (text) =>
        text.slice(0, Math.floor(at * text.length)),
  ),
  fc.tuple(place, words).map(([at, word]) => onLine(at, (lines, i) => lines.splice(i, 0, word))),
  fc.tuple(place, words).map(([at, word]): Edit => {
    return (text) => text.slice(0, Math.floor(at * text.length)) + word + text.slice(Math.floor(at * text.length))
  }),
  fc.tuple(place, fc.constantFrom(...NUMBERS)).map(([at, number]) => replaceOne(/\d+/g, at, number)),
  fc.tuple(place, words).map(([at, word]) => replaceOne(/[^\s:=/"]+/g, at, word)),
  fc.tuple(place, place, values, words).map(([at, below, value, word]): Edit => inJson(at, below, value, word)),
)

/** Changes something inside the line of JSON at a place: a value, or the name of a key. */
function inJson(at: number, below: number, value: unknown, word: string): Edit {
  return onLine(at, (lines, i) => {
    let root: unknown
    try {
      root = JSON.parse(lines[i]!)
    } catch {
      return
    }
    const spots = spotsOf(root)
    const spot = spots[Math.floor(below * spots.length)]
    if (spot === undefined) return
    const { owner, key } = spot
    if (word.length % 3 === 0) owner[key] = value
    else if (word.length % 3 === 1) delete owner[key]
    else Object.defineProperty(owner, word, { value: owner[key], enumerable: true, configurable: true, writable: true })
    lines[i] = JSON.stringify(root)
  })
}

function spotsOf(value: unknown): { owner: Record<string, unknown>; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const owner = value as Record<string, unknown>
  return Object.keys(owner).flatMap((key) => [{ owner, key }, ...spotsOf(owner[key])])
}

/** Changes of a text in up to six places. */
export const mutation: fc.Arbitrary<Edit> = fc
  .array(edits, { minLength: 1, maxLength: 6 })
  .map((list) => (text) => list.reduce((changed, edit) => (changed.length < 1_000_000 ? edit(changed) : changed), text))

/** Anything at all: text, and bytes decoded as the transport decodes them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.array(words, { maxLength: 12 }).map((list) => list.join('\n')),
  fc.json({ maxDepth: 6 }),
)

/** What a host prints in the place of `example`. */
export function hostileText(example: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: mutation.map((change) => change(example)) },
    { weight: 1, arbitrary: anyText },
  )
}
