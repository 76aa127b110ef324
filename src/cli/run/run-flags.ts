/** What the commands that run playbooks have in common: their flags, and what these mean to the engine. */
import { resolve } from 'node:path'
import type { ConnectionFlags } from '../../inventory/types.ts'
import type { RunRequestRecord } from '../../model/events.ts'
import type { FlagValues } from '../command.ts'
import type { connectionFlags, outputFlags } from '../flags.ts'
import { originsOf, settingsOf } from '../config/load.ts'
import type { Io } from '../io.ts'
import { passwordsOf } from './passwords.ts'

/** Those of the earlier command, unless others are given: secrets are read from them anew. */
export function inventoriesAgain(flags: Pick<RunFlags, 'inventory'>, again: RunRequestRecord | null): string[] {
  return flags.inventory.length > 0 ? flags.inventory : (again?.inventories ?? [])
}

/** Values of the flags that every such command has. */
export type RunFlags = FlagValues<typeof connectionFlags & typeof outputFlags>

const DEFAULT_FORKS = 10

/** What the flags say about connections. Gets passwords: once, for all hosts; see passwords.ts for errors. */
export async function connectionOf(flags: FlagValues<typeof connectionFlags>, io: Io): Promise<ConnectionFlags> {
  return { ...plainConnectionOf(flags, io), ...(await passwordsOf(flags, io)) }
}

/** The same without passwords, so that what is wrong is told before anybody is asked. Settings hold where no flag does. */
export function plainConnectionOf(flags: FlagValues<typeof connectionFlags>, io: Io): ConnectionFlags {
  const config = flags['ssh-config']
  const key = flags['private-key']
  const said = given({
    sshConfig: config === null || config === 'none' ? config : resolve(io.cwd, config),
    user: flags.user,
    privateKeyFile: key === null ? null : resolve(io.cwd, key),
    timeout: flags.timeout,
    become: flags.become ? true : null,
    becomeUser: flags['become-user'],
  })
  return { ...configuredConnection(io), ...said }
}

/** What environment and ansible.cfg say about connections. */
export function configuredConnection(io: Io): ConnectionFlags {
  const settings = settingsOf(io)
  return given({
    user: settings.remoteUser,
    privateKeyFile: settings.privateKeyFile,
    port: settings.remotePort,
    hostKeyChecking: settings.hostKeyChecking,
    timeout: settings.timeout,
    sshArgs: settings.sshArgs,
    sshCommonArgs: settings.sshCommonArgs,
    sshExtraArgs: settings.sshExtraArgs,
    origins: originsOf(io),
    become: settings.become,
    becomeMethod: settings.becomeMethod,
    becomeUser: settings.becomeUser,
  })
}

/** Without what nothing is said of. */
function given(values: { [K in keyof ConnectionFlags]: ConnectionFlags[K] | null }): ConnectionFlags {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

/** Hosts worked on at once. */
export function forksOf(flags: Pick<FlagValues<typeof connectionFlags>, 'forks'>, io: Io): number {
  return flags.forks ?? settingsOf(io).forks ?? DEFAULT_FORKS
}

/** `a,b` and repeated flags as one list. */
export function splitTags(given: readonly string[]): string[] {
  return given
    .flatMap((item) => item.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}
