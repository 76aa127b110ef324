import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import { afterAll, expect, it } from 'vitest'
import { findLockedKeys } from '../../src/transport/locked-keys.ts'
import { createKeyFiles } from '../../src/transport/private-key.ts'
import { keyPair, targetOf } from './support.ts'
import type { ConnectionParts } from './support.ts'

const dir = mkdtempSync(join(tmpdir(), 'mptcp-fleet-locked-'))
afterAll(() => rmSync(dir, { recursive: true }))
mkdirSync(join(dir, '.ssh'))
const write = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}
const encrypted = keyPair('ed25519', 'x')
const locked = write('locked', encrypted.private)
const other = write('other', keyPair('ed25519', 'y').private)
const usual = write('.ssh/id_rsa', keyPair('ed25519', 'z').private)
const plain = write('plain', keyPair().private)

const find = (parts: ConnectionParts[], env: Record<string, string> = {}): Promise<string[]> =>
  findLockedKeys(
    parts.map((part) => targetOf(part).connection),
    { env, readKeyFile: createKeyFiles().read },
  )
const files = (...identityFiles: string[]): ConnectionParts => ({ ssh: { identityFiles } })

it('finds keys that are named, each once', async () => {
  expect(await find([{ privateKeyFile: locked }, { privateKeyFile: locked, ...files(other, plain) }])).toEqual([
    locked,
    other,
  ])
})

it('finds default keys only where there is nothing else', async () => {
  expect(await find([files(usual)])).toEqual([usual])
  expect(await find([files(usual, plain)])).toEqual([])
  expect(await find([files(usual, locked)])).toEqual([locked])
})

it('finds nothing where keys are not used, not there or not encrypted, or OpenSSH makes the connection', async () => {
  const authentications: ['password'] = ['password']
  expect(
    await find([
      { privateKeyFile: locked, ssh: { authentications } },
      { privateKeyFile: locked, openssh: ['--', 'h'] },
      files(plain, join(dir, 'absent')),
    ]),
  ).toEqual([])
})

it('leaves out what an agent holds', async () => {
  const key = ssh2.utils.parseKey(encrypted.private, 'x') as ParsedKey
  const socket = join(dir, 'agent')
  const server = createServer((client) => {
    const agent = new ssh2.AgentProtocol(false)
    client.pipe(agent).pipe(client)
    agent.on('identities', (asked) => agent.getIdentitiesReply(asked, [key]))
  })
  await new Promise<void>((resolve) => server.listen(socket, () => resolve()))
  expect(await find([files(locked, other)], { SSH_AUTH_SOCK: socket })).toEqual([other])
  await new Promise<void>((resolve) => server.close(() => resolve()))
})
