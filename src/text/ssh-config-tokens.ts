/** `%h`, `${NAME}` and `~` in values of ssh_config; see ssh_config(5), TOKENS and ENVIRONMENT VARIABLES. */
import { createHash } from 'node:crypto'

/** This machine and its user, as far as OpenSSH's configuration can name them. */
export interface SshLocal {
  /** Home directory, user name and number as in the password database. */
  home: string
  user: string
  uid: number
  hostName: string
  /** Relative files are relative to it. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** The home directory of another user, or null where there is none. */
  homeOf: (user: string) => string | null
}

/** What the tokens stand for, for one host. */
export interface TokenValues {
  host: string
  originalHost: string
  port: number
  user: string
  /** The name under which the host's key is known: HostKeyAlias, else the name as given. */
  keyAlias: string
  /** The last jump host, or empty. */
  jumpHost: string
}

/** What stands in a value cannot be expanded. */
export class TokenError extends Error {}

/** Expands `%` tokens and environment variables. Throws TokenError. */
export function expandTokens(text: string, values: TokenValues, local: SshLocal): string {
  return text.replaceAll(/\$\{([^}]*)(\}?)|%(.?)/gs, (_, name?: string, brace?: string, token?: string) => {
    if (name === undefined) return tokenValue(token ?? '', values, local)
    if (brace === '' || name === '') throw new TokenError('${ begins no name of an environment variable')
    const value = local.env[name]
    if (value === undefined) throw new TokenError(`the environment variable ${name} is not set`)
    return value
  })
}

/** Expands `%h` and `%%`, which is all that HostName takes. Throws TokenError. */
export function expandHostName(text: string, host: string): string {
  return expandFew(text, { '%': '%', h: host })
}

/** Expands what ProxyJump takes (`%h`, `%n`, `%p`, `%r`) for the host that is reached through it. Throws TokenError. */
export function expandJump<T extends { host: string; user: string | null }>(
  jump: T,
  values: { hostName: string; name: string; port: number; user: string },
): T {
  const known = { '%': '%', h: values.hostName, n: values.name, p: String(values.port), r: values.user }
  const { host, user } = jump
  return { ...jump, host: expandFew(host, known), user: user === null ? null : expandFew(user, known) }
}

function expandFew(text: string, known: Readonly<Record<string, string>>): string {
  return text.replaceAll(/%(.?)/gs, (_, token: string) => {
    if (!Object.hasOwn(known, token)) throw unknownToken(token)
    return known[token]!
  })
}

function unknownToken(token: string): TokenError {
  return new TokenError(token === '' ? '% stands at its end' : `%${token} is no token that it takes`)
}

function tokenValue(token: string, values: TokenValues, local: SshLocal): string {
  switch (token) {
    case '%':
      return '%'
    case 'C':
      return connectionHash(values, local)
    case 'L':
      return local.hostName.replace(/\..*$/s, '')
    case 'd':
      return local.home
    case 'h':
      return values.host
    case 'i':
      return String(local.uid)
    case 'j':
      return values.jumpHost
    case 'k':
      return values.keyAlias
    case 'l':
      return local.hostName
    case 'n':
      return values.originalHost
    case 'p':
      return String(values.port)
    case 'r':
      return values.user
    case 'u':
      return local.user
    default:
      throw unknownToken(token)
  }
}

/** Source: readconf.c, ssh_connection_hash; the jump host is part of it since OpenSSH 9.6. */
function connectionHash({ host, port, user, jumpHost }: TokenValues, local: SshLocal): string {
  return createHash('sha1').update(`${local.hostName}${host}${port}${user}${jumpHost}`).digest('hex')
}

/** Expands `~` and `~user` at the start of a path. Throws TokenError where there is no such user. */
export function expandTilde(path: string, local: SshLocal): string {
  if (!path.startsWith('~')) return path
  const [, user = '', rest = ''] = /^~([^/]*)\/*(.*)$/s.exec(path) ?? []
  const home = user === '' ? local.home : local.homeOf(user)
  if (home === null) throw new TokenError(`there is no user ${user}`)
  return `${home.endsWith('/') ? home : `${home}/`}${rest}`
}
