/** What a page is made of, inside of it: JSON, compressed, with its SHA-256; and how another program reads it again. */
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { sanitizeJson } from '../sanitize.ts'

const OPEN = '<script type="application/octet-stream" id="data">'
const CLOSE = '</script>'
/** Round what is shown without scripts. */
const SHOWN = ['<!--shown-->', '<!--/shown-->'] as const
/** A gigabyte: more is no report. */
const MOST_BYTES = 2 ** 30

/** The data block of a page, and the SHA-256 of the bytes that its gzip holds, in hexadecimal. */
export interface Packed {
  block: string
  hash: string
}

/** `shown`: the page without scripts, of which the data hold the SHA-256, so that theirs stands for both. */
export function packData(data: object, shown: string): Packed {
  const json = sanitizeJson(JSON.stringify({ ...data, shown: sha256(shown) }))
  return { block: `${OPEN}${gzipSync(json).toString('base64')}${CLOSE}`, hash: sha256(json) }
}

export function markShown(shown: string): string {
  return `${SHOWN[0]}${shown}${SHOWN[1]}`
}

export interface HtmlReport {
  /** What the page says its hash is. */
  stated: string
  /** SHA-256 of the UTF-8 bytes of the JSON that the page holds compressed. */
  actual: string
  /** The JSON: an audit in columns (`matrix` and `evidence`) or a run (`report`). */
  data: unknown
  /** Whether what the page shows without scripts is as it was when the data were hashed. */
  isShownIntact: boolean
}

/** null where the text is no page of this tool, or none that can be read. */
export function readHtmlReport(html: string): HtmlReport | null {
  const packed = between(html, OPEN, CLOSE)
  const shown = between(html, ...SHOWN)
  const stated = between(html, '<code id="content-hash">', '</code>')
  if (packed === null || shown === null || stated === null || !/^[\da-f]{64}$/.test(stated)) return null
  try {
    const json = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_BYTES })
    const data = JSON.parse(json.toString('utf8')) as { shown?: unknown } | null
    return { stated, actual: sha256(json), data, isShownIntact: data?.shown === sha256(shown) }
  } catch {
    return null
  }
}

/** null also where there are two: a browser and this program could take different ones. */
function between(html: string, open: string, close: string): string | null {
  const parts = html.split(open)
  const end = parts[1]?.indexOf(close) ?? -1
  return parts.length === 2 && end >= 0 ? parts[1]!.slice(0, end) : null
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
