import * as fc from 'fast-check'
import type { AnyAuthMethod } from 'ssh2'
import { describe, expect, it } from 'vitest'
import { HostError } from '../../src/model/errors.ts'
import { startAuth } from '../../src/transport/auth.ts'
import { dialFailure, handshakeFailure } from '../../src/transport/connect-errors.ts'
import { commandLine, isUserName, markersOf } from '../../src/transport/command-line.ts'
import { scriptEnd } from '../../src/transport/exec-end.ts'
import { orderAlgorithms } from '../../src/transport/host-key.ts'
import { createLoginGate } from '../../src/transport/login-gate.ts'
import { loginError } from '../../src/transport/login-errors.ts'
import { createOutputCollector } from '../../src/transport/output.ts'
import { backoff } from '../../src/transport/persist.ts'
import { targetOf } from './support.ts'

/** Cuts a buffer at arbitrary places. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((p) => p % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

function raw(code: string | number | undefined, message = 'm', level?: string): Error {
  return Object.assign(new Error(message), { code, level })
}

const noAuth = (): AnyAuthMethod => ({ type: 'none', username: 'ops' })

const refusedLogin = (): HostError => new HostError('unreachable', 'auth', 'no')

const places = fc.array(fc.nat(10_000), { maxLength: 20 })

describe('output', () => {
  it('decodes text whole, however it was cut, and hands over the same lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), places, (text, places) => {
        const lines: string[] = []
        const output = createOutputCollector(1e6, (line) => lines.push(line))
        const bytes = Buffer.from(text)
        for (const chunk of cutAt(bytes, places)) expect(output.stdout(chunk)).toBe(true)
        const whole = bytes.toString('utf8')
        expect(output.finish().stdout).toBe(whole)
        expect(lines).toEqual(whole.endsWith('\n') || whole === '' ? whole.split('\n').slice(0, -1) : whole.split('\n'))
      }),
    )
  })

  it('keeps the cap and not one byte more, both streams together', () => {
    const output = createOutputCollector(10)
    expect(output.stdout(Buffer.from('123456'))).toBe(true)
    expect(output.stderr(Buffer.from('abcdef'))).toBe(false)
    expect(output.stdout(Buffer.from('x'))).toBe(false)
    expect(output.finish()).toEqual({ stdout: '123456', stderr: 'abcd' })
  })
})

describe('login gate', () => {
  const markers = markersOf('f00d')

  it('drops all noise before the marker and nothing after it, however it was cut', () => {
    const noise = fc.string().filter((s) => !s.includes('f00d'))
    fc.assert(
      fc.property(noise, fc.string(), places, (noise, script, places) => {
        const gate = createLoginGate(markers)
        const stream = Buffer.from(`${noise}${markers.ready}${script}`)
        const out = cutAt(stream, places).map((chunk) => gate.stdout(chunk))
        expect(Buffer.concat(out.filter((b) => b !== null)).toString()).toBe(script)
      }),
    )
  })

  it('counts each prompt once, however it was cut', () => {
    fc.assert(
      fc.property(fc.nat(3), places, (count, places) => {
        const gate = createLoginGate(markers)
        const stream = Buffer.from(`${'noise'.repeat(2000)}${`lecture\n${markers.password}`.repeat(count)}`)
        const seen = cutAt(stream, places).map((chunk) => gate.stderr(chunk).prompts)
        expect(seen.at(-1)).toBe(count)
        expect(gate.noise()).not.toContain('f00d')
      }),
    )
  })
})

describe('command line', () => {
  it.each([null, { user: 'root', password: null }, { method: 'doas' as const, user: 'root', password: null }])(
    'holds no quote or backslash inside its single quotes: %j',
    (become) => {
      const line = commandLine('f00d', 60, become)
      expect(line).not.toContain('\\')
      expect(line.split("'").length % 2).toBe(1)
      for (const quoted of line.split("'").filter((_, i) => i % 2 === 1)) expect(quoted).not.toContain('!')
    },
  )

  it('knows user names from shell text', () => {
    expect(['root', 'a.b-c_d', 'svc$', '#0', 'user@domain'].every(isUserName)).toBe(true)
    expect(['', "a'b", 'a b', '-x', '$(id)', 'a\nb', 'a\\'].some(isUserName)).toBe(false)
  })
})

describe('the end of a script', () => {
  it.each([
    [{ rc: 0, signal: null }, 100, 'exited', 0],
    [{ rc: 124, signal: null }, 100, 'exited', 124],
    [{ rc: 124, signal: null }, 9800, 'timed-out', null],
    [{ rc: 1, signal: null }, 9800, 'exited', 1],
    [{ rc: null, signal: 'SIGKILL' }, 15_000, 'timed-out', null],
    [{ rc: null, signal: 'SIGKILL' }, 100, 'exited', 137],
    [null, 100, 'lost', null],
    [null, 20_000, 'lost', null],
  ] as const)('%j after %i ms of 10 s: %s', (exit, elapsed, end, rc) => {
    expect(scriptEnd(exit, elapsed, 10)).toEqual({ end, rc })
  })
})

describe('connect errors', () => {
  const { connection } = targetOf({ address: '192.0.2.1', port: 2222, user: 'ops' })

  it.each([
    ['ENOTFOUND', 'dns', false],
    ['EAI_AGAIN', 'dns', true],
    ['ECONNREFUSED', 'refused', false],
    ['ETIMEDOUT', 'timeout', false],
    ['EHOSTUNREACH', 'no-route', true],
    ['ENETUNREACH', 'no-route', true],
    ['ECONNRESET', 'connection-lost', true],
    ['EWHATEVER', 'connection-lost', false],
  ])('%s is %s, transient %s', (code, expected, transient) => {
    const failure = dialFailure(raw(code), connection)
    expect(failure).toMatchObject({ error: { outcome: 'unreachable', data: { code: expected } }, transient })
  })

  it.each([
    [raw(undefined, 'All configured authentication methods failed', 'client-authentication'), 'auth', false],
    [raw(2, 'Too many authentication failures'), 'auth', false],
    [raw(undefined, 'Connection lost before handshake', 'protocol'), 'connection-lost', true],
    [raw('ECONNRESET', 'read ECONNRESET', 'client-socket'), 'connection-lost', true],
    [raw(undefined, 'Handshake failed: no matching key exchange algorithm', 'handshake'), 'protocol', false],
  ])('%s is %s, transient %s', (error, code, transient) => {
    expect(handshakeFailure(error, connection, refusedLogin)).toMatchObject({ error: { data: { code } }, transient })
  })

  it('asks to name a key where the server ends before all were tried', () => {
    const offers = ['a', 'b', 'c'].map((label) => ({ method: 'publickey' as const, label, auth: noAuth }))
    const attempt = startAuth(connection, { offers, remarks: [] })
    attempt.next(null, null)
    attempt.next(['publickey'], false)
    attempt.next(['publickey'], false)
    expect(attempt.failure().data.hint).toContain('(MaxAuthTries) let us try 2 of the keys: name the right one')
    attempt.next(['publickey'], false)
    expect(attempt.failure().data.hint).toContain('try by hand: ssh -v -p 2222 ops@192.0.2.1')
  })

  it('waits longer after each failure, with jitter', () => {
    expect([0, 1, 2].map((n) => backoff(500, n, () => 1))).toEqual([500, 1000, 2000])
    expect(backoff(500, 0, () => 0)).toBe(250)
  })
})

describe('login errors', () => {
  const target = targetOf({ user: 'ops', become: { user: 'root', password: null } })
  it.each([
    ['sudo: 1 incorrect password attempt', 1, true, 'become-password-wrong'],
    ['ops is not in the sudoers file.', 1, true, 'become-not-allowed'],
    ['Sorry, user ops is not allowed to execute ... as root on h.', 1, true, 'become-not-allowed'],
    ['Sorry, user ops may not run sudo on h.', 1, true, 'become-not-allowed'],
    ['sudo: sorry, you must have a tty to run sudo', 1, false, 'become-requires-tty'],
    ['sudo: a terminal is required to read the password', 1, false, 'become-requires-tty'],
    ['env: ‘sudo’: No such file or directory', 127, false, 'become-missing'],
    ['env: sudo: not found', 127, false, 'become-missing'],
    ['sudo: unknown user root', 1, false, 'become-user-unknown'],
    ['sudo: unable to open /etc/sudoers', 1, false, 'become-not-allowed'],
    ['This account is currently not available.', 1, false, 'login-shell'],
  ])('%j is %s', (noise, rc, passwordSent, code) => {
    expect(loginError({ target, become: true, passwordSent, noise, rc }).data.code).toBe(code)
  })

  const doas = targetOf({ user: 'ops', become: { method: 'doas', user: 'root', password: null } })
  it.each([
    ['doas: Authentication required', 1, 'become-password-missing'],
    ['doas: a tty is required', 1, 'become-password-missing'],
    ['doas: Operation not permitted', 1, 'become-not-allowed'],
    ['doas: doas is not enabled, /etc/doas.conf: No such file or directory', 1, 'become-not-allowed'],
    ['doas: unknown user root', 1, 'become-user-unknown'],
    ['sh: 1: exec: doas: not found', 127, 'become-missing'],
    ['doas: setresgid: Operation not permitted', 1, 'become-not-allowed'],
    ['This account is currently not available.', 1, 'login-shell'],
  ])('of doas: %j is %s', (noise, rc, code) => {
    expect(loginError({ target: doas, become: true, passwordSent: false, noise, rc }).data.code).toBe(code)
  })

  it('never show a line that was cut in two', () => {
    const noise = `sudo: ${'x'.repeat(600)}\ntiger-in-the-tank ${'y'.repeat(470)}\nsudo: end`
    const { detail } = loginError({ target, become: true, passwordSent: false, noise, rc: 1 }).data
    expect(detail).toBe(`on ops@127.0.0.1:22; it said: …\ntiger-in-the-tank ${'y'.repeat(470)}\nsudo: end`)
    const longer = loginError({ target, become: true, passwordSent: false, noise: `x${noise}z`, rc: 1 }).data.detail
    expect(longer).toContain('tiger-in-the-tank')
    const cut = loginError({ target, become: true, passwordSent: false, noise: `${noise}${'z'.repeat(20)}`, rc: 1 })
    expect(cut.data.detail).toBe(`on ops@127.0.0.1:22; it said: …\nsudo: end${'z'.repeat(20)}`)
  })
})

it('asks for keys of known types first', () => {
  const algorithms = ['ssh-ed25519', 'rsa-sha2-512', 'ecdsa-sha2-nistp256', 'ssh-rsa']
  expect(orderAlgorithms(algorithms, [])).toEqual(algorithms)
  expect(orderAlgorithms(algorithms, ['ssh-rsa'])).toEqual([
    'rsa-sha2-512',
    'ssh-rsa',
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
  ])
})
