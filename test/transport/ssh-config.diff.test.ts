/** Our reading of ssh_config against `ssh -G`, on trees of files made at random. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createSshConfigFiles } from '../../src/inventory/ssh-config-files.ts'
import type { SshConfigPlaces } from '../../src/inventory/ssh-config-files.ts'
import { parseSshArgs } from '../../src/inventory/ssh-args.ts'
import { assembleAlgorithms } from '../../src/text/ssh-algorithms.ts'
import { evaluateSshConfig } from '../../src/text/ssh-config-evaluate.ts'
import type { SshEvaluation } from '../../src/text/ssh-config-types.ts'
import { sshHostOf } from '../../src/text/ssh-config-host.ts'
import { parseJumps, renderJumps } from '../../src/text/ssh-jump.ts'
import { shellQuote } from '../../src/text/shell.ts'
import { tree, writeTree } from './ssh-config-trees.ts'

const hasSsh = spawnSync('ssh', ['-V']).status === 0
const work = mkdtempSync(join(tmpdir(), 'mptcp-fleet-ssh-config-'))
afterAll(() => rmSync(work, { recursive: true }))

const { homedir, username, uid } = userInfo()
const local: SshConfigPlaces = {
  cwd: work,
  home: homedir,
  user: username,
  uid,
  hostName: hostname(),
  env: { PATH: process.env.PATH, FLEET_TEST: 'from-env' },
  homeOf: () => null,
  systemFolder: '/etc/ssh',
}

/** Lines by keyword as `ssh -G` prints them, or null where it refuses. */
function askSsh(file: string, options: readonly string[], host: string): Record<string, string[]> | null {
  const { status, stdout } = spawnSync('ssh', ['-T', '-G', '-F', file, ...options, '--', host], {
    encoding: 'utf8',
    cwd: work,
    env: local.env,
  })
  if (status !== 0) return null
  const lines: Record<string, string[]> = {}
  for (const line of stdout.split('\n')) {
    const [, keyword = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    if (keyword !== '') (lines[keyword] ??= []).push(value)
  }
  return lines
}

function askOurselves(file: string, options: readonly string[], host: string): SshEvaluation {
  const { args } = parseSshArgs(options.map(shellQuote).join(' '))
  return evaluateSshConfig(host, args.options, createSshConfigFiles(local)(file), local)
}

const algorithms = (query: string): string[] =>
  execFileSync('ssh', ['-Q', query], { encoding: 'utf8' }).trim().split('\n')
const bare = hasSsh ? askSsh('none', [], 'h')! : {}
const tables = Object.fromEntries(
  hasSsh
    ? [
        ['ciphers', 'cipher'],
        ['macs', 'mac'],
        ['kexalgorithms', 'kex'],
        ['hostkeyalgorithms', 'HostKeyAlgorithms'],
        ['pubkeyacceptedalgorithms', 'PubkeyAcceptedAlgorithms'],
      ].map(([keyword, query]) => [
        keyword!,
        { defaults: bare[keyword!]![0]!.split(','), supported: algorithms(query!) },
      ])
    : [],
)

const YES_NO = ['identitiesonly', 'hashknownhosts', 'kbdinteractiveauthentication', 'passwordauthentication']
const FLAGS = [...YES_NO, 'nohostauthenticationforlocalhost', 'checkhostip']
/** Printed as they are, and not at all where they are not set. */
const TEXTS = ['bindaddress', 'preferredauthentications', 'hostkeyalias', 'bindinterface']
const NUMBERS = ['serveralivecountmax', 'serveraliveinterval', 'requiredrsasize']
/** What we refuse: enough that both see it. */
const REFUSED = ['proxycommand', 'knownhostscommand', 'certificatefile', 'revokedhostkeys']
const SPELLINGS: Record<string, string> = { true: 'yes', false: 'no' }

/** One shape for both sides, by keyword. */
type View = Record<string, string | string[] | undefined>

function viewOfSsh(lines: Record<string, string[]>): View {
  const first = (keyword: string): string | undefined => lines[keyword]?.[0]
  const spelled = (keyword: string): string | undefined => SPELLINGS[first(keyword) ?? ''] ?? first(keyword)
  const agent = first('identityagent')
  const multistates = ['stricthostkeychecking', 'addressfamily', 'verifyhostkeydns', 'canonicalizehostname', ...FLAGS]
  return {
    ...Object.fromEntries(multistates.map((keyword) => [keyword, spelled(keyword)])),
    ...Object.fromEntries([...TEXTS, ...NUMBERS, ...Object.keys(tables)].map((keyword) => [keyword, first(keyword)])),
    hostname: first('hostname'),
    user: first('user'),
    port: first('port'),
    pubkeyauthentication: spelled('pubkeyauthentication') === 'no' ? 'no' : 'yes',
    connecttimeout: first('connecttimeout'),
    identityfile: lines.identityfile,
    identityagent: agent === undefined || agent === 'SSH_AUTH_SOCK' ? '$SSH_AUTH_SOCK' : agent,
    // ssh prints all but the last one as they were written.
    proxyjump: renderJumps(parseJumps(first('proxyjump') ?? 'none')!),
    userknownhostsfile: paths(first('userknownhostsfile')),
    globalknownhostsfile: paths(first('globalknownhostsfile')),
    refused: REFUSED.filter((keyword) => first(keyword) !== undefined),
  }
}

function paths(line = ''): string[] {
  const named = line.split(' ').filter((path) => path !== 'none' && path !== '')
  return named.map((path) => resolve(work, path.replace(/^~\//, `${homedir}/`)))
}

function viewOfUs(host: string, evaluation: SshEvaluation): View {
  // What is only lacking is taken out, so that all the rest can be compared.
  const supported = new Map(evaluation.options)
  const refused = [
    'nohostauthenticationforlocalhost',
    'bindinterface',
    'canonicalizehostname',
    'verifyhostkeydns',
    'checkhostip',
    ...REFUSED,
  ]
  for (const keyword of [...refused, 'preferredauthentications', 'bindaddress', ...Object.keys(tables)]) {
    supported.delete(keyword)
  }
  const outcome = sshHostOf(host, { ...evaluation, options: supported, problems: [] }, false, local)
  if ('problems' in outcome) throw new Error(JSON.stringify(outcome.problems))
  const { settings, user, port, hostName } = outcome.host
  const raw = (keyword: string): string | undefined => evaluation.options.get(keyword)?.values[0]
  const flag = (keyword: string): string => raw(keyword) ?? SPELLINGS[bare[keyword]![0]!] ?? bare[keyword]![0]!
  return {
    ...Object.fromEntries(FLAGS.map((keyword) => [keyword, flag(keyword)])),
    ...Object.fromEntries(TEXTS.map((keyword) => [keyword, raw(keyword)])),
    ...Object.fromEntries(NUMBERS.map((keyword) => [keyword, raw(keyword) ?? bare[keyword]![0]])),
    ...Object.fromEntries(
      Object.entries(tables).map(([keyword, table]) => [
        keyword,
        (raw(keyword) === undefined ? table.defaults : assembleAlgorithms(raw(keyword)!, table)).join(','),
      ]),
    ),
    hostkeyalias: settings.hostKeyAlias ?? undefined,
    hostname: hostName,
    user,
    port: String(port),
    addressfamily: raw('addressfamily') ?? 'any',
    verifyhostkeydns: flag('verifyhostkeydns'),
    canonicalizehostname: flag('canonicalizehostname'),
    stricthostkeychecking: raw('stricthostkeychecking') ?? 'ask',
    pubkeyauthentication: raw('pubkeyauthentication') ?? 'yes',
    connecttimeout: raw('connecttimeout') ?? 'none',
    identityfile:
      evaluation.identityFiles.length > 0 ? evaluation.identityFiles.map(({ path }) => path) : bare.identityfile,
    identityagent: settings.identityAgent ?? 'none',
    proxyjump: renderJumps(outcome.host.jumps),
    userknownhostsfile: settings.userKnownHostsFiles,
    globalknownhostsfile: settings.globalKnownHostsFiles,
    refused: REFUSED.filter((keyword) => raw(keyword) !== undefined && raw(keyword)!.toLowerCase() !== 'none'),
  }
}

describe.skipIf(!hasSsh)('ssh_config, beside ssh -G (skipped where there is no ssh)', () => {
  it('says the same of 200 trees', () => {
    const seen = { refused: 0, jumps: 0, compared: 0 }
    fc.assert(
      fc.property(tree, fc.nat(), (tree, nr) => {
        const folder = join(work, `t${nr}`)
        rmSync(folder, { recursive: true, force: true })
        const file = writeTree(folder, tree)
        const options = tree.options.flat()
        const theirs = askSsh(file, options, tree.host)
        const ours = askOurselves(file, options, tree.host)
        const isWrong = ours.problems.some(({ code }) => code === 'bad-ssh-config')
        expect([isWrong, ours.problems]).toEqual([theirs === null, expect.anything()])
        // The one program that a tree would run fails, so that leaving it alone comes to the same.
        const lacking = ours.problems.filter(({ code }) => code !== 'bad-ssh-config')
        expect(lacking.map(({ summary }) => summary)).toEqual(lacking.map(() => 'Match exec is not evaluated'))
        if (theirs === null) return void seen.refused++
        seen.compared++
        if (theirs.proxyjump !== undefined) seen.jumps++
        expect(viewOfUs(tree.host, ours)).toEqual(viewOfSsh(theirs))
      }),
      { numRuns: 200, seed: 20_261_122 },
    )
    // Neither side may have got off lightly.
    expect(seen.compared).toBeGreaterThan(120)
    expect(seen.refused).toBeGreaterThan(5)
    expect(seen.jumps).toBeGreaterThan(10)
  })

  it('expands every token as ssh does', () => {
    const file = join(work, 'tokens')
    writeFileSync(
      file,
      'HostName h-%h.example\nPort 2200\nHostKeyAlias Al\nUserKnownHostsFile "/k/%C-%L-%d-%h-%i-%k-%l-%n-%p-%r-%u-%%-${FLEET_TEST}"\n',
    )
    const evaluation = askOurselves(file, ['-l', 'someone'], 'Name')
    expect(viewOfUs('Name', evaluation)).toEqual(viewOfSsh(askSsh(file, ['-l', 'someone'], 'Name')!))
  })

  it('looks for keys where ssh does', async () => {
    const file = join(work, 'keys')
    const names = ['~/.ssh/%h_%r', '~', '/k/%n/%%', 'relative/${FLEET_TEST}', 'none', '%d/%u', '/k/%n/%%']
    writeFileSync(file, `${names.map((name) => `IdentityFile ${name}\n`).join('')}User someone\n`)
    // It opens its keys once it is connected.
    const server = createServer((socket) => socket.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.address() as AddressInfo
    const child = spawn('ssh', ['-v', '-F', file, '-p', String(port), '127.0.0.1', 'true'], {
      cwd: work,
      env: local.env,
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await once(child, 'close')
    server.close()
    const opened = [...said.matchAll(/identity file (.*) type -?\d+/g)].map(([, path]) => resolve(work, path!))
    const outcome = sshHostOf('127.0.0.1', askOurselves(file, [], '127.0.0.1'), false, local)
    expect('host' in outcome && outcome.host.settings.identityFiles.map((path) => resolve(path))).toEqual(
      opened.filter((path) => !path.endsWith('-cert')),
    )
  })
})
