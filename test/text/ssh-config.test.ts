import { describe, expect, it, test } from 'vitest'
import { canonicalAddress } from '../../src/text/ssh-address.ts'
import { evaluateSshConfig } from '../../src/text/ssh-config-evaluate.ts'
import type { SshConfigFile, SshEvaluation } from '../../src/text/ssh-config-types.ts'
import { parseSshConfig, parseSshOption } from '../../src/text/ssh-config-parse.ts'
import { sshHostOf } from '../../src/text/ssh-config-host.ts'
import type { SshLocal } from '../../src/text/ssh-config-tokens.ts'
import { readTime } from '../../src/text/ssh-config-values.ts'
import { splitSshLine } from '../../src/text/ssh-config-words.ts'
import { parseJumps, renderJumps } from '../../src/text/ssh-jump.ts'

const local: SshLocal = {
  home: '/home/me',
  user: 'me',
  uid: 1000,
  hostName: 'controller.example',
  cwd: '/srv',
  env: { DIR: 'from-env' },
  homeOf: (user) => (user === 'bob' ? '/home/bob' : null),
}

const file = (text: string, name = 'config'): SshConfigFile => ({
  file: name,
  ofUser: true,
  directives: parseSshConfig(text, name),
  problem: null,
})

function evaluate(text: string, host = 'web1', included: Record<string, string> = {}): SshEvaluation {
  const include = (path: string): SshConfigFile[] => (path in included ? [file(included[path]!, path)] : [])
  return evaluateSshConfig(host, [], { files: [file(text)], include }, local)
}

const value = (text: string, keyword: string, host?: string): string | undefined =>
  evaluate(text, host).options.get(keyword)?.values.join(' ')

/** `line:column: summary` of each problem. */
function problems(text: string, host = 'web1'): string[] {
  const outcome = sshHostOf(host, evaluate(text, host), false, local)
  const found = 'problems' in outcome ? outcome.problems : []
  return found.map(({ source, summary }) => `${source?.line}:${source?.column}: ${summary}`)
}

function settings(text: string, host = 'web1') {
  const outcome = sshHostOf(host, evaluate(text, host), false, local)
  if ('problems' in outcome) throw new Error(JSON.stringify(outcome.problems))
  return outcome.host
}

test.each<[string, string, string[] | null]>([
  ['Port 22', 'port', ['22']],
  ['\tPort=22  \r', 'port', ['22']],
  ['Port = "22"', 'port', ['22']],
  ['"Port" 22', 'port', ['22']],
  ['Host a\tb # c', 'host', ['a', 'b']],
  ['IdentityFile "a b"#c', 'identityfile', ['a b#c']],
  [`IdentityFile 'a "b"' c\\ d "e\\"f" g\\h`, 'identityfile', ['a "b"', 'c d', 'e"f', 'g\\h']],
  ['User "a', 'user', null],
])('the words of %j', (line, keyword, words) => {
  expect(splitSshLine(line)).toMatchObject({ keyword, words })
})

test.each(['', '  ', '# Port 22', '\t#', '"Port 22'])('no directive is in %j', (line) => {
  expect(splitSshLine(line)).toBeNull()
})

test.each([
  ['90', '90'],
  ['1h30m', '5400'],
  ['1w2d', '777600'],
  ['2m30', '150'],
  ['1.5', '1'],
  ['x', null],
  ['', null],
  ['5m3x', null],
  ['99999999999', null],
])('the time %s is %s', (text, seconds) => expect(readTime(text)).toBe(seconds))

test.each([
  ['127.1', '127.0.0.1'],
  ['010.0.0.1', '8.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['2001:DB8::0001', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['256.1.1.1', null],
  ['web1', null],
])('the address %s is %s', (text, canonical) => expect(canonicalAddress(text)).toBe(canonical))

test.each([
  ['none', 'none'],
  ['a', 'a'],
  ['u@a:22,b # why', 'u@a:22,b'],
  ['[2001:db8::1]:22', '[2001:db8::1]:22'],
  ['ssh://u%20x@h:23', 'u x@h:23'],
])('the jump hosts %s are %s', (text, rendered) => expect(renderJumps(parseJumps(text)!)).toBe(rendered))

test.each(['', 'a,', '@a', 'a:0', 'a:x', '[a', 'ssh://a/path', '2001:db8::1'])('no jump host is in %j', (text) => {
  expect(parseJumps(text)).toBeNull()
})

describe('evaluation', () => {
  it('takes the first value, of the command line before those of files', () => {
    expect(value('Port 1\nPort 2\nHost web1\nPort 3', 'port')).toBe('1')
    const options = [parseSshOption('Port=9', null)!]
    const source = { files: [file('Port 1\nUser u')], include: () => [] }
    const { options: found } = evaluateSshConfig('web1', options, source, local)
    expect([found.get('port')?.values, found.get('user')?.values]).toEqual([['9'], ['u']])
  })

  it('holds Host against the name as given, in its own letters, and leaves out what is negated', () => {
    expect(value('Host WEB1\nPort 1', 'port')).toBeUndefined()
    expect(value('Host * !web1\nPort 1', 'port')).toBeUndefined()
    expect(value('Host !web2 web?\nPort 1', 'port')).toBe('1')
    expect(value('Host !web2\nPort 1', 'port')).toBeUndefined()
  })

  it('holds Match against what HostName made of it', () => {
    const text = 'Host web1\nHostName Real.Example\nMatch host real.example\nPort 1\nMatch originalhost WEB1\nUser u'
    expect([value(text, 'port'), value(text, 'user')]).toEqual(['1', 'u'])
    expect(value('User a\nMatch user a,b localuser me\nPort 1', 'port')).toBe('1')
    expect(value('User a\nMatch user a,!a\nPort 1', 'port')).toBeUndefined()
    expect(value('Tag blue\nMatch tagged=blue\nPort 1', 'port')).toBe('1')
    expect(value('Match tagged ""\nPort 1', 'port')).toBe('1')
    expect(value('Match sessiontype exec\nPort 1', 'port')).toBe('1')
  })

  it('reads once more for Match final, with the name that it then has', () => {
    const text = 'Match final\nPort 1\nHost real.example\nUser final\nHost web1\nHostName Real.Example\nUser first'
    expect([value(text, 'port'), value(text, 'user')]).toEqual(['1', 'first'])
    const late = 'Host real.example\nUser final\nHost web1\nHostName Real.Example\nMatch final all\nPort 1'
    expect(value(late, 'user')).toBe('final')
    expect(
      value('Host real.example\nUser final\nMatch all\nHostName real.example\nMatch !final all\nPort 1', 'user'),
    ).toBeUndefined()
  })

  it('reads included files where they stand, and lets their blocks end with them', () => {
    const included = { '/a': 'Host web1\nPort 1\nHost other\nUser no', '/b': 'Compression yes\nServerAliveInterval 5' }
    const { options } = evaluate(
      'Include /a\nUser u\nHost other\nInclude /b\nHost *\nHashKnownHosts yes',
      'web1',
      included,
    )
    expect([...options].map(([keyword, { values }]) => `${keyword} ${values.join(' ')}`)).toEqual([
      'port 1',
      'user u',
      'hashknownhosts yes',
    ])
  })

  it('expands tokens and variables in paths of Include', () => {
    expect(evaluate('Include /%n/${DIR}', 'web1', { '/web1/from-env': 'Port 1' }).options.get('port')?.values).toEqual([
      '1',
    ])
  })

  it('finds files that include each other', () => {
    const { problems } = evaluate('Include /a', 'web1', { '/a': 'Include /a' })
    expect(problems.map(({ summary }) => summary)).toEqual(['files include each other without end'])
  })

  it('lets the first of ProxyJump and ProxyCommand count', () => {
    expect(evaluate('ProxyJump a\nProxyCommand b').jumps).toMatchObject([{ host: 'a' }])
    expect(problems('ProxyJump a\nProxyCommand b')).toEqual([])
    expect(evaluate('ProxyCommand none\nProxyJump a').jumps).toBeNull()
    expect(evaluate('ProxyJump none\nProxyJump a').jumps).toEqual([])
  })

  it('lets a keyword pass that IgnoreUnknown names, from there on', () => {
    expect(problems('IgnoreUnknown UseKey*,x\nUseKeychain yes')).toEqual([])
    expect(problems('UseKeychain yes\nIgnoreUnknown UseKeychain')).toEqual(['1:1: ssh knows no keyword usekeychain'])
  })
})

describe('what is refused', () => {
  it.each([
    ['  Port x', '1:3: port: expected a port (1 to 65535), got "x"'],
    ['Host other\n Prot 22', '2:2: ssh knows no keyword prot'],
    ['Host other\nMatch nothing', '2:1: "nothing" is no criterion of Match'],
    ['Match host', '1:1: Match host lacks its argument'],
    ['Match host a user b all', '1:1: "all" cannot be combined with other criteria'],
    ['Match', '1:1: match has no value'],
    ['User a b', '1:1: user takes one value, and more are given: b'],
    ['UserKnownHostsFile a none', '1:1: userknownhostsfile: "none" must stand alone'],
    ['ProxyJump @', '1:1: proxyjump: "@" is no list of [user@]host[:port]'],
    ['HostName a%x', '1:1: %x is no token that it takes'],
    ['User ${NOPE}', '1:1: user ${NOPE}: the environment variable NOPE is not set'],
    ['IdentityFile ~nobody/x', '1:1: ~nobody/x: there is no user nobody'],
    ['RefuseConnection "not from here"', '1:1: RefuseConnection: not from here'],
    // What would change whom we reach or trust, and what leaves nothing to go by.
    ['Match exec "touch /tmp/x"\nPort 1', '1:1: Match exec is not evaluated'],
    ['Match exec "touch /tmp/x"\nIdentityFile x', '1:1: Match exec is not evaluated'],
    ['Match exec "touch /tmp/x"\nInclude x', '1:1: Match exec is not evaluated'],
    ['Match localnetwork 192.0.2.0/24\nPort 1', '1:1: Match localnetwork is not evaluated'],
    ['ProxyCommand nc %h %p', '1:1: proxycommand is not supported'],
    ['KnownHostsCommand /bin/true', '1:1: knownhostscommand is not supported'],
    ['CertificateFile ~/.ssh/c', '1:1: certificatefile is not supported'],
    ['CanonicalizeHostname always', '1:1: canonicalizehostname is not supported'],
    ['RevokedHostKeys /r', '1:1: revokedhostkeys is not supported'],
    ['VerifyHostKeyDNS yes', '1:1: verifyhostkeydns is not supported'],
    ['CheckHostIP yes', '1:1: checkhostip is not supported'],
    ['BindInterface eth0', '1:1: bindinterface is not supported'],
    ['BindAddress name', '1:1: bindaddress is supported for addresses only'],
    ['Ciphers aes128-nothing', '1:1: ciphers names nothing that is supported here'],
    [
      'PreferredAuthentications gssapi-with-mic',
      '1:1: preferredauthentications leaves no way to log in that is supported: publickey, keyboard-interactive, password',
    ],
  ])('%j', (text, problem) => expect(problems(text)).toContain(problem))

  it.each([
    'Match exec "touch /tmp/x" host other\nPort 1',
    'Match exec "touch /tmp/x"\nForwardAgent yes\nHost other\nPort 1',
    'Port 1\nMatch exec "touch /tmp/x"\nSendEnv LANG\nPort 2',
    'Host other\nProxyCommand nc\nCertificateFile x\nCanonicalizeHostname yes',
    'ProxyCommand none',
    'KnownHostsCommand none\nRevokedHostKeys none',
    'CanonicalizeHostname no\nCheckHostIP no\nVerifyHostKeyDNS ask',
    'ForwardAgent yes\nSendEnv LANG\nControlMaster auto\nLocalCommand rm -rf /\nGSSAPIKeyExchange yes',
  ])('not %j', (text) => expect(problems(text)).toEqual([]))
})

describe('settings', () => {
  it('are those of OpenSSH where nothing is said', () => {
    expect(settings('')).toMatchObject({ hostName: 'web1', user: 'me', port: 22, jumps: [] })
    expect(settings('').settings).toMatchObject({ hostKeyChecking: 'ask', connectTimeout: null, hashKnownHosts: false })
  })

  it('expand tokens, variables and ~, and make paths absolute', () => {
    const text = `HostName %h.example
Port 2200
User %u-%n
IdentityFile ~/k/%h
IdentityFile ~bob/k
IdentityFile rel/\${DIR}
IdentityFile none
IdentityFile ~/k/%h
UserKnownHostsFile ~/kh/%k /kh/%p
GlobalKnownHostsFile ~/%h
IdentityAgent /run/%i/%r`
    expect(settings(text)).toMatchObject({ hostName: 'web1.example', user: 'me-web1' })
    expect(settings(text).settings).toMatchObject({
      identityFiles: ['/home/me/k/web1.example', '/home/bob/k', '/srv/rel/from-env'],
      userKnownHostsFiles: ['/home/me/kh/web1', '/kh/2200'],
      globalKnownHostsFiles: ['/home/me/%h'],
      identityAgent: '/run/1000/me-web1',
    })
  })

  it.each([
    ['', '$SSH_AUTH_SOCK'],
    ['IdentityAgent SSH_AUTH_SOCK', '$SSH_AUTH_SOCK'],
    ['IdentityAgent $MINE', '$MINE'],
    ['IdentityAgent none', null],
    ['IdentityAgent ~/agent', '/home/me/agent'],
  ])('%j: the agent is at %s', (text, agent) => expect(settings(text).settings.identityAgent).toBe(agent))

  it.each([
    ['', ['publickey', 'keyboard-interactive', 'password']],
    ['PreferredAuthentications password,hostbased,publickey', ['password', 'publickey']],
    ['PasswordAuthentication no\nChallengeResponseAuthentication no', ['publickey']],
    ['PubkeyAuthentication no', ['keyboard-interactive', 'password']],
    ['PubkeyAuthentication unbound', ['publickey', 'keyboard-interactive', 'password']],
  ])('%j: logs in by %s', (text, methods) => expect(settings(text).settings.authentications).toEqual(methods))

  it.each([
    ['', null],
    ['PubkeyAcceptedAlgorithms ssh-ed25519,sk-ssh-ed25519@openssh.com', ['ssh-ed25519']],
    ['PubkeyAcceptedKeyTypes rsa-*', ['rsa-sha2-512', 'rsa-sha2-256']],
    ['PubkeyAcceptedAlgorithms sk-*', []],
  ])('%j: keys that sign by %j are offered', (text, algorithms) =>
    expect(settings(text).settings.pubkeyAlgorithms).toEqual(algorithms),
  )

  it('does not check the keys of this machine where that is wished, but for those with an alias', () => {
    const text = 'NoHostAuthenticationForLocalhost yes\nStrictHostKeyChecking yes'
    expect(settings(text, '127.0.0.1').settings).toMatchObject({
      hostKeyChecking: 'off',
      userKnownHostsFiles: [],
      globalKnownHostsFiles: [],
    })
    expect(settings(text).settings.hostKeyChecking).toBe('strict')
    expect(settings(`${text}\nHostKeyAlias a`, '127.0.0.1').settings.hostKeyChecking).toBe('strict')
  })

  it('put known keys first unless the whole list is given', () => {
    expect(settings('').settings.knownKeysFirst).toBe(true)
    expect(settings('HostKeyAlgorithms +ssh-rsa').settings.knownKeysFirst).toBe(true)
    expect(settings('HostKeyAlgorithms ^ssh-rsa').settings).toMatchObject({ knownKeysFirst: false })
    expect(settings('HostKeyAlgorithms rsa-*').settings).toMatchObject({
      knownKeysFirst: false,
      hostKeyAlgorithms: ['rsa-sha2-512', 'rsa-sha2-256'],
    })
  })
})
