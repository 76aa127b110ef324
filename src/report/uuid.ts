/** Names as UUIDs: the same name has the same one in every report. */
import { createHash } from 'node:crypto'

/** Version 5 of RFC 9562: SHA-1 over the bytes of a namespace, itself a UUID, and the name. */
export function uuidOf(name: string, namespace: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
