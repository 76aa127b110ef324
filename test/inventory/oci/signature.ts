/** Verifies a request as OCI does: the published signing scheme (draft-cavage-http-signatures-08, version 1), with the public key. */
import { createHash, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** OCI refuses a request whose time is further away. In milliseconds. */
const MOST_SKEW = 5 * 60_000

/** Who signed, or why that is not believed. `keyOf` knows the public key of an id, or null. */
export function verifyRequest(
  request: IncomingMessage,
  body: string,
  keyOf: (keyId: string) => KeyObject | null,
): { keyId: string } | { refused: string } {
  const header = request.headers.authorization ?? ''
  if (!header.startsWith('Signature ')) return { refused: 'no signature' }
  const fields = new Map(
    [...header.slice(10).matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
  if (fields.get('version') !== '1' || fields.get('algorithm') !== 'rsa-sha256')
    return { refused: 'version or algorithm' }
  const signed = (fields.get('headers') ?? '').split(' ')
  const hasDate = signed.includes('date') || signed.includes('x-date')
  const needed = [
    '(request-target)',
    'host',
    ...(request.method === 'POST' ? ['x-content-sha256', 'content-type', 'content-length'] : []),
  ]
  if (!hasDate || !needed.every((name) => signed.includes(name))) return { refused: `not signed: ${needed.join(' ')}` }
  const date = request.headers['x-date'] ?? request.headers.date
  if (Math.abs(Date.now() - Date.parse(String(date))) > MOST_SKEW) return { refused: 'clock skew' }
  if (
    request.method === 'POST' &&
    request.headers['x-content-sha256'] !== createHash('sha256').update(body).digest('base64')
  ) {
    return { refused: 'the body is another' }
  }
  const lines = signed.map((name) => {
    const value =
      name === '(request-target)' ? `${request.method?.toLowerCase()} ${request.url}` : request.headers[name]
    return `${name}: ${String(value)}`
  })
  const key = keyOf(fields.get('keyId') ?? '')
  if (key === null) return { refused: 'unknown key' }
  const signature = Buffer.from(fields.get('signature') ?? '', 'base64')
  const isRight = verify('RSA-SHA256', Buffer.from(lines.join('\n')), key, signature)
  return isRight ? { keyId: fields.get('keyId') ?? '' } : { refused: 'wrong signature' }
}
