/** What the commands that run playbooks have in common: their flags, and what these mean to the engine. */
import { resolve } from 'node:path'
import type { ConnectionFlags } from '../../inventory/types.ts'
import type { FlagValues } from '../command.ts'
import type { connectionFlags, outputFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { askPassword } from './prompt.ts'

/** Values of the flags that every such command has. */
export type RunFlags = FlagValues<typeof connectionFlags & typeof outputFlags>

/** What the flags say about connections. Asks for passwords: once, for all hosts; see prompt.ts for errors. */
export async function connectionOf(flags: FlagValues<typeof connectionFlags>, io: Io): Promise<ConnectionFlags> {
  const connection: ConnectionFlags = {}
  if (flags.user !== null) connection.user = flags.user
  if (flags['private-key'] !== null) connection.privateKeyFile = resolve(io.cwd, flags['private-key'])
  if (flags.become) connection.become = true
  if (flags['become-user'] !== null) connection.becomeUser = flags['become-user']
  const password = flags['ask-pass'] ? await askPassword('SSH password: ', '--ask-pass', io) : null
  if (password !== null) connection.password = password
  if (flags['ask-become-pass']) {
    const question = password === null ? 'sudo password: ' : 'sudo password [the SSH password]: '
    // As in Ansible: an empty answer means the SSH password.
    const becomePassword = (await askPassword(question, '--ask-become-pass', io)) ?? password
    if (becomePassword !== null) connection.becomePassword = becomePassword
  }
  return connection
}

/** `a,b` and repeated flags as one list. */
export function splitTags(given: readonly string[]): string[] {
  return given
    .flatMap((item) => item.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}
