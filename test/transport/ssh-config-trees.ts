/** Trees of ssh_config files made at random, of few names and values, so that blocks match often. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'

const NAMES = ['web1', 'web2.example.com', 'DB-1', '10.0.0.7', '2001:DB8::0001', 'alias', '127.1', 'x']
const USERS = ['root', 'opc', 'admin', userInfo().username]
const PATTERNS = [
  '*',
  'web?',
  'web1',
  '*.example.com',
  '10.0.*',
  'db-1',
  'DB-1',
  'alias',
  '2001:*',
  'x',
  'real.example.net',
]
const of = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const list = (arbitrary: fc.Arbitrary<string>, most = 3): fc.Arbitrary<string> =>
  fc.array(arbitrary, { minLength: 1, maxLength: most }).map((items) => items.join(','))
const time = of('0', '5', '90', '1m', '1h30m', '2m30', '1d', 'none')
const path = of(
  '/k/one',
  '~/.ssh/two',
  '/k/%h-%n',
  '/k/%u/%r@%p',
  '/k/%d%i',
  '/k/%k%%',
  'relative/key',
  '/k/${FLEET_TEST}',
)
const file = of('/kh/one', '~/kh2', '/kh/%h', '/kh/%k.%p', 'kh', '/kh/${FLEET_TEST}', '/kh/%l.%L')
const flag = of('yes', 'no', 'true', 'FALSE', 'Yes')
const signatures = fc
  .tuple(of('', '+', '-', '^'), list(of('ssh-ed25519', 'ecdsa-sha2-*', 'rsa-sha2-512', 'ssh-rsa', '*cert*')))
  .map((parts) => parts.join(''))

const algorithmList = (names: string[], wildcard: string): fc.Arbitrary<string> =>
  fc
    .tuple(of('', '', '+', '-', '^'), list(fc.oneof({ weight: 4, arbitrary: of(...names) }, of(wildcard))))
    // Only lists that take something out, or those of key types, may hold wildcards.
    .map(([prefix, names]) =>
      prefix === '-' ? `-${names}` : `${prefix}${names.replaceAll(/,?[^,]*\*[^,]*/g, '').replace(/^,/, '')}`,
    )
    .filter((list) => /[\w]$/.test(list))

const VALUES: Record<string, fc.Arbitrary<string>> = {
  HostName: of('real.example.net', '%h.example.com', 'Upper.Example', '192.0.2.9', '%h', '2001:db8:0::5', 'a%%b'),
  User: of(...USERS),
  Port: of('22', '2222', '65535', '1'),
  IdentityFile: fc.oneof({ weight: 6, arbitrary: path }, of('none')),
  IdentitiesOnly: flag,
  IdentityAgent: of('none', 'SSH_AUTH_SOCK', '/run/agent-%u', '~/agent', '$MY_AGENT'),
  ProxyJump: fc.oneof(
    list(of('bastion', 'admin@gw', 'gw:2222', 'u@[2001:db8::1]:22', 'ssh://me@far:2200', '192.0.2.3')),
    of('none', 'None'),
  ),
  UserKnownHostsFile: fc.oneof(
    { weight: 5, arbitrary: fc.array(file, { minLength: 1, maxLength: 3 }).map(spaced) },
    of('none'),
  ),
  GlobalKnownHostsFile: of('/g/one', '/g/one /g/two', '~/g', 'none'),
  HostKeyAlias: of('alias', 'Other.Alias'),
  HostKeyAlgorithms: signatures,
  PubkeyAcceptedAlgorithms: signatures,
  PubkeyAcceptedKeyTypes: signatures,
  StrictHostKeyChecking: of('yes', 'no', 'ask', 'accept-new', 'off', 'Accept-New'),
  ConnectTimeout: time,
  ServerAliveInterval: time,
  ServerAliveCountMax: of('0', '3', '12'),
  Ciphers: algorithmList(['aes128-ctr', 'aes256-gcm@openssh.com', '3des-cbc', 'aes192-cbc'], 'aes*'),
  MACs: algorithmList(['hmac-sha1', 'umac-64@openssh.com', 'hmac-md5', 'hmac-sha2-256-etm@openssh.com'], 'hmac-sha*'),
  KexAlgorithms: algorithmList(['curve25519-sha256', 'diffie-hellman-group14-sha1', 'ecdh-sha2-nistp521'], 'ecdh-*'),
  PreferredAuthentications: of('publickey', 'password,publickey', 'gssapi-with-mic,keyboard-interactive'),
  AddressFamily: of('any', 'inet', 'inet6', 'INET'),
  PubkeyAuthentication: of('yes', 'no', 'unbound', 'host-bound'),
  PasswordAuthentication: flag,
  ChallengeResponseAuthentication: flag,
  HashKnownHosts: flag,
  RequiredRSASize: of('1024', '3072'),
  BindAddress: of('192.0.2.1', 'host.name'),
  CheckHostIP: flag,
  VerifyHostKeyDNS: of('yes', 'no', 'ask'),
  NoHostAuthenticationForLocalhost: flag,
  CanonicalizeHostname: of('no', 'false'),
  ProxyCommand: of('none', 'nc %h %p', 'sh -c "exec nc # %h"', '= nc'),
  KnownHostsCommand: of('none', '/bin/kh %H'),
  CertificateFile: of('/c/cert'),
  RevokedHostKeys: of('none', '/r/revoked'),
  // Of no matter here.
  ForwardAgent: flag,
  SendEnv: of('LANG LC_*', 'TERM'),
  ControlMaster: of('auto', 'no'),
  ControlPath: of('~/.ssh/%C', 'none'),
  LocalForward: of('8080 localhost:80'),
  LogLevel: of('INFO', 'QUIET'),
  Compression: of('yes', 'no'),
  Protocol: of('2'),
}

function spaced(words: readonly string[]): string {
  return words.join(' ')
}

const blank = of(' ', '\t', '  ', ' \t ')
const MULTI = new Set([
  'UserKnownHostsFile',
  'GlobalKnownHostsFile',
  'SendEnv',
  'LocalForward',
  'ProxyCommand',
  'KnownHostsCommand',
  'ProxyJump',
])

/** One line: in any case, with blanks or `=`, sometimes quoted, sometimes with a comment behind it. */
const directive = fc
  .tuple(
    of(...Object.keys(VALUES)).chain((key) => VALUES[key]!.map((value): [string, string] => [key, value])),
    of('', ' ', '\t', '    '),
    fc.oneof({ weight: 3, arbitrary: blank }, of('=', ' = ', ' =', '= ')),
    of('plain', 'plain', 'plain', 'quoted', 'apostrophes', 'comment', 'upper', 'lower'),
  )
  .map(([[key, value], indent, separator, style]) => {
    const name = style === 'upper' ? key.toUpperCase() : style === 'lower' ? key.toLowerCase() : key
    const quotable = !MULTI.has(key)
    if (style === 'quoted' && quotable) return `${indent}${name}${separator}"${value}"`
    if (style === 'apostrophes' && quotable) return `${indent}${name}${separator}'${value}' \t`
    return `${indent}${name}${separator}${value}${style === 'comment' && quotable ? ' # why' : ''}`
  })

const hostLine = fc
  .array(fc.tuple(of('', '', '', '!'), of(...PATTERNS)), { minLength: 1, maxLength: 3 })
  .map((patterns) => `Host ${patterns.map(([not, pattern]) => `${not}${pattern}`).join(' ')}`)
const criterion = fc.oneof(
  fc.tuple(of('host', 'originalhost', 'Host'), list(fc.tuple(of('', '', '!'), of(...PATTERNS)).map((p) => p.join('')))),
  fc.tuple(of('user', 'localuser'), list(of(...USERS, '*', '!root'))),
  fc.tuple(of('final', 'canonical'), fc.constant('')),
)
const matchLine = fc.oneof(
  fc
    .array(fc.tuple(of('', '', '', '!'), criterion), { minLength: 1, maxLength: 3 })
    // What OpenSSH 9.2 makes of !final was changed since: the second pass is no longer asked for.
    .map((all) => all.map(([not, [name, argument]]) => `${name === 'final' ? '' : not}${name} ${argument}`.trim()))
    .map((all) => `Match ${all.join(' ')}`),
  of(
    'Match all',
    'Match final all',
    'Match canonical all',
    'Match !all',
    'match host="web1,alias"',
    'Match host x exec "false"',
  ),
)
const mistakes = of(
  'Prot 22',
  'Port 70000',
  'Port',
  'User "a b',
  'User a b',
  'StrictHostKeyChecking perhaps',
  'Match nothing x',
  'Match host',
  'Match all host x',
  'ConnectTimeout 5x',
  'ProxyJump a@',
  'UserKnownHostsFile none /x',
  'Host "" x',
  'IdentityAgent $not-a-name',
  'Include ""',
)

interface Block {
  head: string | null
  lines: string[]
  include: 'glob' | 'file' | 'absent' | null
}

const block = fc.record<Block>({
  head: fc.oneof({ weight: 2, arbitrary: hostLine }, matchLine, fc.constant(null)),
  lines: fc.array(directive, { maxLength: 4 }),
  include: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, of<Block['include']>('glob', 'file', 'absent')),
})
/** Files below a folder: `config`, which includes those of `d1`, which include those of `d2`. */
export const tree = fc.record({
  files: fc.array(fc.tuple(of('config', 'd1/a.conf', 'd1/b.conf', 'd2/c.conf', 'd2/.hidden.conf', 'd2/z'), block), {
    minLength: 2,
    maxLength: 9,
  }),
  mistake: fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    fc.tuple(of('config', 'd1/a.conf', 'd2/c.conf'), mistakes),
  ),
  ignoreUnknown: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    of('IgnoreUnknown Pro?', 'IgnoreUnknown x,PROT'),
  ),
  options: fc
    .array(
      of(
        ['-l', 'cli'],
        ['-p', '2200'],
        ['-o', 'User=option'],
        ['-o', 'ProxyJump none'],
        ['-o', 'IdentityFile=/k/cli'],
        ['-6'],
        ['-vJ', 'j1,j2'],
        ['-oStrictHostKeyChecking=no'],
        ['-o', 'UserKnownHostsFile = "/xy"'],
      ),
      { maxLength: 2 },
    )
    // ssh takes no -J beside another ProxyJump.
    .filter((options) => options.filter((words) => /J|Jump/.test(words.join(' '))).length < 2),
  host: of(...NAMES),
})

type Tree = typeof tree extends fc.Arbitrary<infer T> ? T : never

/** Writes it below a folder; the path of the file that ssh is given. */
export function writeTree(folder: string, { files, mistake, ignoreUnknown }: Tree): string {
  const next: Record<string, string> = { '.': 'd1', d1: 'd2', d2: 'd3' }
  const texts = new Map<string, string[]>([['config', ignoreUnknown === null ? [] : [ignoreUnknown]]])
  const add = (name: string, lines: readonly string[]): void =>
    void texts.set(name, [...(texts.get(name) ?? []), ...lines])
  for (const [name, { head, lines, include }] of files) {
    const below = join(folder, next[dirname(name)]!)
    const target = { glob: join(below, '*.c[o]nf'), file: join(below, 'z'), absent: '/nonexistent/*' }
    const included = include === null ? [] : [`  Include "${target[include]}"`]
    add(name, [...(head === null ? [] : [head]), ...included, ...lines])
  }
  if (mistake !== null) add(mistake[0], [mistake[1]])
  // Each level is reached at least once.
  add('config', [`Include ${join(folder, 'd1')}/*.conf`])
  for (const [name, lines] of texts) {
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    writeFileSync(join(folder, name), `# ${name}\n\n${lines.join('\n')}\n`, { mode: 0o600 })
  }
  return join(folder, 'config')
}
