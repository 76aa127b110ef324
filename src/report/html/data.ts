/** What a page is made of, inside of it: JSON, compressed, with its SHA-256; and how another program reads it again. */
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { sanitizeJson } from '../sanitize.ts'

const OPEN = '<script type="application/octet-stream" id="data">'
const CLOSE = '</script>'
const STATED = ['<code id="content-hash">', '</code>'] as const
/** A gigabyte: more is no report. */
const MOST_BYTES = 2 ** 30

/** The data block of a page, and the SHA-256 of the bytes that its gzip holds, in hexadecimal. */
export interface Packed {
  block: string
  hash: string
}

/** No data: what a page holds while that of it is hashed which is not data. */
export const UNPACKED: Packed = { block: `${OPEN}${CLOSE}`, hash: '' }

/** `page`: with UNPACKED in the place of both. The data hold its SHA-256, so that theirs stands for the whole file. */
export function packData(data: object, page: string): Packed {
  const json = sanitizeJson(JSON.stringify({ ...data, page: sha256(page) }))
  return { block: `${OPEN}${gzipSync(json).toString('base64')}${CLOSE}`, hash: sha256(json) }
}

export interface HtmlReport {
  /** What the page says its hash is. */
  stated: string
  /** SHA-256 of the UTF-8 bytes of the JSON that the page holds compressed. */
  actual: string
  /** The JSON: an audit in columns (`matrix` and `evidence`) or a run (`report`). */
  data: unknown
  /** Whether all else in the page is as it was when the data were hashed. */
  isPageIntact: boolean
}

/** null where the text is no page of this tool, or none that can be read. */
export function readHtmlReport(html: string): HtmlReport | null {
  const packed = between(html, OPEN, CLOSE)
  const stated = between(html, ...STATED)
  if (packed === null || stated === null || !/^[\da-f]{64}$/.test(stated)) return null
  try {
    const json = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_BYTES })
    const data = JSON.parse(json.toString('utf8')) as { page?: unknown } | null
    const page = html
      .replace(`${OPEN}${packed}${CLOSE}`, UNPACKED.block)
      .replace(STATED.join(stated), STATED.join(UNPACKED.hash))
    return { stated, actual: sha256(json), data, isPageIntact: data?.page === sha256(page) }
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
