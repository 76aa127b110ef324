/** Which encrypted key files have to be unlocked before connections can be made with them. */
import type { Connection } from '../model/host.ts'
import { agentKeys, holds } from './auth-keys.ts'
import type { AuthSources } from './auth-keys.ts'

/** Those that ssh tries though nobody named them. */
const DEFAULT_KEY = /\/\.ssh\/id_(?:rsa|ecdsa|ed25519)$/

/**
 * Paths of key files that a passphrase decrypts and that no agent holds, in the order in which connections name them. A default key
 * is among them only where a connection has nothing else to log in with.
 */
export async function findLockedKeys(connections: readonly Connection[], sources: AuthSources): Promise<string[]> {
  const locked = new Set<string>()
  const seen = new Set<string>()
  for (const connection of connections) {
    const { privateKeyFile, password, ssh, openssh, local } = connection
    const { identityFiles, identityAgent, authentications } = ssh
    // OpenSSH's own client reads keys itself, and this machine needs none.
    if (local === true || openssh !== null || !authentications.includes('publickey')) continue
    // Thousands of hosts mostly have the same keys.
    const key = JSON.stringify([privateKeyFile, password !== null, identityFiles, identityAgent])
    if (seen.has(key)) continue
    seen.add(key)
    for (const path of await lockedOf(connection, sources)) locked.add(path)
  }
  return [...locked]
}

async function lockedOf(
  { privateKeyFile, password, ssh }: Connection,
  { env, readKeyFile }: AuthSources,
): Promise<string[]> {
  const paths = [...new Set([...(privateKeyFile === null ? [] : [privateKeyFile]), ...ssh.identityFiles])]
  const files = await Promise.all(paths.map(readKeyFile))
  const encrypted = files.filter((file) => file.kind === 'encrypted' && file.cipher === undefined)
  if (encrypted.length === 0) return []
  const { keys } = await agentKeys(ssh.identityAgent, env)
  const locked = encrypted.filter((file) => !keys.some((key) => holds(key, file))).map(({ path }) => path)
  const named = locked.filter((path) => path === privateKeyFile || !DEFAULT_KEY.test(path))
  const hasOther = password !== null || keys.length > 0 || files.some(({ kind }) => kind === 'usable')
  return hasOther || named.length > 0 ? named : locked
}
