/**
 * Feeds every parser of what hosts send with megabytes of repetition, in a process of its own with little memory: what needs
 * steps in the square of the length would not end, what keeps copies would not fit. Prints the name of each text before it is
 * read. Run by test/facts/flood.slow.test.ts.
 */
import { writeSync } from 'node:fs'
import { takeRecord, newAttempt } from '../../src/engine/attempt.ts'
import { parseSections } from '../../src/engine/script/frame.ts'
import { explainStepFailure } from '../../src/engine/script/step-failure.ts'
import { facts, factsWithArguments } from '../../src/facts/registry.ts'
import { FactUnreadable } from '../../src/model/fact.ts'
import { parseDeviceBytes, parseMibCounters } from '../../src/mptcp/counters.ts'
import { parseRestoreScript, renderRestoreScript } from '../../src/mptcp/restore-script.ts'
import { parseMptcpConnections, parseTcpSockets } from '../../src/mptcp/ss.ts'
import { sysctlLines, winningLines } from '../../src/mptcp/sysctl-files.ts'
import { unitEnvironment, unitSetting } from '../../src/mptcp/unit-environment.ts'
import { parseClientEvidence, parseServerEvidence } from '../../src/modules/trial/evidence.ts'
import { sanitize, sanitizeJson } from '../../src/report/sanitize.ts'
import { loginError } from '../../src/transport/login-errors.ts'
import { parseKnownHosts } from '../../src/transport/known-hosts.ts'
import { targetOf } from '../transport/support.ts'

/** Characters of one text: so many that their square is out of reach. */
const LONG = Number(process.argv[3] ?? 1_000_000)
/** Texts for each parser, another choice in each run; `all` as the first argument takes all. */
const PICKS = 10
/** Bytes that the engine takes from one exec. */
const CAP = 16 * 1024 * 1024

const TOKENS = [
  ...[
    ' ',
    '\t',
    '\n',
    '\r',
    '\n ',
    '"',
    "'",
    '\\',
    '(',
    ')',
    '[',
    '[!',
    '{',
    '*',
    '*a',
    '?',
    ':',
    ':1',
    '.',
    '.1',
    ',',
    ';',
  ],
  ...[
    '-',
    '=',
    '==',
    '== x 0\n',
    '@',
    '@file 644 a b 0 0 0\n',
    '#\n',
    '\\\n#\n',
    '/',
    '0',
    '1 ',
    'a',
    'a\n',
    'A',
    '\u2028',
  ],
  ...[
    ' users:((',
    '("',
    '",pid=1',
    ',fd=1',
    ' LISTEN 1 1 a:1 b',
    'outcome 0',
    'unit a\n',
    'path /\n',
    'name a\n',
    '${',
    '{{',
  ],
]

interface Parser {
  name: string
  example: string
  read: (text: string) => unknown
}

const SS =
  'ESTAB 0 0 192.0.2.10:41266 192.0.2.20:8080 users:(("curl",pid=708,fd=4)) bytes_received:1 remote_key token:1a\n'
const NETSTAT = 'MPTcpExt: MPCapableSYNRX MPJoinSynRx\nMPTcpExt: 2 1\n'
const DEV = '  eth0: 4930 62 0 0 0 0 0 0 19647 68 0 0 0 0 0 0\n'
const SYSCTL = '# a\nnet.mptcp.enabled = 1\nnet.*.[!a]b*c = 1\n-net/mptcp/x\n'
const UNIT = '[Service]\nEnvironment="A=1 2" B=3\nEnvironment=\\\n C=1\n'
const RESTORE = renderRestoreScript({
  limits: { subflows: 2, addAddrAccepted: 1 },
  endpoints: { '192.0.2.1': { address: '192.0.2.1', port: null, id: null, dev: 'eth0', flags: ['signal'] } },
})
const TRIAL = `@mib before\n${NETSTAT}@dev before\n${DEV}@route 192.0.2.1 192.0.2.2\n192.0.2.2 dev eth0\n@sample\n${SS}@tcp\n${SS}@transfer 1.0 2.0\n@curl 0\n@sha256 ab\n@end\n`

function attempt() {
  return newAttempt('run', 1, [], null, [])
}

const NONCE = 'mf00112233445566778899aabb'

const parsers: Parser[] = [
  ...[...facts.values(), ...factsWithArguments.map(({ sample }) => sample)].map((fact): Parser => {
    return { name: fact.key, example: fact.example, read: (text) => readFact(fact, text) }
  }),
  { name: 'ss -M', example: SS, read: parseMptcpConnections },
  { name: 'ss -t', example: SS, read: parseTcpSockets },
  { name: 'netstat', example: NETSTAT, read: parseMibCounters },
  { name: 'dev', example: DEV, read: parseDeviceBytes },
  { name: 'restore script', example: RESTORE, read: parseRestoreScript },
  { name: 'sysctl file', example: SYSCTL, read: readSysctl },
  {
    name: 'unit file',
    example: UNIT,
    read: (text) => [unitEnvironment([text]), unitSetting([text], 'Socket', 'Accept')],
  },
  { name: 'client evidence', example: TRIAL, read: parseClientEvidence },
  { name: 'server evidence', example: `READY 80 ${'a'.repeat(64)}\n${TRIAL}`, read: parseServerEvidence },
  {
    name: 'sections',
    example: `\n${NONCE} f0 b\nx\n${NONCE} f0 0\n`,
    read: (text) => parseSections(NONCE, text, text),
  },
  { name: 'record', example: 'b 0\n0 0\noutcome done\n', read: (text) => takeRecord(attempt(), section(text)) },
  {
    name: 'failure',
    example: 'E: no\n',
    read: (text) => explainStepFailure({ kind: 'remove', path: '/x' }, section(text)),
  },
  { name: 'login', example: 'sudo: no\n', read: (noise) => loginError({ ...LOGIN, noise }) },
  { name: 'known_hosts', example: '@revoked h ssh-ed25519 AAAA\n', read: (text) => parseKnownHosts(text, 'file') },
  { name: 'sanitize', example: 'a\n', read: (text) => [sanitize(text, { lines: true }), sanitizeJson(text)] },
]

const LOGIN = {
  target: targetOf({ become: { user: 'root', password: null } }),
  become: true,
  passwordSent: false,
  rc: 1,
}

function section(text: string) {
  return { stdout: text, stderr: text, rc: 0 }
}

function readFact(fact: { parse: (output: { stdout: string; stderr: string; rc: number }) => unknown }, text: string) {
  try {
    return fact.parse({ stdout: text, stderr: '', rc: 0 })
  } catch (error) {
    if (!(error instanceof FactUnreadable)) throw error
    return null
  }
}

function readSysctl(content: string): unknown {
  const lines = sysctlLines([{ path: '/etc/sysctl.d/a.conf', target: null, content }])
  return winningLines(lines.slice(0, 1000), ['net.mptcp.enabled', 'net.mptcp.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'])
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)]!
}

function say(what: string): void {
  writeSync(1, `${what}\n`)
}

/** Behind a whole line or in its middle, and with an end that nothing expects. */
function flood({ name, example, read }: Parser, at: number, token: string, half: boolean): void {
  say(`${name}, line ${at + 1}${half ? ', middle' : ''}: ${JSON.stringify(token)}`)
  const lines = example.split('\n')
  const line = half ? lines[at]!.slice(0, lines[at]!.length / 2) : lines[at]!
  lines[at] = `${line}${token.repeat(LONG / token.length)}\t~\u2028~`
  read(lines.join('\n'))
}

/** Those that once took for ever. */
const KNOWN: readonly [string, string, string][] = [
  ['ss -M', 'ESTAB', ' users:(('],
  ['ss -M', 'ESTAB', '("'],
  ['ss -M', 'ESTAB', '1 '],
  ['listeners', 'LISTEN', ' LISTEN 1 1 a:1 b'],
  ['sysctl file', 'net.*', '*'],
  ['sysctl file', 'net.*', '*a'],
  ['sysctl file', 'net.*', '[!'],
  ['unit file', 'Environment=', ' '],
  ['unit file', 'Environment=', "\\'"],
  ['record', 'outcome', '0'],
  ['nm_profile', 'connection.id', 'connection.id:'],
]

for (const [name, start, token] of KNOWN) {
  const parser = parsers.find((one) => one.name === name)!
  const at = parser.example.split('\n').findIndex((line) => line.startsWith(start))
  for (const half of [true, false]) flood(parser, at, token, half)
}
for (const parser of parsers) {
  const count = parser.example.split('\n').length
  const cases = Array.from({ length: count }).flatMap((_, at) =>
    TOKENS.flatMap((token) => [true, false].map((half) => ({ at, token, half }))),
  )
  const picked = process.argv[2] === 'all' ? cases : Array.from({ length: PICKS }, () => pick(cases))
  for (const { at, token, half } of picked) flood(parser, at, token, half)
}
const profiles = Array.from({ length: 300_000 }, (_, index) => `connection.id:${index}\n`).join('')
say('nm_profile: many profiles')
parsers.find(({ name }) => name === 'nm_profile')!.read(`${profiles}\n== profiles 0\n`)
for (const name of ['routing', 'addresses', 'connections', 'nm_profile', 'mptcp_log', 'service/nginx.service']) {
  const { example, read } = parsers.find((parser) => parser.name === name)!
  say(`${name}: as much as is taken of a host`)
  read(example.replaceAll(/\[(.*)\]/g, (_, items: string) => `[${`${items},`.repeat(CAP / example.length)}${items}]`))
  read(example.replaceAll(/^(?!== )(.+)$/gm, (line) => `${line}\n`.repeat(CAP / example.length)))
}
say('all read')
