/** An SSH server inside the test process, whose execs are real shells on this machine, and targets that point to it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { AuthContext, Connection as ServerConnection, Server } from 'ssh2'
import type { Connection, Target } from '../../src/model/host.ts'
import type { SshSettings } from '../../src/model/ssh-settings.ts'
import type { ExecRequest } from '../../src/transport/types.ts'
import { sshSettings } from '../support/ssh-settings.ts'

/** What a test says of a connection; the rest is as targetOf has it. */
export type ConnectionParts = Partial<Omit<Connection, 'ssh'>> & { ssh?: Partial<SshSettings> }

/** Host keys are not checked unless `ssh` says so. */
export function targetOf({ ssh, ...connection }: ConnectionParts, name = 'h'): Target {
  return {
    host: { name, groups: ['all'], vars: {} },
    connection: {
      address: '127.0.0.1',
      port: 22,
      user: 'root',
      password: null,
      privateKeyFile: null,
      become: null,
      ssh: sshSettings({ hostKeyChecking: 'off', ...ssh }),
      jumps: [],
      openssh: null,
      ...connection,
    },
  }
}

/** An exec request with harmless defaults; the script is wrapped in `main`. */
export function request(script: string, more: Partial<ExecRequest> = {}): ExecRequest {
  return {
    script: [`main() {\n${script}\n}\nmain\n`],
    timeoutSeconds: 20,
    outputCap: 1_000_000,
    become: true,
    signal: new AbortController().signal,
    ...more,
  }
}

export interface KeyPair {
  private: string
  public: string
}

/** A key pair in OpenSSH's format; an ed25519 one is encrypted where a passphrase is given. */
export function keyPair(type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519', passphrase?: string): KeyPair {
  if (type === 'rsa') return ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
  if (type === 'ecdsa') return ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  const generate = (): KeyPair =>
    passphrase === undefined
      ? ssh2.utils.generateKeyPairSync('ed25519')
      : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 1 })
  for (;;) {
    // ssh2 1.17 writes one ed25519 key in 256 without its leading zero byte, which neither it nor OpenSSH reads.
    const pair = generate()
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair
  }
}

export interface TestServer {
  port: number
  dir: string
  /** Public host keys, in wire form, by type. */
  hostKeys: Record<string, Buffer>
  /** A private key that root may use. */
  keyFile: string
  /** Connections so far, and those open now. */
  connections: () => number
  open: Set<ServerConnection>
  close: () => Promise<void>
}

export interface ServerOptions {
  /** Decides an authentication attempt; default: the key in keyFile. */
  authenticate?: (context: AuthContext, publicKey: Buffer) => void
  /** Before PATH for what execs run. */
  bin?: string
  /** The login shell; default sh. */
  shell?: string
}

/** Made once: an RSA key takes half a second. */
let hostKeyPairs: Record<string, KeyPair> | undefined

function makeHostKeys(): Record<string, KeyPair> {
  return { 'ssh-ed25519': keyPair(), 'ecdsa-sha2-nistp256': keyPair('ecdsa'), 'ssh-rsa': keyPair('rsa') }
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'mptcp-fleet-ssh-'))
  const client = keyPair()
  const keyFile = join(dir, 'id')
  writeFileSync(keyFile, client.private, { mode: 0o600 })
  const publicKey = publicBlob(client.public)
  const hostPairs = (hostKeyPairs ??= makeHostKeys())
  const open = new Set<ServerConnection>()
  let connections = 0
  const server: Server = new ssh2.Server(
    { hostKeys: Object.values(hostPairs).map((pair) => pair.private) },
    (client) => {
      connections++
      open.add(client)
      client.on('error', () => {})
      client.on('close', () => open.delete(client))
      client.on('authentication', (context) => (options.authenticate ?? acceptKey)(context, publicKey))
      client.on('session', (accept) => {
        accept().on('exec', (accept, _reject, { command }) => runShell(accept(), command, options))
      })
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.address() as AddressInfo).port,
    dir,
    hostKeys: Object.fromEntries(Object.entries(hostPairs).map(([type, pair]) => [type, publicBlob(pair.public)])),
    keyFile,
    connections: () => connections,
    open,
    close: async () => {
      for (const client of open) client.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(dir, { recursive: true })
    },
  }
}

export function acceptKey(context: AuthContext, publicKey: Buffer): void {
  if (context.method === 'publickey' && context.key.data.equals(publicKey)) context.accept()
  else context.reject(['publickey'])
}

export function publicBlob(line: string): Buffer {
  return Buffer.from(line.split(' ')[1] ?? '', 'base64')
}

function runShell(channel: ssh2.ServerChannel, command: string, { bin, shell = 'sh' }: ServerOptions): void {
  const path = `${bin === undefined ? '' : `${bin}:`}${process.env.PATH}`
  const env = { ...process.env, PATH: path, SSH_CONNECTION: '127.0.0.1 5555 127.0.0.1 22' }
  const child = spawn(shell, ['-c', command], { env, detached: true })
  channel.on('data', (chunk: Buffer) => child.stdin.write(chunk))
  channel.on('end', () => child.stdin.end())
  channel.on('close', () => {
    child.stdin.destroy()
    child.stdout.destroy()
    child.stderr.destroy()
  })
  child.stdin.on('error', () => {})
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('close', (code, signal) => {
    if (code === null) channel.exit((signal ?? 'SIGKILL').slice(3))
    else channel.exit(code)
    channel.end()
  })
}
