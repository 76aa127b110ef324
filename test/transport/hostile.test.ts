/** What comes over the wire, cut at every byte, forged, flooding and trickling: bounded in memory and in time. */
import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ExecChannel } from '../../src/transport/carrier.ts'
import { runOnChannel } from '../../src/transport/exec.ts'
import { fingerprint, isWholeKey, keyType, rsaBits } from '../../src/transport/host-key-blob.ts'
import {
  findKnown,
  indexKnownHosts,
  judgeHostKey,
  knownAs,
  knownKeyTypes,
  parseKnownHosts,
  renderKnownHost,
} from '../../src/transport/known-hosts.ts'
import { markersOf } from '../../src/transport/command-line.ts'
import { loginError, loginTimeout } from '../../src/transport/login-errors.ts'
import { createLoginGate } from '../../src/transport/login-gate.ts'
import { createOutputCollector } from '../../src/transport/output.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { HostError } from '../../src/model/errors.ts'
import { anyText, hostileText } from '../support/hostile-text.ts'
import { keyPair, publicBlob, request, targetOf } from './support.ts'

const markers = markersOf('f00d')
const bytes = fc.uint8Array({ maxLength: 200 }).map((list) => Buffer.from(list))

describe('the login gate', () => {
  const noise = fc
    .oneof(
      bytes,
      anyText.map((text) => Buffer.from(text)),
    )
    .filter((one) => !one.includes('f00d'))

  it('opens at the marker wherever the stream is cut', () => {
    fc.assert(
      fc.property(noise, bytes, (noise, script) => {
        const stream = Buffer.concat([noise, Buffer.from(markers.ready), script])
        for (let cut = 0; cut <= stream.length; cut++) {
          const gate = createLoginGate(markers)
          const rest = [stream.subarray(0, cut), stream.subarray(cut)].map((part) => gate.stdout(part))
          expect(Buffer.concat(rest.filter((part) => part !== null)).equals(script)).toBe(true)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('opens byte by byte, counts prompts, and remembers little of any noise', () => {
    const gate = createLoginGate(markers)
    const flood = Buffer.alloc(64 * 1024, 'f00d-p f00d-read f00d')
    for (let i = 0; i < 100; i++) expect(gate.stderr(flood)).toEqual({ rest: null, prompts: 0 })
    expect(gate.noise().length).toBeLessThan(10_000)
    let prompts = 0
    for (const byte of Buffer.from(`${markers.password}${markers.password}${markers.ready}`)) {
      prompts = gate.stderr(Buffer.from([byte])).prompts
    }
    expect(prompts).toBe(2)
    expect(gate.stderr(Buffer.from('after')).rest?.toString()).toBe('after')
  })
})

describe('the output', () => {
  it('is the same text and the same lines wherever it is cut, and never more than the cap', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          anyText.map((text) => Buffer.from(text)),
        ),
        fc.nat(300),
        (stream, cap) => {
          const whole = stream.subarray(0, cap).toString('utf8')
          for (let cut = 0; cut <= stream.length; cut += 1 + Math.floor(stream.length / 40)) {
            const lines: string[] = []
            const output = createOutputCollector(cap, (line) => lines.push(line))
            const fits = [stream.subarray(0, cut), stream.subarray(cut)].map((part) => output.stdout(part))
            expect(fits.every(Boolean)).toBe(stream.length <= cap)
            expect(output.finish().stdout).toBe(whole)
            expect(lines.join('\n')).toBe(whole.replace(/\n$/, ''))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('takes a line of megabytes in chunks of one byte, and joins it once', () => {
    let lines = 0
    const output = createOutputCollector(2_000_000, (line) => (lines += line.length))
    const chunk = Buffer.from('x')
    for (let i = 0; i < 1_000_000; i++) output.stdout(chunk)
    output.finish()
    expect(lines).toBe(1_000_000)
  })
})

describe('host keys', () => {
  const blob = fc.oneof(
    bytes,
    fc
      .tuple(fc.constantFrom('ssh-ed25519', 'ssh-rsa', 'ssh-dss', 'ecdsa-sha2-nistp256', '__proto__', ''), bytes)
      .map(([type, rest]) => {
        const head = Buffer.alloc(4)
        head.writeUInt32BE(type.length)
        return Buffer.concat([head, Buffer.from(type), rest])
      }),
    fc.constant(publicBlob(keyPair().public)),
  )

  it('of any bytes are judged, and unknown unless they are the known one', () => {
    const known = publicBlob(keyPair().public)
    const index = indexKnownHosts(parseKnownHosts(`h ssh-ed25519 ${known.toString('base64')}\n`, 'file'))
    fc.assert(
      fc.property(blob, (key) => {
        expect(typeof keyType(key) === 'string' || keyType(key) === null).toBe(true)
        expect(fingerprint(key)).toMatch(/^SHA256:[\w+/]{43}$/)
        expect(rsaBits(key) === null || rsaBits(key)! >= 0).toBe(true)
        isWholeKey(key)
        const verdict = judgeHostKey(findKnown([index], knownAs('h', 22)), key)
        expect(verdict.kind).toBe(key.equals(known) ? 'match' : 'changed')
        // What would be written can be read again as the same key, or as none.
        const again = parseKnownHosts(renderKnownHost('h', key), 'file')
        expect(again.every((entry) => entry.key.equals(key))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('of any known_hosts file are read', () => {
    const line = `[h]:22,*.example ssh-ed25519 ${publicBlob(keyPair().public).toString('base64')} comment\n`
    fc.assert(
      fc.property(
        hostileText(`# hosts\n${line}@revoked ${line}@cert-authority ${line}|1|AAAA|BBBB= ssh-rsa AAAA\n`),
        (text) => {
          const entries = parseKnownHosts(text, 'file')
          expect(entries.length).toBeLessThanOrEqual(text.split('\n').length)
          const found = findKnown([indexKnownHosts(entries)], knownAs('h', 2222))
          expect(judgeHostKey(found, Buffer.from('x')).kind).not.toBe('match')
          knownKeyTypes(found)
        },
      ),
      { numRuns: 300 },
    )
  })
})

it('a login that failed is explained, whatever it said', () => {
  const target = targetOf({ become: { user: 'root', password: null } })
  fc.assert(
    fc.property(
      hostileText('sudo: no password was provided\nSorry, try again.\n'),
      fc.boolean(),
      fc.integer(),
      (noise, become, rc) => {
        const error = loginError({ target, become, passwordSent: false, noise, rc })
        expect(error.data.code).toMatch(/^(login-shell|become-[a-z-]+)$/)
        expect(error.data.detail.length + loginTimeout(target, 1, noise).data.detail.length).toBeLessThan(3000)
      },
    ),
  )
})

describe('an exec', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A channel whose program has been let in. */
  function opened(): { channel: EventEmitter & { stderr: EventEmitter }; send: (text: string) => boolean } {
    const channel = Object.assign(new EventEmitter(), {
      stderr: new EventEmitter(),
      write: () => true,
      end: () => {},
      close: () => {},
    })
    return { channel, send: (text) => channel.emit('data', Buffer.from(text)) }
  }

  const context = {
    target: targetOf({}),
    markers,
    become: null,
    mayGivePassword: true,
    loginTimeoutMs: 30_000,
    lost: new Promise<string>(() => {}),
  }

  it('ends in its time where what the script left behind prints a byte a second for ever', async () => {
    vi.useFakeTimers()
    const { channel, send } = opened()
    const running = runOnChannel(channel as unknown as ExecChannel, request('x', { timeoutSeconds: 60 }), context)
    send(markers.ready)
    channel.emit('exit', 0)
    const trickle = setInterval(() => send('x'), 1000)
    await vi.advanceTimersByTimeAsync(80_000)
    clearInterval(trickle)
    const result = await running
    expect(result).toMatchObject({ end: 'exited', rc: 0 })
    expect(result.stdout.length).toBeLessThan(80)
  })

  it('takes what still comes behind the end of the script, as long as it comes', async () => {
    vi.useFakeTimers()
    const { channel, send } = opened()
    const running = runOnChannel(channel as unknown as ExecChannel, request('x', { timeoutSeconds: 60 }), context)
    send(markers.ready)
    channel.emit('exit', 0)
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(2000)
      send('x')
    }
    await vi.advanceTimersByTimeAsync(4000)
    expect(await running).toMatchObject({ end: 'exited', rc: 0, stdout: 'x'.repeat(10) })
  })

  it('calls a login that floods what it is: nothing was run', async () => {
    const { channel, send } = opened()
    const running = runOnChannel(channel as unknown as ExecChannel, request('x', { outputCap: 100_000 }), context)
    const failure = running.catch((error: HostError) => error)
    for (let i = 0; i < 20; i++) send('\u001B[31mflood\n'.repeat(1000))
    expect(await failure).toMatchObject({
      outcome: 'failed',
      data: { code: 'output-cap', hint: expect.stringContaining('login files') },
    })
  })

  it('gives a login up that trickles', async () => {
    vi.useFakeTimers()
    const { channel, send } = opened()
    const running = runOnChannel(channel as unknown as ExecChannel, request('x'), context).catch(
      (error: HostError) => error.data,
    )
    const trickle = setInterval(() => send('.'), 1000)
    await vi.advanceTimersByTimeAsync(40_000)
    clearInterval(trickle)
    expect(await running).toMatchObject({ code: 'timed-out', detail: expect.stringContaining('.....') })
  })
})

describe('a port that is no SSH server', () => {
  it.each([
    ['floods in one line', 'x'.repeat(1024 * 1024)],
    ['floods in lines', 'banner\r\n'.repeat(128 * 1024)],
    ['floods in bytes', Buffer.alloc(1024 * 1024, 0xff)],
    ['answers HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['greets and floods', Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(1024 * 1024, 0x41)])],
  ])('%s: unreachable', async (_name, chunk) => {
    let sent = 0
    const server = createServer((socket) => {
      socket.on('error', () => {}).resume()
      const more = (): void => {
        while (!socket.destroyed && sent < 64 * 1024 * 1024) {
          sent += chunk.length
          if (!socket.write(chunk)) return void socket.once('drain', more)
          if (chunk.length < 1000) return
        }
      }
      more()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const transport = createSshTransport({ env: {}, connectTimeoutMs: 2000, connectRetries: 0 })
    const { port } = server.address() as AddressInfo
    const error = await transport.connect(targetOf({ port }), new AbortController().signal).then(
      () => expect.fail('should have failed'),
      (error: HostError) => error,
    )
    expect(error.outcome).toBe('unreachable')
    expect(['protocol', 'timeout', 'connection-lost']).toContain(error.data.code)
    expect(JSON.stringify(error.data).length).toBeLessThan(5000)
    await transport.close()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
})
