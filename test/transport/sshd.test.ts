/** The transport against a real sshd, with OpenSSH's client as the referee; what needs more of a host is in the lab. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostError } from '../../src/model/errors.ts'
import type { SshSettings } from '../../src/model/ssh-settings.ts'
import { ALGORITHMS } from '../../src/text/ssh-algorithms.ts'
import { renderKnownHost } from '../../src/transport/known-hosts.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { SshTransportOptions } from '../../src/transport/ssh.ts'
import { hasSshd, KEY_KINDS, makeSshdHome } from './sshd.ts'
import type { Sshd, SshdHome } from './sshd.ts'
import { request, targetOf } from './support.ts'
import type { ConnectionParts } from './support.ts'

const { signal } = new AbortController()
let home: SshdHome
let all: Sshd

beforeAll(async () => {
  if (!hasSshd) return
  home = makeSshdHome()
  all = await home.start(KEY_KINDS)
})
afterAll(() => (hasSshd ? home.close() : undefined))

let files = 0
/** A known_hosts file with these lines; absent where there are none. */
function knownHosts(...lines: string[]): string {
  const file = join(home.dir, `known-${++files}`)
  if (lines.length > 0) writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** As ssh-keygen hides names. */
function hash(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
}

const nameOf = ({ port }: Sshd): string => `[127.0.0.1]:${port}`
const strict = (file: string, more: Partial<SshSettings> = {}): Partial<SshSettings> => ({
  hostKeyChecking: 'strict',
  userKnownHostsFiles: [file],
  ...more,
})

const acceptNew = (file: string, more: Partial<SshSettings> = {}): Partial<SshSettings> => ({
  ...strict(file, more),
  hostKeyChecking: 'accept-new',
})

/** Names of algorithms that OpenSSH has here. */
const offered = (query: string): string[] =>
  hasSshd ? execFileSync('ssh', ['-Q', query], { encoding: 'utf8' }).trim().split('\n') : []

/** `reached`, or what a script prints there; else the code of the error. */
async function reach(
  { port }: Sshd,
  ssh: Partial<SshSettings>,
  more: { connection?: ConnectionParts; script?: string; options?: SshTransportOptions } = {},
): Promise<string> {
  const transport = createSshTransport({ env: {}, connectRetries: 0, ...more.options })
  const connection = { port, user: userInfo().username, privateKeyFile: home.keyFile, ...more.connection }
  try {
    const session = await transport.connect(targetOf({ ...connection, ssh }), signal)
    if (more.script === undefined) return 'reached'
    const { stdout, rc } = await session.exec(request(more.script, { become: false }))
    return rc === 0 ? stdout.trim() : `rc ${rc}`
  } catch (error) {
    return (error as HostError).data.code
  } finally {
    await transport.close()
  }
}

describe.skipIf(!hasSshd)('host keys of a real sshd (skipped where there is no sshd)', () => {
  it.each(KEY_KINDS)('reaches a host that has a key of %s alone, known plainly and hashed', async (kind) => {
    const sshd = await home.start([kind])
    const key = home.hostKeys[kind]
    const hashed = knownHosts(renderKnownHost(nameOf(sshd), key, Buffer.alloc(20, 7)))
    for (const file of [knownHosts(renderKnownHost(nameOf(sshd), key)), hashed]) {
      expect(await reach(sshd, strict(file))).toBe('reached')
    }
    hash(hashed)
    expect(await reach(sshd, strict(hashed))).toBe('reached')
  })

  it.each(KEY_KINDS)('asks a host that has all keys for the one that is known: %s', async (kind) => {
    const file = knownHosts(renderKnownHost(nameOf(all), home.hostKeys[kind]))
    hash(file)
    expect(await reach(all, strict(file))).toBe('reached')
    expect(home.ssh(all.port, ['-o', `UserKnownHostsFile=${file}`, '-o', 'StrictHostKeyChecking=yes']).status).toBe(0)
  })

  it.each(KEY_KINDS)('finds a key of %s changed, as ssh does', async (kind) => {
    const sshd = await home.start([kind])
    const other = kind === 'ed25519' ? 'ecdsa-256' : 'ed25519'
    const file = knownHosts('# changed', renderKnownHost(nameOf(sshd), home.hostKeys[other]))
    expect(await reach(sshd, strict(file))).toBe('host-key-changed')
    expect(await reach(sshd, { ...strict(file), hostKeyChecking: 'accept-new' })).toBe('host-key-changed')
    expect(home.ssh(sshd.port, ['-o', `UserKnownHostsFile=${file}`]).stderr).toContain('IDENTIFICATION HAS CHANGED')
  })

  it.each(['[127.0.0.1]:PORT', '*', '[127.0.0.*]:*'])(
    'refuses a key that is revoked for %s, as ssh does',
    async (names) => {
      const key = home.hostKeys.ed25519
      const revoked = `@revoked ${renderKnownHost(names.replace('PORT', String(all.port)), key)}`
      const file = knownHosts(revoked, renderKnownHost(nameOf(all), key))
      expect(await reach(all, strict(file))).toBe('host-key-revoked')
      expect(home.ssh(all.port, ['-o', `UserKnownHostsFile=${file}`]).stderr).toContain('REVOKED HOST KEY')
    },
  )

  it('reaches a host by another key that is known where one is revoked, as ssh does', async () => {
    const { ed25519: revoked, 'ecdsa-256': ecdsa, 'rsa-2048': rsa } = home.hostKeys
    const plain = [rsa, ecdsa, revoked].map((key) => renderKnownHost(nameOf(all), key))
    const file = knownHosts(`@revoked ${renderKnownHost('*', revoked)}`, ...plain)
    expect(await reach(all, strict(file))).toBe('reached')
    expect(home.ssh(all.port, ['-o', `UserKnownHostsFile=${file}`, '-o', 'StrictHostKeyChecking=yes']).status).toBe(0)
  })

  it('offers its key only where PubkeyAcceptedAlgorithms lets it, as ssh does', async () => {
    const file = knownHosts(renderKnownHost(nameOf(all), home.hostKeys.ed25519))
    for (const [list, status, outcome] of [
      ['ssh-rsa', 255, 'auth'],
      ['ssh-ed25519', 0, 'reached'],
    ] as const) {
      const options = [`UserKnownHostsFile=${file}`, `PubkeyAcceptedAlgorithms=${list}`]
      expect(
        home.ssh(
          all.port,
          options.flatMap((option) => ['-o', option]),
        ).status,
      ).toBe(status)
      expect(await reach(all, strict(file, { pubkeyAlgorithms: [list] }))).toBe(outcome)
    }
  })

  it('says openly that it checks no host certificates', async () => {
    const authority = join(home.dir, 'authority')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', authority])
    const hostKey = home.hostKeyFile('ed25519')
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'host', '-h', '-n', '127.0.0.1', `${hostKey}.pub`])
    const sshd = await home.start(['ed25519'], [`HostCertificate ${hostKey}-cert.pub`])
    const [type, key] = readFileSync(`${authority}.pub`, 'utf8').split(' ')
    const file = knownHosts(`@cert-authority * ${type} ${key}`)
    expect(home.ssh(sshd.port, ['-o', `UserKnownHostsFile=${file}`, '-o', 'StrictHostKeyChecking=yes']).status).toBe(0)
    expect(await reach(sshd, strict(file))).toBe('host-key-authority')
    expect(await reach(sshd, { ...strict(file), hostKeyChecking: 'accept-new' })).toBe('host-key-authority')
    // Known by itself as well, it needs nobody to vouch for it.
    const both = knownHosts(`@cert-authority * ${type} ${key}`, renderKnownHost(nameOf(sshd), home.hostKeys.ed25519))
    expect(await reach(sshd, strict(both))).toBe('reached')
  })

  it('refuses an RSA key that is too short', async () => {
    const sshd = await home.start(['rsa-2048'])
    const file = knownHosts(renderKnownHost(nameOf(sshd), home.hostKeys['rsa-2048']))
    expect(await reach(sshd, strict(file, { requiredRsaBits: 3072 }))).toBe('host-key-weak')
    expect(await reach(sshd, strict(file, { requiredRsaBits: 2048 }))).toBe('reached')
  })

  it('knows a host by its alias', async () => {
    const file = knownHosts(renderKnownHost('the-alias', home.hostKeys.ed25519))
    expect(await reach(all, strict(file, { hostKeyAlias: 'the-alias' }))).toBe('reached')
    expect(await reach(all, strict(file))).toBe('host-key-unknown')
    expect(await reach(all, strict(file, { hostKeyAlias: 'another' }))).toBe('host-key-unknown')
  })

  it('takes a key from the global file as well', async () => {
    const globalKnownHostsFiles = [knownHosts(renderKnownHost(nameOf(all), home.hostKeys.ed25519))]
    expect(await reach(all, strict(knownHosts(), { globalKnownHostsFiles }))).toBe('reached')
  })
})

describe.skipIf(!hasSshd)('accept-new (skipped where there is no sshd)', () => {
  it('writes what ssh writes, and both go by it from then on', async () => {
    const [ours, theirs] = [knownHosts(), knownHosts()]
    expect(await reach(all, acceptNew(ours))).toBe('reached')
    const options = [
      '-o',
      'HostKeyAlgorithms=ssh-ed25519',
      '-o',
      'UpdateHostKeys=no',
      '-o',
      'StrictHostKeyChecking=accept-new',
    ]
    expect(home.ssh(all.port, [...options, '-o', `UserKnownHostsFile=${theirs}`]).status).toBe(0)
    expect(readFileSync(ours, 'utf8')).toBe(readFileSync(theirs, 'utf8'))
    expect(statSync(ours).mode & 0o777).toBe(0o600)
    expect(await reach(all, strict(theirs))).toBe('reached')
    expect(home.ssh(all.port, ['-o', `UserKnownHostsFile=${ours}`, '-o', 'StrictHostKeyChecking=yes']).status).toBe(0)
    // Known now: nothing more is written.
    expect(await reach(all, acceptNew(ours))).toBe('reached')
    expect(readFileSync(ours, 'utf8')).toBe(readFileSync(theirs, 'utf8'))
  })

  it('hides the name where HashKnownHosts says so, behind a line that has no end', async () => {
    const file = knownHosts()
    writeFileSync(file, `# no newline`)
    expect(await reach(all, acceptNew(file, { hashKnownHosts: true }))).toBe('reached')
    expect(readFileSync(file, 'utf8')).toMatch(/^# no newline\n\|1\|\S+\|\S+ ssh-ed25519 \S+\n$/)
    expect(spawnSync('ssh-keygen', ['-F', nameOf(all), '-f', file]).status).toBe(0)
    expect(await reach(all, strict(file))).toBe('reached')
  })

  it('writes one entry for a host that many connections meet at once, and one for each of several hosts', async () => {
    const others = await Promise.all([home.start(['ecdsa-256']), home.start(['rsa-2048'])])
    const file = knownHosts('# first')
    const transport = createSshTransport({ env: {}, connectRetries: 0 })
    const targets = [all, all, all, ...others, ...others].map(({ port }) =>
      targetOf({ port, user: userInfo().username, privateKeyFile: home.keyFile, ssh: acceptNew(file) }),
    )
    await Promise.all(targets.map((target) => transport.connect(target, signal)))
    await transport.close()
    const names = readFileSync(file, 'utf8').trim().split('\n').slice(1)
    expect(names).toHaveLength(3)
    expect(new Set(names.map((line) => line.split(' ')[0]))).toEqual(new Set([all, ...others].map(nameOf)))
  })

  it('reaches nobody whose key it cannot make known', async () => {
    expect(await reach(all, acceptNew(join(home.dir, 'no', 'such', 'folder')))).toBe('host-key-unknown')
    expect(await reach(all, { hostKeyChecking: 'accept-new' })).toBe('host-key-unknown')
    const folder = join(home.dir, 'made')
    expect(await reach(all, acceptNew(join(folder, 'known_hosts')))).toBe('reached')
    expect([existsSync(folder), statSync(folder).mode & 0o777]).toEqual([true, 0o700])
  })

  it('refuses what changed since it was accepted', async () => {
    const file = knownHosts()
    const sshd = await home.start(['ed25519'])
    expect(await reach(sshd, acceptNew(file))).toBe('reached')
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replace(/\S+$/m, home.hostKeys['ecdsa-256'].toString('base64'))
        .replace('ssh-ed25519', 'ecdsa-sha2-nistp256'),
    )
    expect(await reach(sshd, acceptNew(file))).toBe('host-key-changed')
  })
})

describe.skipIf(!hasSshd)('settings of a connection (skipped where there is no sshd)', () => {
  const lists = [
    ...ALGORITHMS.ciphers.supported.map((name) => ['ciphers', name, offered('cipher')] as const),
    ...ALGORITHMS.macs.supported.map((name) => ['macs', name, offered('mac')] as const),
    ...ALGORITHMS.kexalgorithms.supported.map((name) => ['kexAlgorithms', name, offered('kex')] as const),
  ].filter(([, name, known]) => known.includes(name))

  it.each(lists)('%s can be %s alone, as sshd has it', async (setting, name) => {
    const settings: Partial<SshSettings> = { [setting]: [name], hostKeyChecking: 'off' }
    // Those that sshd has out of its defaults are asked for by name.
    const keyword = { ciphers: 'Ciphers', macs: 'MACs', kexAlgorithms: 'KexAlgorithms' }[setting]
    const sshd = await home.start(
      ['ed25519'],
      [`${keyword} ${name}`, ...(setting === 'macs' ? ['Ciphers aes128-ctr'] : [])],
    )
    expect(await reach(sshd, settings)).toBe('reached')
    await sshd.close()
  })

  it('agrees on nothing but what is listed', async () => {
    const sshd = await home.start(['ed25519'], ['Ciphers aes256-ctr'])
    expect(await reach(sshd, { ciphers: ['aes128-ctr'] })).toBe('protocol')
    expect(await reach(sshd, { ciphers: ['aes128-ctr', 'aes256-ctr'] })).toBe('reached')
    expect(await reach(sshd, { hostKeyAlgorithms: ['rsa-sha2-512'] })).toBe('protocol')
  })

  it('comes from the address and goes over the family that are asked for', async () => {
    const script = 'echo "$MPTCP_FLEET_SSH"'
    expect(await reach(all, { bindAddress: '127.0.0.5' }, { script })).toMatch(/^127\.0\.0\.5 /)
    const byName = { connection: { address: 'localhost' } }
    expect(await reach(all, { addressFamily: 4 }, byName)).toBe('reached')
    expect(await reach(all, { addressFamily: 6 }, byName)).not.toBe('reached')
    expect(await reach(all, { addressFamily: 6 })).toBe('dns')
  })

  it('offers the keys of the configuration, and none where keys are ruled out', async () => {
    const identityFiles = [join(home.dir, 'absent'), home.keyFile]
    const connection = { privateKeyFile: null }
    expect(await reach(all, { identityFiles }, { connection })).toBe('reached')
    expect(await reach(all, { identityFiles, authentications: ['password'] }, { connection })).toBe('auth')
    expect(await reach(all, {}, { connection })).toBe('auth')
  })
})
