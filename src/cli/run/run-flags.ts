/** What the commands that run playbooks have in common: their flags, and what these mean to the engine. */
import { resolve } from 'node:path'
import type { ConnectionFlags } from '../../inventory/types.ts'
import type { FlagValues } from '../command.ts'
import type { connectionFlags, outputFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { passwordsOf } from './passwords.ts'

/** Values of the flags that every such command has. */
export type RunFlags = FlagValues<typeof connectionFlags & typeof outputFlags>

/** What the flags say about connections. Gets passwords: once, for all hosts; see passwords.ts for errors. */
export async function connectionOf(flags: FlagValues<typeof connectionFlags>, io: Io): Promise<ConnectionFlags> {
  return { ...plainConnectionOf(flags, io), ...(await passwordsOf(flags, io)) }
}

/** The same without passwords, so that what is wrong is told before anybody is asked. */
export function plainConnectionOf(flags: FlagValues<typeof connectionFlags>, io: Io): ConnectionFlags {
  const connection: ConnectionFlags = {}
  const config = flags['ssh-config']
  if (config !== null) connection.sshConfig = config === 'none' ? config : resolve(io.cwd, config)
  if (flags.user !== null) connection.user = flags.user
  if (flags['private-key'] !== null) connection.privateKeyFile = resolve(io.cwd, flags['private-key'])
  if (flags.become) connection.become = true
  if (flags['become-user'] !== null) connection.becomeUser = flags['become-user']
  return connection
}

/** `a,b` and repeated flags as one list. */
export function splitTags(given: readonly string[]): string[] {
  return given
    .flatMap((item) => item.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}
