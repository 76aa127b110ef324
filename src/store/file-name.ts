/** Names of hosts as names of files. */
import { createHash } from 'node:crypto'

/**
 * The host's name where it is safe and short, else its safe part and a hash of the whole, so that different hosts never
 * share a file, also where the file system ignores case.
 */
export function hostFileName(host: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(host)) return host
  const safe = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '_')
    .replace(/^[._-]+/, '')
    .slice(0, 60)
  return `${safe}~${createHash('sha256').update(host, 'utf8').digest('hex').slice(0, 16)}`
}
