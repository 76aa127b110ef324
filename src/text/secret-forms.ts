/** The forms in which a secret turns up in output: quoted, escaped and encoded as programs do. Pure. */

/** Characters; shorter ones stand in too much that is no secret, so they are not looked for. */
export const SHORTEST_SECRET = 4

/** All forms of a secret, itself among them. Of one with several lines also those of each line; none below 4 characters. */
export function secretForms(secret: string): Set<string> {
  const forms = new Set<string>()
  for (const part of new Set([secret, secret.trim(), ...secret.split(/\r?\n/), ...secret.split(/\r?\n/).map(trim)])) {
    if (part.length < SHORTEST_SECRET) continue
    for (const form of [part, ...quoted(part), ...json(part), ...url(part), ...encoded(part)]) forms.add(form)
  }
  return forms
}

const trim = (text: string): string => text.trim()

/** As it stands between quotes of shells, of Python and of YAML. */
function quoted(text: string): string[] {
  const backslashed = text.replaceAll('\\', '\\\\')
  return [
    text.replaceAll("'", String.raw`'\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll("'", "''"),
    text.replaceAll(/["\\$`]/g, String.raw`\$&`),
    text.replaceAll(/[\s'"\\|&;()<>!{}*[\]?^$`]/g, String.raw`\$&`),
    text.replaceAll(/[\s'"\\|&;()<>!{}*[\]?^$`,]/g, String.raw`\$&`),
    backslashed.replaceAll("'", String.raw`\'`),
    backslashed,
  ]
}

/** As it stands in a JSON text: as written here, in ASCII alone, with `<>&` or `/` escaped, and in JSON inside of JSON. */
function json(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  const ascii = escapeUnits(plain, /[\u007F-\uFFFF]/g)
  const html = escapeUnits(plain, /[<>&]/g)
  const forms = [plain, ascii, html, escapeUnits(ascii, /[<>&]/g), plain.replaceAll('/', String.raw`\/`)]
  return [...forms, ...forms.map(upperEscapes), JSON.stringify(plain).slice(1, -1)]
}

function escapeUnits(text: string, which: RegExp): string {
  return text.replaceAll(which, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function upperEscapes(text: string): string {
  return text.replaceAll(/\\u[\da-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`)
}

/** Characters that encoders of URLs leave as they are: JavaScript's for parts and for whole URLs, RFC 3986, paths, forms. */
const KEPT_IN_URLS = [/[\w.!~*'()-]/, /[\w.!~*'();/?:@&=+$,#-]/, /[\w.~-]/, /[\w.~/-]/, /[\w.*-]/]

function url(text: string): string[] {
  const bytes = [...Buffer.from(text, 'utf8')]
  return KEPT_IN_URLS.flatMap((kept) => {
    const encode = (upper: boolean, space: string): string =>
      bytes.map((byte) => (byte === 0x20 ? space : percent(byte, kept, upper))).join('')
    return [encode(true, '%20'), encode(false, '%20'), encode(true, '+'), encode(false, '+')]
  })
}

function percent(byte: number, kept: RegExp, upper: boolean): string {
  const character = String.fromCharCode(byte)
  if (byte < 0x80 && kept.test(character)) return character
  const hex = byte.toString(16).padStart(2, '0')
  return `%${upper ? hex.toUpperCase() : hex}`
}

function encoded(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8')
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].flatMap((before) => base64At(bytes, before))
  const urlSafe = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  return [hex, hex.toUpperCase(), ...base64, ...urlSafe]
}

/**
 * The characters that bytes have in the base64 of a longer text, of which `before` bytes (modulo 3) come first: those that
 * are the same whatever stands around them; and, where the text ends with them, up to its end, without and with padding.
 */
function base64At(bytes: Buffer, before: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .slice(Math.ceil((before * 8) / 6))
  const sure = Math.floor(((before + bytes.length) * 8) / 6) - Math.ceil((before * 8) / 6)
  return [padded.slice(0, sure), padded.replaceAll('=', ''), padded]
}
