/** A real sshd on loopback, for one test file: its keys, its options, and ssh beside it as the referee. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const SSHD = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'].find(existsSync)
/** Whether there is a sshd and a ssh on this machine. */
export const hasSshd = SSHD !== undefined && spawnSync('ssh', ['-V']).status === 0

export const KEY_KINDS = ['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-2048'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

export interface Sshd {
  port: number
  close: () => Promise<void>
}

export interface SshdHome {
  dir: string
  /** A private key that this user may log in with. */
  keyFile: string
  /** Public host keys in wire form. */
  hostKeys: Record<KeyKind, Buffer>
  hostKeyFile: (kind: KeyKind) => string
  /** Starts one with these host keys; `lines` are further ones of sshd_config. */
  start: (kinds: readonly KeyKind[], lines?: readonly string[]) => Promise<Sshd>
  /** Exit status and stderr of OpenSSH's client with these options. */
  ssh: (port: number, options: readonly string[]) => { status: number | null; stderr: string }
  close: () => Promise<void>
}

/** Makes the keys; call `close` at the end, which also ends what was started. */
export function makeSshdHome(): SshdHome {
  const dir = mkdtempSync(join(tmpdir(), 'mptcp-fleet-sshd-'))
  const open = new Set<Sshd>()
  const keyFile = join(dir, 'id')
  makeKey('ed25519', keyFile)
  writeFileSync(join(dir, 'authorized'), readFileSync(`${keyFile}.pub`), { mode: 0o600 })
  const hostKeyFile = (kind: KeyKind): string => join(dir, `host-${kind}`)
  for (const kind of KEY_KINDS) makeKey(kind, hostKeyFile(kind))
  const blobOf = (kind: KeyKind): Buffer =>
    Buffer.from(readFileSync(`${hostKeyFile(kind)}.pub`, 'utf8').split(' ')[1]!, 'base64')
  // sshd asks for this folder where it runs as root; an init system makes it elsewhere. Other tests need it at the same time, so
  // that .ci/test takes it away.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })

  return {
    dir,
    keyFile,
    hostKeys: Object.fromEntries(KEY_KINDS.map((kind) => [kind, blobOf(kind)])) as Record<KeyKind, Buffer>,
    hostKeyFile,
    start: async (kinds, lines = []) => {
      const port = await freePort()
      const file = join(dir, `sshd-${port}`)
      const config = [
        `ListenAddress 127.0.0.1:${port}`,
        ...kinds.map((kind) => `HostKey ${hostKeyFile(kind)}`),
        `AuthorizedKeysFile ${join(dir, 'authorized')}`,
        'StrictModes no',
        'UsePAM no',
        'PidFile none',
        'PermitRootLogin prohibit-password',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'MaxStartups 100',
        ...lines,
      ]
      writeFileSync(file, `${config.join('\n')}\n`)
      const child = spawn(SSHD!, ['-D', '-e', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
      const sshd: Sshd = { port, close: () => end(child, () => open.delete(sshd)) }
      open.add(sshd)
      await listening(port, child)
      return sshd
    },
    ssh: (port, options) => {
      const always = [
        '-F',
        'none',
        '-i',
        keyFile,
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        'BatchMode=yes',
        '-p',
        String(port),
      ]
      const { status, stderr } = spawnSync('ssh', [...options, ...always, '127.0.0.1', 'true'], { encoding: 'utf8' })
      return { status, stderr }
    },
    close: async () => {
      await Promise.all([...open].map((sshd) => sshd.close()))
      rmSync(dir, { recursive: true })
    },
  }
}

function makeKey(kind: string, file: string): void {
  const [type = '', bits] = kind.split('-')
  execFileSync('ssh-keygen', ['-q', '-t', type, ...(bits === undefined ? [] : ['-b', bits]), '-N', '', '-f', file])
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`)
    const socket = connect(port, '127.0.0.1')
    const answered = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (answered) return
    await sleep(20)
  }
}

async function end(child: ChildProcess, onEnd: () => void): Promise<void> {
  onEnd()
  if (child.exitCode !== null) return
  child.kill()
  await once(child, 'exit')
}
