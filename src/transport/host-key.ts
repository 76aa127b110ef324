/** Decides whether the key a host presents is the one we know. */
import type { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { rsaBits } from './host-key-blob.ts'
import { authorityOnly, changedKey, revokedKey, unknownKey, weakKey } from './host-key-errors.ts'
import type { HostKeyVerdict, Known } from './known-hosts.ts'
import { findKnown, judgeHostKey, knownAs, knownKeyTypes } from './known-hosts.ts'
import type { KnownHostsFiles } from './known-hosts-files.ts'

/** What the handshake needs to know about a host's keys. */
export interface HostKeyPolicy {
  /** Signature algorithms in order of preference: those of known keys first, so that a good host never looks changed. */
  algorithms: string[]
  /** Null: accepted, and on disk where it is to be known from now on. */
  verify: (key: Buffer) => Promise<HostError | null>
  /** Set once a key was let pass that is not the known one: people are warned, and no password may go there. */
  doubt: () => HostError | null
}

/** Characters of names that are never written to known_hosts. Source: sshconnect.c, check_host_key. */
const NEVER_WRITTEN = /[@?*#[\]|'"\\]/

/** The policy for one connection, from the known_hosts files it names. */
export async function hostKeyPolicy(connection: Connection, files: KnownHostsFiles): Promise<HostKeyPolicy> {
  const { address, port, ssh } = connection
  const { hostKeyChecking: checking, userKnownHostsFiles, globalKnownHostsFiles } = ssh
  const names = knownAs(address, port, ssh.hostKeyAlias)
  const find = async (): Promise<Known> =>
    findKnown(await files.read([...userKnownHostsFiles, ...globalKnownHostsFiles]), names)
  const known = await find()
  const [target] = userKnownHostsFiles
  const takesNew = checking === 'accept-new' || checking === 'off'
  let doubt: HostError | null = null

  /** Makes a new key known; what another connection made known meanwhile counts. */
  const record = async (file: string, key: Buffer): Promise<HostError | null> =>
    files.alone(file, async () => {
      const verdict = judgeHostKey(await find(), key)
      if (verdict.kind !== 'unknown') return judge(verdict, key)
      try {
        await files.record(file, names.name, key, ssh.hashKnownHosts)
        return null
      } catch (error) {
        // What is not on disk would be taken on trust again the next time, whoever presents it.
        return checking === 'off' ? null : unknownKey(connection, key, (error as Error).message)
      }
    })

  const judge = async (verdict: HostKeyVerdict, key: Buffer): Promise<HostError | null> => {
    switch (verdict.kind) {
      case 'match':
        return null
      case 'revoked':
        return revokedKey(connection, key, verdict.entry)
      case 'changed':
        if (checking !== 'off') return changedKey(connection, key, verdict.entries)
        doubt = changedKey(connection, key, verdict.entries)
        return null
      case 'unknown': {
        const isVouchedFor = verdict.authorities.length > 0 && checking !== 'off'
        if (isVouchedFor) return authorityOnly(connection, key, verdict.authorities)
        const isWritable = target !== undefined && !NEVER_WRITTEN.test(address)
        if (takesNew && isWritable) return record(target, key)
        return checking === 'off' ? null : unknownKey(connection, key, takesNew ? 'no file may take it' : null)
      }
      default:
        return verdict satisfies never
    }
  }

  return {
    algorithms: orderAlgorithms(ssh.hostKeyAlgorithms, ssh.knownKeysFirst ? knownKeyTypes(known) : []),
    verify: async (key) => {
      const bits = rsaBits(key)
      if (bits !== null && bits < ssh.requiredRsaBits) return weakKey(connection, bits)
      return judge(judgeHostKey(known, key), key)
    },
    doubt: () => doubt,
  }
}

/** All algorithms, those that sign with a key of a known type first. */
export function orderAlgorithms(algorithms: readonly string[], knownTypes: readonly string[]): string[] {
  const isKnown = (algorithm: string): boolean => knownTypes.includes(algorithm.replace(/^rsa-sha2-.*/, 'ssh-rsa'))
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))]
}
