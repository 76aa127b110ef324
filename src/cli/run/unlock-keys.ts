/** Encrypted private keys: each passphrase is asked for once, before any connection is made. */
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { Target } from '../../model/host.ts'
import { sanitize } from '../../report/sanitize.ts'
import { shellQuote } from '../../text/shell.ts'
import { findLockedKeys } from '../../transport/locked-keys.ts'
import type { KeyFiles } from '../../transport/private-key.ts'
import type { Io } from '../io.ts'
import { askPassword, canAsk } from './prompt.ts'

/** As ssh has it. */
const TRIES = 3

/**
 * Asks for the passphrases of keys that the hosts and their jump hosts are reached with and that no agent holds; an empty
 * answer leaves a key out. Where there is no terminal nothing is asked, and the hosts' errors say what is missing. Throws
 * DiagnosticsError where the answers are wrong.
 */
export async function unlockKeys(targets: readonly Target[], keys: KeyFiles, io: Io): Promise<void> {
  if (!canAsk(io)) return
  const connections = targets.flatMap(({ connection }) => [connection, ...connection.jumps])
  for (const path of await findLockedKeys(connections, { env: io.env, readKeyFile: keys.read })) {
    await unlock(path, keys, io)
  }
}

async function unlock(path: string, keys: KeyFiles, io: Io): Promise<void> {
  const question = `Passphrase of the key ${sanitize(path)}: `
  for (let tried = 0; tried < TRIES; tried++) {
    const passphrase = await askPassword(question, `the passphrase of ${path}`, io)
    if (passphrase === null || (await keys.unlock(path, passphrase))) return
    io.stderr.write('That is not its passphrase.\n')
  }
  throw new DiagnosticsError([
    errorDiagnostic('key-passphrase', `the key ${path} could not be decrypted`, {
      hint: `check its passphrase: ssh-keygen -y -f ${shellQuote(path)}`,
    }),
  ])
}
