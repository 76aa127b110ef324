/** ProxyJump: the SSH servers that a connection goes through. */
import type { SshOptionDirective } from './ssh-config-parse.ts'
import { readPort } from './ssh-config-values.ts'

export interface SshJump {
  host: string
  /** Null: as configured for the jump host. */
  user: string | null
  port: number | null
  /** Options that come before what is configured for the jump host, and after `user` and `port`. */
  own?: readonly SshOptionDirective[]
}

/** Reads `[user@]host[:port]` or an ssh:// URI, several between commas, the first one first. `none` is an empty list;
 * null for what OpenSSH refuses. Source: readconf.c, parse_jump. */
export function parseJumps(text: string): SshJump[] | null {
  const list = text.replace(/#.*$/s, '').trimEnd()
  if (list.toLowerCase() === 'none') return []
  const jumps = list.split(',').map(parseJump)
  return jumps.every((jump) => jump !== null) ? jumps : null
}

function parseJump(text: string): SshJump | null {
  return text.startsWith('ssh://') ? parseUri(text.slice('ssh://'.length)) : parsePlain(text)
}

function parsePlain(text: string): SshJump | null {
  const at = text.lastIndexOf('@')
  const user = at < 0 ? null : text.slice(0, at)
  const place = parseHostPort(text.slice(at + 1))
  return user === '' || place === null ? null : { user, ...place }
}

function parseUri(text: string): SshJump | null {
  const at = text.indexOf('@')
  const user = at < 0 ? null : decode(text.slice(0, at).replace(/;.*$/s, ''))
  if (at >= 0 && (user === null || user === '')) return null
  const place = parseHostPort(text.slice(at + 1).replace(/\/$/, ''))
  // A URI names no path, and its host has the letters of a host name only.
  return place === null || !/^[\w.:%-]+$/.test(place.host) ? null : { user, ...place }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function parseHostPort(text: string): { host: string; port: number | null } | null {
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]*)\]|([^:/[][^:/]*))(?:[:/](.*))?$/s.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === '') return null
  if (port === '') return { host, port: null }
  const number = readPort(port)
  return number === null ? null : { host, port: Number(number) }
}

/** As `ssh -G` writes the list. */
export function renderJumps(jumps: readonly SshJump[]): string {
  return jumps.length === 0 ? 'none' : jumps.map(renderJump).join(',')
}

function renderJump({ host, user, port }: SshJump): string {
  const name = host.includes(':') || /^[\d.]+$/.test(host) ? `[${host}]` : host
  return `${user === null ? '' : `${user}@`}${name}${port === null ? '' : `:${port}`}`
}
