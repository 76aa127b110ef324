/** The transport that commands reach their hosts by. */
import type { KeyFiles } from '../../transport/private-key.ts'
import { createSshTransport } from '../../transport/ssh.ts'
import type { Transport } from '../../transport/types.ts'
import type { Io } from '../io.ts'

/** Connections that are being made at once, however many hosts are worked on: see SshTransportOptions. */
const MOST_CONNECTING = 8

export function fleetTransport(keyFiles: KeyFiles, forks: number, io: Io): Transport {
  return createSshTransport({
    keyFiles,
    isSecret: (text) => io.secrets.occursIn(text),
    connectConcurrency: Math.min(forks, MOST_CONNECTING),
    env: io.env,
  })
}
