/** Jump hosts: real sshds in a chain, behind gates that count connections and can cut them. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { HostError } from '../../src/model/errors.ts'
import type { Connection, Target } from '../../src/model/host.ts'
import { renderKnownHost } from '../../src/transport/known-hosts.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { Transport } from '../../src/transport/types.ts'
import { hasSshd, makeSshdHome } from './sshd.ts'
import type { KeyKind, Sshd, SshdHome } from './sshd.ts'
import { request, targetOf } from './support.ts'
import type { ConnectionParts } from './support.ts'

const { signal } = new AbortController()
const { username: user } = userInfo()
const cleanups: (() => unknown)[] = []
let home: SshdHome
let bastion: Sshd
let inner: Sshd
let host: Sshd

beforeAll(async () => {
  if (!hasSshd) return
  home = makeSshdHome()
  ;[bastion, inner, host] = await Promise.all([
    home.start(['ed25519']),
    home.start(['ecdsa-256']),
    home.start(['rsa-2048']),
  ])
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})
afterAll(() => (hasSshd ? home.close() : undefined))

function newTransport(): Transport {
  const transport = createSshTransport({ env: {}, connectRetries: 0 })
  cleanups.push(() => transport.close())
  return transport
}

interface Gate {
  port: number
  connections: () => number
  open: Set<Socket>
  cut: () => void
}

/** A port that leads to another one. */
async function gateTo({ port: to }: Sshd): Promise<Gate> {
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    open.add(socket)
    const onward = connect(to, '127.0.0.1')
    socket.on('close', () => (open.delete(socket), onward.destroy())).on('error', () => {})
    onward.on('close', () => socket.destroy()).on('error', () => {})
    socket.pipe(onward).pipe(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  cleanups.push(() => (cut(), server.close()))
  return { port: (server.address() as AddressInfo).port, connections: () => connections, open, cut }
}

let files = 0
/** Settings of a host that is known by this key alone. */
function known(port: number, kind: KeyKind): ConnectionParts {
  const file = join(home.dir, `known-${++files}`)
  writeFileSync(file, `${renderKnownHost(`[127.0.0.1]:${port}`, home.hostKeys[kind])}\n`)
  const ssh = { hostKeyChecking: 'strict', userKnownHostsFiles: [file], identityFiles: [home.keyFile] } as const
  return { port, user, ssh: { ...ssh, userKnownHostsFiles: [file], identityFiles: [home.keyFile] } }
}

const to = (port: number, kind: KeyKind, jumps: Connection[], name = 'h'): Target =>
  targetOf({ ...known(port, kind), jumps }, name)
const hop = (port: number, kind: KeyKind): Connection => targetOf(known(port, kind)).connection

const failureOf = (promise: Promise<unknown>): Promise<HostError> =>
  promise.then(
    () => expect.fail('should have failed'),
    (error: HostError) => error,
  )

describe.skipIf(!hasSshd)('jump hosts (skipped where there is no sshd)', () => {
  it('leads over two jump hosts to a third host, each known by its own key', async () => {
    const gates = await Promise.all([gateTo(bastion), gateTo(inner)])
    const jumps = [hop(gates[0].port, 'ed25519'), hop(gates[1].port, 'ecdsa-256')]
    const session = await newTransport().connect(to(host.port, 'rsa-2048', jumps), signal)
    const big = await session.exec(
      request('head -c 3000000 /dev/zero | tr "\\0" x; echo "$MPTCP_FLEET_SSH"', { outputCap: 4_000_000 }),
    )
    expect(big).toMatchObject({ end: 'exited', rc: 0 })
    expect(big.stdout).toMatch(new RegExp(`^x{3000000}127.0.0.1 \\d+ 127.0.0.1 ${host.port}\n$`))
    const long = await session.exec(request(`${': '.padEnd(2_000_000, 'y')}\necho end`))
    expect(long.stdout).toBe('end\n')
    expect(session.usage()).toMatchObject({ execs: 2 })
    expect(session.usage().bytesReceived).toBeGreaterThan(3_000_000)
    expect(session.usage().bytesSent).toBeGreaterThan(2_000_000)
    expect(gates.map((gate) => gate.connections())).toEqual([1, 1])
    await session.close()
    // The last who went through is gone.
    await expect.poll(() => gates.map((gate) => gate.open.size)).toEqual([0, 0])
  })

  it('warns of the changed key of a jump host that is let pass, to each that goes through it', async () => {
    const { ssh, ...changed } = known(bastion.port, 'rsa-2048')
    const jump = targetOf({ ...changed, ssh: { ...ssh, hostKeyChecking: 'off' } }).connection
    const transport = newTransport()
    for (const name of ['one', 'two']) {
      const session = await transport.connect(to(host.port, 'rsa-2048', [jump], name), signal)
      expect(session.warnings).toMatchObject([
        { code: 'host-key-changed', summary: expect.stringContaining(`127.0.0.1:${bastion.port} is not`) },
      ])
    }
  })

  it('tells whether an SSH server answers behind it, where nobody logs in', async () => {
    const session = await newTransport().connect(to(bastion.port, 'ed25519', []), signal)
    const silent = createServer(() => {})
    const other = createServer((socket) => socket.end('220 mail.example.org\r\n'))
    const ports = await Promise.all(
      [silent, other].map(async (server) => {
        cleanups.push(() => server.close())
        await once(server.listen(0, '127.0.0.1'), 'listening')
        return (server.address() as AddressInfo).port
      }),
    )
    const asks = (port: number): Promise<boolean> => session.reaches!({ address: '127.0.0.1', port }, signal)
    expect(await Promise.all([asks(inner.port), asks(1), asks(ports[1]!)])).toEqual([true, false, false])
    const calledOff = new AbortController()
    const silence = session.reaches!({ address: '127.0.0.1', port: ports[0]! }, calledOff.signal)
    calledOff.abort()
    expect(await silence).toBe(false)
  })

  it('makes one connection to a jump host for twenty hosts', async () => {
    const gate = await gateTo(bastion)
    const transport = newTransport()
    // As two inventories would have it: equal, and not the same object.
    const names = Array.from({ length: 20 }, (_, i) => `h${i}`)
    const jump = hop(gate.port, 'ed25519')
    const targets = names.map((name) => to(host.port, 'rsa-2048', [structuredClone(jump)], name))
    const sessions = await Promise.all(targets.map((target) => transport.connect(target, signal)))
    const results = await Promise.all(sessions.map((session, i) => session.exec(request(`echo ${i}`))))
    expect(results.map((result) => result.stdout)).toEqual(names.map((_, i) => `${i}\n`))
    expect(gate.connections()).toBe(1)
    await Promise.all(sessions.slice(1).map((session) => session.close()))
    expect(gate.open.size).toBe(1)
    await transport.close()
    expect(gate.open.size).toBe(0)
  })

  it('asks each jump host for its own key, and says which is not the known one', async () => {
    const [file, jumps] = [join(home.dir, 'wrong'), [hop(bastion.port, 'ed25519'), hop(inner.port, 'ecdsa-256')]]
    writeFileSync(file, renderKnownHost(`[127.0.0.1]:${inner.port}`, home.hostKeys['ecdsa-384']))
    jumps[1] = { ...jumps[1]!, ssh: { ...jumps[1]!.ssh, userKnownHostsFiles: [file] } }
    const { data } = await failureOf(newTransport().connect(to(host.port, 'rsa-2048', jumps), signal))
    expect(data.code).toBe('host-key-changed')
    expect(data.summary).toBe(
      `no way to 127.0.0.1:${host.port}: the host key of 127.0.0.1:${inner.port} through 127.0.0.1:${bastion.port} is not the one that is known`,
    )
    const unknown = to(host.port, 'rsa-2048', [hop(bastion.port, 'ed25519')])
    unknown.connection.ssh.userKnownHostsFiles = []
    const refused = await failureOf(newTransport().connect(unknown, signal))
    expect(refused.data.code).toBe('host-key-unknown')
    expect(refused.data.hint).toContain(`ssh -p ${bastion.port} ${user}@127.0.0.1 ssh-keyscan -p ${host.port}`)
  })

  it('fails those who go through a jump host that dies, by its name, and nobody else', async () => {
    const gate = await gateTo(bastion)
    const transport = newTransport()
    const through = to(host.port, 'rsa-2048', [hop(gate.port, 'ed25519')])
    const [behind, idle, direct] = await Promise.all([
      transport.connect(through, signal),
      transport.connect(through, signal),
      transport.connect(to(host.port, 'rsa-2048', []), signal),
    ])
    let begun = 0
    const onLine = (): void => (++begun === 2 ? gate.cut() : undefined)
    const others = direct.exec(request('echo begun; sleep 2; echo well', { onLine }))
    const lost = await behind.exec(request('echo begun; sleep 20', { onLine }))
    const reason = `the connection to the jump host 127.0.0.1:${gate.port} was lost`
    expect(lost).toMatchObject({ end: 'lost', reason })
    const later = await failureOf(idle.exec(request('true')))
    expect(later).toMatchObject({ outcome: 'unreachable', data: { code: 'connection-lost' } })
    expect(later.data.summary).toContain(`through 127.0.0.1:${gate.port}`)
    expect(later.data.detail).toContain(reason)
    expect(await others).toMatchObject({ end: 'exited', stdout: 'begun\nwell\n' })
    // The next one gets a connection of its own.
    const again = await transport.connect(through, signal)
    expect((await again.exec(request('echo back'))).stdout).toBe('back\n')
    expect(gate.connections()).toBe(2)
  })

  it('goes over a new connection where the jump host was changed, and over the shared one where it was not', async () => {
    const gate = await gateTo(bastion)
    const transport = newTransport()
    const target = to(host.port, 'rsa-2048', [hop(gate.port, 'ed25519')])
    await transport.connect(target, signal)
    await transport.connect(target, signal, { isStale: () => false })
    expect(gate.connections()).toBe(1)
    const fresh = await transport.connect(target, signal, { isStale: (jump) => jump.port === gate.port })
    expect(gate.connections()).toBe(2)
    await fresh.close()
    await expect.poll(() => gate.open.size).toBe(1)
  })

  it('tells what a jump host meets from what it refuses', async () => {
    const strict = await home.start(['ed25519'], ['AllowTcpForwarding no'])
    const transport = newTransport()
    const code = async (jump: Sshd, address: string, port: number): Promise<HostError['data']> => {
      const target = to(port, 'rsa-2048', [hop(jump.port, 'ed25519')])
      target.connection.address = address
      return (await failureOf(transport.connect(target, signal))).data
    }
    const way = `through 127.0.0.1:${bastion.port}`
    expect(await code(bastion, '127.0.0.1', 1)).toMatchObject({
      code: 'refused',
      summary: `127.0.0.1:1 ${way} refused the connection`,
    })
    expect((await code(bastion, 'host.invalid', 22)).code).toBe('dns')
    const refused = await code(strict, '127.0.0.1', host.port)
    expect(refused.code).toBe('jump-host')
    expect(refused.hint).toContain('AllowTcpForwarding')
  })

  it('refuses a way that comes round, and one that is too long, before anybody is reached', async () => {
    const gate = await gateTo(bastion)
    const first = hop(gate.port, 'ed25519')
    const round = [first, hop(inner.port, 'ecdsa-256'), first]
    const long = Array.from({ length: 9 }, (_, i) => ({ ...first, user: `user${i}` }))
    for (const jumps of [round, long]) {
      const { data } = await failureOf(newTransport().connect(to(host.port, 'rsa-2048', jumps), signal))
      expect(data.code).toBe('jump-host')
    }
    expect(gate.connections()).toBe(0)
  })

  it('calls off a jump host that nobody waits for any more', async () => {
    const silent = createServer(() => {})
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    cleanups.push(() => silent.close())
    const sockets = new Set<Socket>()
    silent.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))))
    const { port } = silent.address() as AddressInfo
    const controllers = [new AbortController(), new AbortController()]
    const transport = newTransport()
    const connecting = controllers.map((controller) =>
      failureOf(transport.connect(to(host.port, 'rsa-2048', [hop(port, 'ed25519')]), controller.signal)),
    )
    await once(silent, 'connection')
    controllers[0]!.abort()
    expect((await connecting[0]!).data.code).toBe('aborted')
    expect(sockets.size).toBe(1)
    controllers[1]!.abort()
    expect((await connecting[1]!).data.code).toBe('aborted')
    await expect.poll(() => sockets.size).toBe(0)
  })
})
