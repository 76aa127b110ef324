/** `transport: openssh` against a real sshd. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { HostError } from '../../src/model/errors.ts'
import type { Target } from '../../src/model/host.ts'
import { Secret } from '../../src/model/secret.ts'
import { renderKnownHost } from '../../src/transport/known-hosts.ts'
import { newEndFilter } from '../../src/transport/openssh-channel.ts'
import { KEEPER } from '../../src/transport/openssh-command.ts'
import { opensshFailure } from '../../src/transport/openssh-errors.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { SshTransportOptions } from '../../src/transport/ssh.ts'
import type { ExecRequest, ExecResult, Transport } from '../../src/transport/types.ts'
import { hasSshd, makeSshdHome } from './sshd.ts'
import type { Sshd, SshdHome } from './sshd.ts'
import { request, targetOf } from './support.ts'
import type { ConnectionParts } from './support.ts'

const { signal } = new AbortController()
const { username: user } = userInfo()
const cleanups: (() => unknown)[] = []
let home: SshdHome
let sshd: Sshd
let runtime: string

beforeAll(async () => {
  if (!hasSshd) return
  home = makeSshdHome()
  // Not below a checkout, whose path may be longer than a socket's may be.
  runtime = mkdtempSync('/tmp/mptcp-fleet-test-')
  sshd = await home.start(['ed25519'])
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})
afterAll(async () => {
  if (!hasSshd) return
  rmSync(runtime, { recursive: true })
  await home.close()
})

const own = (more: SshTransportOptions['env'] = {}): Record<string, string> => ({
  PATH: process.env['PATH']!,
  XDG_RUNTIME_DIR: runtime,
  ...(more as Record<string, string>),
})

function newTransport(more: SshTransportOptions = {}): Transport {
  const transport = createSshTransport({ connectRetries: 0, ...more, env: own(more.env) })
  cleanups.push(() => transport.close())
  return transport
}

let files = 0
function write(text: string): string {
  const file = join(home.dir, `file-${++files}`)
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

/** Arguments that reach the sshd by its known key, with further options before. */
function args({ port }: Sshd, ...options: string[]): string[] {
  const known = write(`${renderKnownHost(`[127.0.0.1]:${port}`, home.hostKeys.ed25519)}\n`)
  const usual = [`UserKnownHostsFile=${known}`, 'StrictHostKeyChecking=yes', `Port=${port}`, `User=${user}`]
  const identity = ['IdentitiesOnly=yes', `IdentityFile=${home.keyFile}`]
  const given = [...options, ...usual, ...identity].flatMap((option) => ['-o', option])
  return ['-F', 'none', ...given, '--', '127.0.0.1']
}

const to = (openssh: string[], more: ConnectionParts = {}): Target => targetOf({ user, openssh, ...more })

async function exec(target: Target, script: string, more: Partial<ExecRequest> = {}): Promise<ExecResult> {
  const session = await newTransport().connect(target, signal)
  return session.exec(request(script, { become: false, ...more }))
}

const failureOf = (promise: Promise<unknown>): Promise<HostError> =>
  promise.then(
    () => expect.fail('should have failed'),
    (error: HostError) => error,
  )

const exited = (stdout: string, rc = 0, stderr = ''): ExecResult => ({ end: 'exited', rc, stdout, stderr })

const here = (): Target => to(args(sshd))

/** Ends the sshd that serves the script. */
const CUT = `p=$PPID
until grep -q ^sshd /proc/$p/comm; do p=$(ps -o ppid= -p $p | tr -d ' '); done
kill -9 $p`

describe.skipIf(!hasSshd)("OpenSSH's client makes the connection (skipped where there is no sshd)", () => {
  it('with a user certificate, by which sshd alone knows the key', async () => {
    const authority = join(home.dir, 'user-authority')
    const key = join(home.dir, 'certified')
    for (const file of [authority, key]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
    const trusting = await home.start(['ed25519'], [`TrustedUserCAKeys ${authority}.pub`])
    const openssh = args(trusting).map((word) =>
      word === `IdentityFile=${home.keyFile}` ? `IdentityFile=${key}` : word,
    )
    const target = to(openssh)
    expect((await failureOf(newTransport().connect(target, signal))).data.code).toBe('auth')
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', user, `${key}.pub`])
    expect(await exec(target, 'id -un')).toEqual(exited(`${user}\n`))
    // Ours has no certificates.
    const ours = targetOf({ port: trusting.port, user, privateKeyFile: key })
    expect((await failureOf(newTransport().connect(ours, signal))).data.code).toBe('auth')
  })

  it('and goes by a host certificate', async () => {
    const authority = join(home.dir, 'host-authority')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', authority])
    const hostKey = home.hostKeyFile('ed25519')
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'host', '-h', '-n', '127.0.0.1', `${hostKey}.pub`])
    const certified = await home.start(['ed25519'], [`HostCertificate ${hostKey}-cert.pub`])
    const known = write(`@cert-authority * ${readFileSync(`${authority}.pub`, 'utf8')}`)
    expect(await exec(to(args(certified, `UserKnownHostsFile=${known}`)), 'echo in')).toEqual(exited('in\n'))
    const other = write(`@cert-authority * ${readFileSync(`${home.keyFile}.pub`, 'utf8')}`)
    const { data } = await failureOf(newTransport().connect(to(args(certified, `UserKnownHostsFile=${other}`)), signal))
    expect(data.code).toMatch(/^host-key-/)
  })

  it('through a ProxyCommand, which finds no secret in its environment', async () => {
    const seen = join(home.dir, 'seen')
    const inner = `ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i ${home.keyFile} -p ${sshd.port} -W %h:%p 127.0.0.1`
    const transport = newTransport({
      env: { MARK: 'here', COPY: 'a canary', ANSIBLE_BECOME_PASS: 'other' },
      isSecret: (text) => text.includes('canary'),
    })
    const session = await transport.connect(to(args(sshd, `ProxyCommand=sh -c 'env >${seen}; exec ${inner}'`)), signal)
    expect((await session.exec(request('echo through', { become: false }))).stdout).toBe('through\n')
    const env = readFileSync(seen, 'utf8')
    expect(env).toContain('MARK=here')
    expect(env).not.toMatch(/canary|ANSIBLE_BECOME_PASS/)
  })

  it('once for all execs of a session, and anew for each session', async () => {
    const transport = newTransport()
    const target = to(args(sshd, 'ControlMaster=auto', `ControlPath=${home.dir}/shared`, 'ControlPersist=60'))
    const sessions = [await transport.connect(target, signal), await transport.connect(target, signal)]
    const ask = async (index: number): Promise<string> =>
      (await sessions[index]!.exec(request('echo "$MPTCP_FLEET_SSH"', { become: false }))).stdout
    const [first, again, other] = [await ask(0), await ask(0), await ask(1)]
    expect(first).toMatch(new RegExp(`^127.0.0.1 \\d+ 127.0.0.1 ${sshd.port}\n$`))
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect(sessions[0]!.usage()).toMatchObject({ execs: 2 })
    expect(sessions[0]!.usage().bytesSent).toBeGreaterThan(50)
    const [folder = ''] = readdirSync(runtime)
    expect(statSync(join(runtime, folder)).mode & 0o777).toBe(0o700)
    expect(existsSync(join(home.dir, 'shared'))).toBe(false)
    await transport.close()
    expect(readdirSync(runtime)).toEqual([])
    const later = await failureOf(sessions[0]!.exec(request('true', { become: false })))
    expect(later.data.code).toBe('connection-lost')
  })

  it('tells its errors apart', async () => {
    const transport = newTransport()
    const code = async (openssh: string[], more: ConnectionParts = {}): Promise<string> =>
      (await failureOf(transport.connect(to(openssh, more), signal))).data.code
    const changed = write(renderKnownHost(`[127.0.0.1]:${sshd.port}`, home.hostKeys['ecdsa-256']))
    const key = join(home.dir, 'nobody')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const bad = args(sshd).map((word) => (word === `IdentityFile=${home.keyFile}` ? `IdentityFile=${key}` : word))
    const revoked = write(`@revoked * ${readFileSync(`${home.hostKeyFile('ed25519')}.pub`, 'utf8')}`)
    expect(await code(bad)).toBe('auth')
    expect(await code(args(sshd, 'UserKnownHostsFile=/dev/null'))).toBe('host-key-unknown')
    expect(await code(args(sshd, `UserKnownHostsFile=${changed}`))).toBe('host-key-changed')
    expect(await code(args(sshd, `UserKnownHostsFile=${revoked}`))).toBe('host-key-revoked')
    expect(await code(args(sshd, 'Port=1'))).toBe('refused')
    expect(await code(args(sshd, 'HostName=host.invalid'))).toBe('dns')
    expect(await code(args(sshd, 'NoSuchOption=1'))).toBe('transport')
    expect(await code(args(sshd, 'ProxyCommand=false'))).toBe('connection-lost')
    expect(await code(args(sshd), { password: new Secret('x') })).toBe('transport')
    const silent = createServer(() => {})
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    cleanups.push(() => silent.close())
    const { port } = silent.address() as AddressInfo
    expect(await code(args(sshd, `Port=${port}`, 'ConnectTimeout=1'))).toBe('timeout')
    const without = newTransport({ env: { PATH: '/nonexistent' } })
    const { data } = await failureOf(without.connect(to(args(sshd)), signal))
    expect(data).toMatchObject({ code: 'transport', summary: 'ssh is not installed here' })
  })

  it('names the jump host whose key has changed, in lines without carriage returns', async () => {
    const changed = write(renderKnownHost('[localhost]:2200', home.hostKeys['ecdsa-256']))
    const hop = ['-F', 'none', '-o', `UserKnownHostsFile=${changed}`, '-o', `HostKeyAlias=[localhost]:2200`]
    const login = ['-o', 'StrictHostKeyChecking=yes', '-p', `${sshd.port}`]
    const proxy = ['ssh', ...hop, ...login, '-W', '127.0.0.1:22', '127.0.0.1'].join(' ')
    const { data } = await failureOf(newTransport().connect(to(args(sshd, `ProxyCommand=${proxy}`)), signal))
    expect(data).toMatchObject({
      code: 'host-key-changed',
      summary: 'the host key of [localhost]:2200 is not the one that is known',
    })
    expect(data.detail).not.toContain('\r')
  })

  it('warns of a changed key that is let pass, gives sudo no password there, and refuses a revoked one', async () => {
    const bin = join(home.dir, 'bin')
    mkdirSync(bin)
    const sudo = '#!/bin/sh\nwhile [ "$1" != -p ]; do shift; done\nprintf %s "$2" >&2\nread -r password && exit 1\n'
    writeFileSync(join(bin, 'sudo'), sudo, { mode: 0o755 })
    const sshd = await home.start(['ed25519'], [`SetEnv PATH=${bin}:${process.env['PATH']}`])
    const become = { user: 'nobody', password: new Secret('right') }
    const name = `[127.0.0.1]:${sshd.port}`
    const loose = (...lines: string[]): string[] =>
      args(sshd, 'StrictHostKeyChecking=no', `UserKnownHostsFile=${write(`${lines.join('\n')}\n`)}`)
    const changed = to(loose(renderKnownHost(name, home.hostKeys['ecdsa-256'])), { become })
    const session = await newTransport().connect(changed, signal)
    expect(session.warnings).toMatchObject([{ code: 'host-key-changed', summary: expect.stringContaining(name) }])
    const kept = await failureOf(session.exec(request('true')))
    expect(kept.data.code).toBe('become-password-kept-back')
    const revoked = loose(`@revoked ${renderKnownHost('*', home.hostKeys.ed25519)}`)
    const { data } = await failureOf(newTransport().connect(to(revoked), signal))
    expect(data.code).toBe('host-key-revoked')
    expect((await newTransport().connect(to(args(sshd)), signal)).warnings).toEqual([])
  })

  it('is not talked into options by the name of a host', async () => {
    const made = join(home.dir, 'made')
    const { data } = await failureOf(
      newTransport().connect(to(['-F', 'none', '--', `-oProxyCommand=touch ${made}`]), signal),
    )
    expect(data.code).toBe('transport')
    expect(existsSync(made)).toBe(false)
  })

  it('is called off while it connects', async () => {
    const silent = createServer(() => {})
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    cleanups.push(() => silent.close())
    const controller = new AbortController()
    const target = to(args(sshd, `Port=${(silent.address() as AddressInfo).port}`))
    const connecting = failureOf(newTransport().connect(target, controller.signal))
    const [socket] = await once(silent, 'connection')
    controller.abort()
    expect((await connecting).data.code).toBe('aborted')
    if (!socket.destroyed) await once(socket.on('error', () => {}).resume(), 'close')
  })
})

describe.skipIf(!hasSshd)("scripts over OpenSSH's client (skipped where there is no sshd)", () => {
  it('bring status, output and stdin whole', async () => {
    expect(await exec(here(), 'echo out; echo err >&2; exit 5')).toEqual(exited('out\n', 5, 'err\n'))
    expect(await exec(here(), 'printf %s end >&2; exit 255')).toEqual(exited('', 255, 'end'))
    expect(await exec(here(), 'kill -9 $$')).toMatchObject({ end: 'exited', rc: 137 })
    const big = await exec(here(), 'head -c 3000000 /dev/zero | tr "\\0" x', { outputCap: 4_000_000 })
    expect(big).toMatchObject({ end: 'exited', rc: 0 })
    expect(big.stdout).toHaveLength(3_000_000)
    expect(await exec(here(), `${': '.padEnd(1_000_000, 'y')}\necho end`)).toEqual(exited('end\n'))
    // What is said before the script asks for it would be read as part of the script by some shells.
    let ask = (): void => {}
    const asked = new Promise<void>((resolve) => (ask = resolve))
    const lines = (async function* () {
      await asked
      yield 'one\n'
      yield 'two\n'
    })()
    const talk = { stdin: lines, onLine: () => ask() }
    expect(await exec(here(), 'echo go; cat', talk)).toEqual(exited('go\none\ntwo\n'))
  })

  it('end at their time, at the cap and when they are called off', async () => {
    expect(await exec(here(), "trap '' TERM; sleep 40; sleep 40", { timeoutSeconds: 1 })).toMatchObject({
      end: 'timed-out',
    })
    expect((await exec(here(), 'exec yes', { outputCap: 100_000 })).end).toBe('output-cap')
    const controller = new AbortController()
    const begun = { signal: controller.signal, onLine: () => controller.abort() }
    expect(await exec(here(), 'echo begun; sleep 20', begun)).toMatchObject({ end: 'aborted', stdout: 'begun\n' })
    expect((await exec(here(), 'sleep 300 & echo $!')).stdout).toMatch(/^\d+\n$/)
  })

  it('are lost where the connection breaks, and not where they fail themselves', async () => {
    const session = await newTransport().connect(here(), signal)
    const lost = await session.exec(request(`echo begun\n${CUT}\nsleep 20`, { become: false }))
    expect(lost).toMatchObject({ end: 'lost', rc: null, stdout: 'begun\n' })
    const later = await failureOf(session.exec(request('true', { become: false })))
    expect(later).toMatchObject({ outcome: 'unreachable', data: { code: 'connection-lost' } })
  })

  it('say so where the login shell runs no commands', async () => {
    const forced = await home.start(['ed25519'], ['ForceCommand echo no entry; exit 3'])
    const error = await failureOf(exec(to(args(forced)), 'true'))
    expect(error.data).toMatchObject({ code: 'login-shell', detail: expect.stringContaining('no entry') })
  })
})

describe('the status of a script', () => {
  it('is found however the stream is cut, and leaves all else as it was', () => {
    const text = 'some err\nabc-pw abc-enabc-end-255\nlater abc-end-1\n'
    for (let size = 1; size <= text.length; size++) {
      const seen: number[] = []
      const filter = newEndFilter('abc-end-', (status) => seen.push(status))
      let out = ''
      for (let at = 0; at < text.length; at += size)
        out += filter.feed(Buffer.from(text.slice(at, at + size))).toString()
      expect(out + filter.flush().toString()).toBe('some err\nabc-pw abc-enlater abc-end-1\n')
      expect(seen).toEqual([255])
    }
    const never = newEndFilter('abc-end-', () => expect.fail('no status'))
    // A prompt must not wait for what follows it.
    expect(never.feed(Buffer.from('abc-pw')).toString()).toBe('abc-pw')
    expect(never.feed(Buffer.from('x abc-e')).toString() + never.flush().toString()).toBe('x abc-e')
  })
})

const run = (...argv: string[]) =>
  spawn('/bin/sh', ['-c', KEEPER, 'sh', ...argv], { stdio: ['pipe', 'pipe', 'inherit'] })

describe('the keeper', () => {
  it('ends what it runs once its stdin ends, and passes on how it ended', async () => {
    const kept = run('sh', '-c', 'echo $$; exec sleep 300')
    const [pid] = (await once(kept.stdout.setEncoding('utf8'), 'data')) as [string]
    kept.stdin.destroy()
    expect((await once(kept, 'exit'))[0]).toBe(143)
    expect(existsSync(`/proc/${pid.trim()}`)).toBe(false)
    const brief = run('sh', '-c', 'exit 7')
    expect((await once(brief, 'exit'))[0]).toBe(7)
    brief.stdin.destroy()
  })
})

describe('what ssh says', () => {
  const { connection } = targetOf({ address: 'web1', user: 'root' })
  it.each([
    ['ssh: connect to host web1 port 22: Connection timed out', 'timeout', false],
    ['ssh: connect to host web1 port 22: No route to host', 'no-route', true],
    ['ssh: Could not resolve hostname web1: Temporary failure in name resolution', 'dns', true],
    ['Unable to negotiate with 192.0.2.1 port 22: no matching host key type found.', 'protocol', false],
    ['channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed', 'jump-host', false],
    [
      'ssh: connect to host bastion port 22: Connection refused\nConnection closed by UNKNOWN port 65535',
      'refused',
      false,
    ],
    ['kex_exchange_identification: read: Connection reset by peer', 'connection-lost', true],
    ['something else', 'connection-lost', false],
  ])('%s', (said, code, transient) => {
    const failure = opensshFailure(connection, 255, said)
    expect([failure.error.data.code, failure.transient]).toEqual([code, transient])
    expect(failure.error.data.detail).toContain(said.split('\n')[0])
  })

  it.each([
    ['Host key for bastion has changed and you have requested strict checking.', 'bastion'],
    ['The ED25519 host key for [b]:2222 is marked as revoked.\n@ REVOKED HOST KEY DETECTED!', '[b]:2222'],
    ['No ED25519 host key is known for inner and you have requested strict checking.', 'inner'],
    ['IDENTIFICATION HAS CHANGED!\n  ssh-keygen -f "/root/.ssh/known_hosts" -R "[b]:22"\n', '[b]:22'],
    ["IDENTIFICATION HAS CHANGED!\n  ssh-keygen -f '/k h' -R 'b'\n", 'b'],
    ['IDENTIFICATION HAS CHANGED!', 'root@web1:22'],
  ])('%j: of whom it is said', (said, whose) => {
    expect(opensshFailure(connection, 255, said).error.data.summary).toContain(`the host key of ${whose} is`)
  })
})
