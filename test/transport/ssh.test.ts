import { EventEmitter, once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2 from 'ssh2'
import type { AuthContext, ParsedKey } from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { HostError } from '../../src/model/errors.ts'
import type { Target } from '../../src/model/host.ts'
import { Secret } from '../../src/model/secret.ts'
import type { SshSettings } from '../../src/model/ssh-settings.ts'
import { knownHostName, renderKnownHost } from '../../src/transport/known-hosts.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { SshTransportOptions } from '../../src/transport/ssh.ts'
import type { Session, Transport } from '../../src/transport/types.ts'
import { acceptKey, keyPair, publicBlob, request, startServer, targetOf } from './support.ts'
import type { ConnectionParts, ServerOptions, TestServer } from './support.ts'

const { signal } = new AbortController()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

function transportOf(options: SshTransportOptions = {}): Transport {
  const transport = createSshTransport({ env: { HOME: '/nonexistent' }, retryDelayMs: 10, ...options })
  cleanups.push(() => transport.close())
  return transport
}

async function serve(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options)
  cleanups.push(() => server.close())
  return server
}

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: NetServer = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return (server.address() as AddressInfo).port
}

/** An ssh-agent with these keys, which signs or refuses to. */
async function serveAgent(path: string, keys: ParsedKey[], signs = true): Promise<void> {
  const server = createServer((socket) => {
    const agent = new ssh2.AgentProtocol(false)
    socket
      .on('error', () => {})
      .pipe(agent)
      .pipe(socket)
    agent.on('identities', (asked) => agent.getIdentitiesReply(asked, keys))
    agent.on('sign', (asked, publicKey, data, options) => {
      const key = keys.find((key) => key.getPublicSSH().equals(publicKey.getPublicSSH()))
      if (signs && key) agent.signReply(asked, key.sign(data, options.hash))
      else agent.failureReply(asked)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, () => resolve()))
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
}

function parsedKey(text: string, passphrase?: string): ParsedKey {
  const key = ssh2.utils.parseKey(text, passphrase)
  if (key instanceof Error) throw key
  return key
}

const failureOf = (promise: Promise<unknown>): Promise<HostError> =>
  promise.then(
    () => expect.fail('should have failed'),
    (error: HostError) => error,
  )

const known = async (entries: (server: TestServer) => string): Promise<{ server: TestServer; target: Target }> => {
  const server = await serve()
  const file = join(server.dir, 'known_hosts')
  writeFileSync(file, entries(server))
  const target = targetOf({
    port: server.port,
    privateKeyFile: server.keyFile,
    ssh: { hostKeyChecking: 'strict', userKnownHostsFiles: [join(server.dir, 'absent'), file] },
  })
  return { server, target }
}

const other = Buffer.from(keyPair().public.split(' ')[1] ?? '', 'base64')

const connectTo = (server: TestServer, connection: ConnectionParts, options: SshTransportOptions = {}) =>
  transportOf(options).connect(targetOf({ port: server.port, ...connection }), signal)

const password = (methods: ('password' | 'keyboard-interactive')[]) => (context: AuthContext) => {
  if (context.method === 'password' && methods.includes('password') && context.password === 'right') context.accept()
  else if (context.method === 'keyboard-interactive' && methods.includes('keyboard-interactive')) {
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
      answers[0] === 'right' ? context.accept() : context.reject(methods),
    )
  } else context.reject(methods)
}

/** A sudo of our own: asks as the real one does, and grants `right`. */
const SUDO = `#!/bin/sh
while [ "$1" != -- ]; do [ "$1" = -p ] && prompt=$2; [ "$1" = -u ] && user=$2; shift; done; shift
[ "$user" = free ] && exec "$@"
[ "$user" = tty ] && { echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1; }
echo 'We trust you have received the usual lecture.' >&2
for try in 1 2 3; do
printf %s "$prompt" >&2
read -r password || { echo 'sudo: no password was provided' >&2; exit 1; }
[ "$password" = right ] && exec "$@"
echo 'Sorry, try again.' >&2
done
echo 'sudo: 3 incorrect password attempts' >&2
exit 1
`

async function serveSudo(): Promise<TestServer> {
  const bin = join((await serve()).dir, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'sudo'), SUDO)
  chmodSync(join(bin, 'sudo'), 0o755)
  return serve({ bin })
}

const become = async (user: string, password: string | null, script = 'cat; echo done; echo err >&2') => {
  const server = await serveSudo()
  const session = await transportOf().connect(
    targetOf({
      port: server.port,
      privateKeyFile: server.keyFile,
      user: 'ops',
      become: { user, password: password === null ? null : new Secret(password) },
    }),
    signal,
  )
  return session.exec(request(script))
}

describe('reaching a host', () => {
  it('waits as long as ConnectTimeout says, unless it is told otherwise', async () => {
    const port = await listen(() => {})
    const slow = targetOf({ port, ssh: { connectTimeout: 1 } })
    const { data } = await failureOf(transportOf({ connectRetries: 0 }).connect(slow, signal))
    expect(data).toMatchObject({ code: 'timeout', detail: 'it took longer than 1 s' })
    const options = { connectRetries: 0, connectTimeoutMs: 200 }
    expect((await failureOf(transportOf(options).connect(slow, signal))).data.detail).toBe('it took longer than 0.2 s')
  })

  it('loses a host that answers no keepalive, as often as ServerAlive* says', async () => {
    const { port, keyFile } = await serve()
    let frozen = false
    const gate = await listen((socket) => {
      const onward = createConnection({ port, host: '127.0.0.1' }).on('error', () => {})
      socket.on('data', (chunk) => void (frozen || onward.write(chunk)))
      onward.on('data', (chunk) => void (frozen || socket.write(chunk)))
      socket.once('close', () => onward.destroy())
    })
    const ssh = { serverAliveInterval: 1, serverAliveCountMax: 1 }
    const session = await transportOf().connect(targetOf({ port: gate, privateKeyFile: keyFile, ssh }), signal)
    const running = session.exec(request('echo begun; sleep 30', { onLine: () => void (frozen = true) }))
    expect(await running).toMatchObject({ end: 'lost', stdout: 'begun\n' })
  })

  it('tries again after a connection that was dropped, and gives up after the retries', async () => {
    let dropped = 0
    const port = await listen((socket) => {
      dropped++
      socket.destroy()
    })
    const error = await failureOf(transportOf({ connectRetries: 2 }).connect(targetOf({ port }), signal))
    expect(error.data.code).toBe('connection-lost')
    expect(dropped).toBe(3)
  })

  it('tells a silent server from one that speaks something else', async () => {
    const silent = await listen(() => {})
    const options = { connectTimeoutMs: 300, connectRetries: 0 }
    expect((await failureOf(transportOf(options).connect(targetOf({ port: silent }), signal))).data.code).toBe(
      'timeout',
    )
    const http = await listen((socket) => socket.write('SSH-1.0-old\r\n'))
    expect((await failureOf(transportOf(options).connect(targetOf({ port: http }), signal))).data.code).toBe('protocol')
  })

  it('waits for a silent server once, and not once more for each retry', async () => {
    let connections = 0
    const port = await listen(() => connections++)
    const started = performance.now()
    const options = { connectTimeoutMs: 300, connectRetries: 2 }
    expect((await failureOf(transportOf(options).connect(targetOf({ port }), signal))).data.code).toBe('timeout')
    expect(connections).toBe(1)
    expect(performance.now() - started).toBeLessThan(900)
  })

  it('reaches a server that drops all but one login at a time, under many names', async () => {
    const { port, keyFile } = await serve()
    let logins = 0
    const gate = await listen((socket) => {
      if (logins > 0) return socket.destroy()
      logins++
      const onward = createConnection({ port, host: '127.0.0.1' }).on('error', () => {})
      // A login takes 50 ms here: whoever comes meanwhile is dropped, as by MaxStartups 1.
      setTimeout(() => logins--, 50)
      socket.pipe(onward).pipe(socket)
      return socket.once('close', () => onward.destroy())
    })
    const transport = transportOf({ retryDelayMs: 100 })
    const connects = Array.from({ length: 6 }, (_, i) =>
      transport.connect(targetOf({ port: gate, privateKeyFile: keyFile }, `h${i}`), signal),
    )
    expect((await Promise.allSettled(connects)).filter(({ status }) => status === 'rejected')).toEqual([])
  })

  it('does not retry what is refused', async () => {
    const port = await listen(() => {})
    await cleanups.pop()?.()
    const started = performance.now()
    const error = await failureOf(transportOf({ retryDelayMs: 5000 }).connect(targetOf({ port }), signal))
    expect(error.data).toMatchObject({ code: 'refused', summary: expect.stringContaining(`127.0.0.1:${port}`) })
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('stops at once when called off', async () => {
    const port = await listen(() => {})
    const controller = new AbortController()
    const connecting = transportOf().connect(targetOf({ port }), controller.signal)
    setTimeout(() => controller.abort(), 50)
    expect((await failureOf(connecting)).data.code).toBe('aborted')
    expect((await failureOf(transportOf().connect(targetOf({ port }), controller.signal))).data.code).toBe('aborted')
  })

  it('keeps to its limit of connections being made', async () => {
    let now = 0
    let most = 0
    const port = await listen((socket) => {
      most = Math.max(most, ++now)
      socket.once('close', () => now--)
      setTimeout(() => socket.destroy(), 20)
    })
    const transport = transportOf({ connectConcurrency: 3, connectRetries: 0 })
    await Promise.all(Array.from({ length: 12 }, () => failureOf(transport.connect(targetOf({ port }), signal))))
    expect(most).toBe(3)
  })
})

describe('host keys', () => {
  it.each(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'])('asks for the %s key that is known', async (type) => {
    const { target } = await known((s) =>
      renderKnownHost(knownHostName('127.0.0.1', s.port), s.hostKeys[type] ?? Buffer.alloc(0)),
    )
    await expect(transportOf().connect(target, signal)).resolves.toBeDefined()
  })

  it('refuses an unknown host and says how to make it known', async () => {
    const { server, target } = await known(() => '')
    const { data } = await failureOf(transportOf().connect(target, signal))
    expect(data.code).toBe('host-key-unknown')
    expect(data.detail).toMatch(/presented: ssh-ed25519 SHA256:/)
    expect(data.hint).toContain(`ssh-keyscan -p ${server.port} -t ed25519 127.0.0.1`)
  })

  it('refuses a changed key and names the line of the old one', async () => {
    const { target } = await known((s) => `#\n${renderKnownHost(knownHostName('127.0.0.1', s.port), other)}`)
    const { data } = await failureOf(transportOf().connect(target, signal))
    expect(data.code).toBe('host-key-changed')
    expect(data.detail).toContain(`${target.connection.ssh.userKnownHostsFiles[1]}:2`)
    expect(data.detail.match(/SHA256:/g)).toHaveLength(2)
  })

  it('refuses a revoked key', async () => {
    const { target } = await known((s) => {
      const line = renderKnownHost(knownHostName('127.0.0.1', s.port), s.hostKeys['ssh-ed25519'] ?? Buffer.alloc(0))
      return `${line}\n@revoked ${line}`
    })
    expect((await failureOf(transportOf().connect(target, signal))).data.code).toBe('host-key-revoked')
  })
})

describe('without checking host keys', () => {
  const withPassword = { user: 'root', password: new Secret('right'), privateKeyFile: null }

  it('gives no password to a host whose key is not the known one, and refuses a revoked one', async () => {
    const given: string[] = []
    const authenticate = (context: AuthContext): void => {
      given.push(context.method)
      password(['password', 'keyboard-interactive'])(context)
    }
    const server = await serve({ authenticate })
    const file = join(server.dir, 'known_hosts')
    const name = knownHostName('127.0.0.1', server.port)
    const ssh: Partial<SshSettings> = { hostKeyChecking: 'off', userKnownHostsFiles: [file] }
    const own = renderKnownHost(name, server.hostKeys['ssh-ed25519']!)
    for (const [text, error] of [
      [renderKnownHost(name, other), { code: 'auth', detail: expect.stringContaining('passwords were kept back') }],
      [`${own}\n@revoked ${own}`, { code: 'host-key-revoked' }],
    ] as const) {
      writeFileSync(file, text)
      const { data } = await failureOf(connectTo(server, { ...withPassword, ssh }))
      expect(data).toMatchObject(error)
      expect(readFileSync(file, 'utf8')).toBe(text)
    }
    expect(new Set(given)).toEqual(new Set(['none']))
    writeFileSync(file, own)
    await expect(connectTo(server, { ...withPassword, ssh })).resolves.toBeDefined()
  })

  it('warns of a key that is not the known one, and gives sudo no password there', async () => {
    const server = await serveSudo()
    const file = join(server.dir, 'known_hosts')
    writeFileSync(file, renderKnownHost(knownHostName('127.0.0.1', server.port), other))
    const reach = (user: string) =>
      connectTo(server, {
        privateKeyFile: server.keyFile,
        user: 'ops',
        ssh: { hostKeyChecking: 'off', userKnownHostsFiles: [file] },
        become: { user, password: new Secret('right') },
      })
    const session = await reach('root')
    expect(session.warnings).toMatchObject([
      { code: 'host-key-changed', detail: expect.stringContaining(`at ${file}:1`) },
    ])
    const { data } = await failureOf(session.exec(request('true')))
    expect(data).toMatchObject({ code: 'become-password-kept-back', summary: expect.stringContaining('host key') })
    expect(await (await reach('free')).exec(request('true'))).toMatchObject({ end: 'exited', rc: 0 })
    writeFileSync(file, '')
    const proven = await reach('root')
    expect(proven.warnings).toEqual([])
    expect(await proven.exec(request('true'))).toMatchObject({ end: 'exited', rc: 0 })
  })

  it('makes a new key known, and goes on where it cannot', async () => {
    const server = await serve()
    const file = join(server.dir, 'known_hosts')
    const reach = (file: string) =>
      connectTo(server, {
        privateKeyFile: server.keyFile,
        ssh: { hostKeyChecking: 'off', userKnownHostsFiles: [file] },
      })
    await reach(file)
    const name = knownHostName('127.0.0.1', server.port)
    expect(readFileSync(file, 'utf8')).toBe(`${renderKnownHost(name, server.hostKeys['ssh-ed25519']!)}\n`)
    await expect(reach('/proc/none/known_hosts')).resolves.toBeDefined()
  })
})

describe('authentication', () => {
  it('names what was tried and what the server takes', async () => {
    const server = await serve()
    const wrong = join(server.dir, 'wrong')
    writeFileSync(wrong, keyPair().private)
    const error = await failureOf(connectTo(server, { privateKeyFile: wrong, password: new Secret('x') }))
    expect(error.data).toMatchObject({
      code: 'auth',
      summary: expect.stringContaining(`root@127.0.0.1:${server.port}`),
    })
    expect(error.data.detail).toBe(`tried: key ${wrong}\nthe server takes: publickey`)
  })

  it('says what the configuration of ssh rules out', async () => {
    const server = await serve({ authenticate: password(['password']) })
    const both = { privateKeyFile: server.keyFile, password: new Secret('right') }
    const keysOnly = await failureOf(connectTo(server, { ...both, ssh: { authentications: ['publickey'] } }))
    expect(keysOnly.data.detail).toContain("the password was not given: ssh's configuration rules it out")
    const noKeys = await failureOf(connectTo(server, { ...both, ssh: { authentications: ['keyboard-interactive'] } }))
    expect(noKeys.data.detail).toContain("keys were not tried: ssh's configuration rules them out")
    await expect(
      connectTo(server, { ...both, ssh: { authentications: ['password', 'publickey'] } }),
    ).resolves.toBeDefined()
  })

  it('offers of the agent only what files name, where the configuration says so', async () => {
    const [named, other] = [keyPair(), keyPair()]
    const seen: Buffer[] = []
    const server = await serve({
      authenticate: (context) => {
        if (context.method === 'publickey') seen.push(context.key.data)
        context.reject(['publickey'])
      },
    })
    const socket = join(server.dir, 'agent')
    await serveAgent(socket, [parsedKey(other.private), parsedKey(named.private)])
    // The private key is in the agent alone: its public half says which one is meant.
    const file = join(server.dir, 'named')
    writeFileSync(`${file}.pub`, named.public)
    const offered = async (ssh: Partial<SshSettings>, env = {}): Promise<Buffer[]> => {
      seen.length = 0
      await failureOf(connectTo(server, { ssh }, { env }))
      return seen.filter((key, nr) => !key.equals(seen[nr - 1] ?? Buffer.alloc(0)))
    }
    const [namedBlob, otherBlob] = [publicBlob(named.public), publicBlob(other.public)]
    expect(await offered({ identityFiles: [file], identityAgent: socket })).toEqual([namedBlob, otherBlob])
    expect(await offered({ identityFiles: [file], identityAgent: socket, identitiesOnly: true })).toEqual([namedBlob])
    expect(
      await offered({ identityFiles: [`${file}.pub`], identityAgent: '$MINE', identitiesOnly: true }, { MINE: socket }),
    ).toEqual([namedBlob])
    expect(await offered({ identityFiles: [file], identityAgent: null }, { SSH_AUTH_SOCK: socket })).toEqual([])
  })

  it('reports key files that cannot be used before it connects', async () => {
    const server = await serve()
    const encrypted = join(server.dir, 'encrypted')
    writeFileSync(encrypted, keyPair('ed25519', 'x').private)
    const absent = await failureOf(connectTo(server, { privateKeyFile: join(server.dir, 'none') }))
    expect(absent).toMatchObject({ outcome: 'unreachable', data: { code: 'key-file' } })
    const locked = await failureOf(connectTo(server, { privateKeyFile: encrypted }))
    expect(locked.data).toMatchObject({ code: 'key-file', hint: expect.stringContaining('ssh-add') })
    expect(server.connections()).toBe(0)
  })

  it('uses the keys of the configuration, and says that an encrypted one was left out', async () => {
    const seen: string[] = []
    const server = await serve({
      authenticate: (context, publicKey) => {
        seen.push(context.method)
        acceptKey(context, publicKey)
      },
    })
    const identityFiles = ['absent', 'id_ed25519', 'id_rsa'].map((name) => join(server.dir, name))
    writeFileSync(identityFiles[1]!, keyPair('ed25519', 'x').private)
    const error = await failureOf(connectTo(server, { ssh: { identityFiles } }))
    expect(error.data.detail).toContain('id_ed25519 is encrypted')
    writeFileSync(identityFiles[2]!, readFileSync(server.keyFile))
    await expect(connectTo(server, { ssh: { identityFiles } })).resolves.toBeDefined()
    expect(seen.slice(-3)).toEqual(['none', 'publickey', 'publickey'])
  })

  it('offers no key whose type PubkeyAcceptedAlgorithms leaves out, named or of the agent', async () => {
    const rsa = keyPair('rsa')
    const server = await serve({ authenticate: (context) => acceptKey(context, publicBlob(rsa.public)) })
    const socket = join(server.dir, 'agent')
    await serveAgent(socket, [parsedKey(rsa.private)])
    const reach = (pubkeyAlgorithms: string[]) =>
      connectTo(
        server,
        { privateKeyFile: server.keyFile, ssh: { pubkeyAlgorithms } },
        { env: { SSH_AUTH_SOCK: socket } },
      )
    const { data } = await failureOf(reach(['ssh-rsa', 'ecdsa-sha2-nistp256']))
    expect(data.detail).toContain('tried: nothing')
    expect(data.detail).toContain(
      `key ${server.keyFile} was not tried: PubkeyAcceptedAlgorithms leaves ssh-ed25519 out`,
    )
    expect(data.detail).toContain('leaves ssh-rsa out')
    await expect(reach(['rsa-sha2-512'])).resolves.toBeDefined()
  })

  it("signs with the agent's keys, also for a key file that is encrypted", async () => {
    const pair = keyPair('ed25519', 'x')
    const server = await serve({ authenticate: (context) => acceptKey(context, publicBlob(pair.public)) })
    const agentAt = (name: string): SshTransportOptions => ({
      env: { SSH_AUTH_SOCK: join(server.dir, name), HOME: '/' },
    })
    await serveAgent(join(server.dir, 'other'), [parsedKey(keyPair().private)])
    await serveAgent(join(server.dir, 'agent'), [parsedKey(keyPair('rsa').private), parsedKey(pair.private, 'x')])
    const privateKeyFile = join(server.dir, 'encrypted')
    writeFileSync(privateKeyFile, pair.private)
    const { data } = await failureOf(connectTo(server, { privateKeyFile }, agentAt('other')))
    expect(data).toMatchObject({ code: 'key-file', hint: expect.stringContaining('ssh-add') })
    await expect(connectTo(server, {}, agentAt('agent'))).resolves.toBeDefined()
    await expect(connectTo(server, { privateKeyFile }, agentAt('agent'))).resolves.toBeDefined()
  })

  it('goes on where the agent refuses to sign', async () => {
    const server = await serve()
    const env = { SSH_AUTH_SOCK: join(server.dir, 'agent'), HOME: '/nonexistent' }
    await serveAgent(env.SSH_AUTH_SOCK, [parsedKey(readFileSync(server.keyFile, 'utf8'))], false)
    const error = await failureOf(connectTo(server, {}, { env }))
    expect(error.data).toMatchObject({ code: 'auth', detail: expect.stringContaining('tried: agent key') })
  })

  it('remarks on an agent that cannot be reached, and goes on without it', async () => {
    const server = await serve()
    const error = await failureOf(
      connectTo(server, {}, { env: { SSH_AUTH_SOCK: '/nonexistent', HOME: '/nonexistent' } }),
    )
    expect(error.data.detail).toContain('the agent at /nonexistent cannot be reached')
  })

  it.each(['password', 'keyboard-interactive'] as const)('answers by %s', async (method) => {
    const server = await serve({ authenticate: password([method]) })
    await expect(connectTo(server, { password: new Secret('right') })).resolves.toBeDefined()
    const error = await failureOf(connectTo(server, { password: new Secret('wrong') }))
    expect(error.data.detail).toBe(`tried: ${method}\nthe server takes: ${method}`)
    expect(JSON.stringify(error.data)).not.toContain('wrong')
  })

  it('gives a wrong password once, also to a server that would take it by two methods', async () => {
    let answers = 0
    const methods: ('password' | 'keyboard-interactive')[] = ['password', 'keyboard-interactive']
    const server = await serve({
      authenticate: (context) => {
        if (context.method === 'password') answers++
        if (context.method !== 'keyboard-interactive') return context.reject(methods)
        return context.prompt([{ prompt: 'Password: ', echo: false }], () => {
          answers++
          context.reject(methods)
        })
      },
    })
    const error = await failureOf(connectTo(server, { password: new Secret('wrong') }))
    expect(error.data).toMatchObject({ code: 'auth', detail: expect.stringContaining('tried: keyboard-interactive\n') })
    expect(answers).toBe(1)
  })

  it('still gives the password where keyboard-interactive asks for nothing', async () => {
    const server = await serve({
      authenticate: (context) => {
        if (context.method === 'password' && context.password === 'right') context.accept()
        else context.reject(['password', 'keyboard-interactive'])
      },
    })
    await expect(connectTo(server, { password: new Secret('right') })).resolves.toBeDefined()
  })

  it('goes on to the next method where the server wants two', async () => {
    const server = await serve({
      authenticate: (context, publicKey) => {
        if (context.method === 'publickey' && context.key.data.equals(publicKey)) context.reject(['password'], true)
        else if (context.method === 'password' && context.password === 'right') context.accept()
        else context.reject(['publickey'])
      },
    })
    const both = { privateKeyFile: server.keyFile, password: new Secret('right') }
    await expect(connectTo(server, both)).resolves.toBeDefined()
    const error = await failureOf(connectTo(server, { privateKeyFile: server.keyFile }))
    expect(error.data.detail).toContain('wants a further one')
  })
})

describe('exec', () => {
  let server: TestServer
  let transport: Transport
  let session: Session
  beforeAll(async () => {
    server = await startServer()
    transport = createSshTransport({ env: {} })
    session = await transport.connect(targetOf({ port: server.port, privateKeyFile: server.keyFile }), signal)
  })
  afterAll(async () => {
    await transport.close()
    await server.close()
  })

  it('runs a script and counts', async () => {
    const result = await session.exec(request('echo out; echo err >&2; echo "$MPTCP_FLEET_SSH"; return 3'))
    expect(result).toEqual({ end: 'exited', rc: 3, stdout: 'out\n127.0.0.1 5555 127.0.0.1 22\n', stderr: 'err\n' })
    expect(session.usage().execs).toBe(1)
    expect(session.usage().bytesSent).toBeGreaterThan(500)
  })

  it('runs several at once', async () => {
    const results = await Promise.all([1, 2, 3].map((n) => session.exec(request(`sleep 0.1; echo ${n}`))))
    expect(results.map((r) => r.stdout)).toEqual(['1\n', '2\n', '3\n'])
  })

  it('holds stdin open, and writes to it what comes', async () => {
    const switched = new EventEmitter()
    async function* stdin(): AsyncGenerator<string> {
      await once(switched, 'off')
      yield 'more\n'
    }
    const lines: string[] = []
    const running = session.exec(
      request('echo waiting; cat; echo released', { stdin: stdin(), onLine: (line) => void lines.push(line) }),
    )
    await vi.waitFor(() => expect(lines).toEqual(['waiting']), 5000)
    await sleep(200)
    expect(lines).toEqual(['waiting'])
    switched.emit('off')
    expect(await running).toMatchObject({ end: 'exited', rc: 0, stdout: 'waiting\nmore\nreleased\n' })
  })

  it('does not take a script that exits with 124 for one that timed out', async () => {
    expect(await session.exec(request('exit 124'))).toMatchObject({ end: 'exited', rc: 124 })
  })

  it('ends a script in time, with those of its children that ignore SIGTERM', async () => {
    const mark = `7${Date.now() % 1e7}`
    const script = `(trap '' TERM; sleep ${mark}; sleep ${mark}) & echo started; sleep ${mark}`
    const result = await session.exec(request(script, { timeoutSeconds: 1 }))
    expect(result).toMatchObject({ end: 'timed-out', rc: null, stdout: 'started\n' })
    expect((await session.exec(request(`ps -eo args | grep '[s]leep ${mark}'`))).stdout).toBe('')
  })

  it('ends at the cap, and the session goes on', async () => {
    const result = await session.exec(request('while echo 0123456789; do :; done', { outputCap: 5000 }))
    expect(result.end).toBe('output-cap')
    expect(result.stdout).toHaveLength(5000)
    expect((await session.exec(request('echo on'))).stdout).toBe('on\n')
  })

  it('ends on an abort', async () => {
    const controller = new AbortController()
    const running = session.exec(
      request('echo begun; sleep 3', { signal: controller.signal, onLine: () => controller.abort() }),
    )
    expect(await running).toMatchObject({ end: 'aborted', rc: null, stdout: 'begun\n' })
    expect(await session.exec(request('echo never', { signal: controller.signal }))).toMatchObject({ end: 'aborted' })
  })

  it('fails alone where the one who watches throws', async () => {
    const watched = session.exec(
      request('echo x; sleep 1', {
        onLine: () => {
          throw new RangeError('watcher')
        },
      }),
    )
    await expect(watched).rejects.toThrow(RangeError)
    expect((await session.exec(request('echo on'))).stdout).toBe('on\n')
  })

  it('reveals a secret only in the script', async () => {
    const script = ["main() {\nprintf %s '", new Secret('s3cret'), "' | wc -c\n}\nmain\n"]
    expect((await session.exec(request('', { script }))).stdout.trim()).toBe('6')
  })

  it('is lost when the connection breaks, and says so of later execs', async () => {
    const own = await transport.connect(targetOf({ port: server.port, privateKeyFile: server.keyFile }), signal)
    const [, connection] = [...server.open]
    const running = own.exec(request('echo begun; sleep 3', { onLine: () => connection?.end() }))
    expect(await running).toMatchObject({ end: 'lost', rc: null, stdout: 'begun\n' })
    expect((await failureOf(own.exec(request('true')))).data.code).toBe('connection-lost')
    await own.close()
  })
})

describe('become', () => {
  it('gives the password once it is asked for, and the script sees nothing of it', async () => {
    expect(await become('root', 'right')).toEqual({ end: 'exited', rc: 0, stdout: 'done\n', stderr: 'err\n' })
  })

  it('keeps the password to itself where sudo does not ask', async () => {
    expect(await become('free', 'right')).toMatchObject({ end: 'exited', rc: 0, stdout: 'done\n' })
  })

  it.each([
    ['root', 'wrong', 'become-password-wrong'],
    ['root', null, 'become-password-missing'],
    ['tty', null, 'become-requires-tty'],
    ["x'; id #", null, 'become-user-unknown'],
  ])('fails for %s with %s: %s', async (user, password, code) => {
    const error = await failureOf(become(user, password))
    expect(error).toMatchObject({ outcome: 'failed', data: { code } })
    expect(JSON.stringify(error.data)).not.toContain('-pw')
  })

  it('never gives sudo a password of several lines: its shell would run the second one', async () => {
    const touched = join((await serve()).dir, 'touched')
    const error = await failureOf(become('root', `right\ntouch ${touched}`))
    expect(error.data).toMatchObject({ code: 'become-password-wrong', summary: 'the sudo password has several lines' })
    expect(JSON.stringify(error.data)).not.toContain(touched)
    expect(existsSync(touched)).toBe(false)
  })
})
