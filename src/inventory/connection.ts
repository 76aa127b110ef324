/** From variables, play and flags to what is needed to reach one host. */
import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Become, Connection, Host } from '../model/host.ts'
import * as names from './connection-names.ts'
import { findForeignVariables, newVariableReader } from './connection-vars.ts'
import type { VariableReader } from './connection-vars.ts'
import type { SshArgs } from './ssh-args.ts'
import { parseSshArgs } from './ssh-args.ts'
import type { ConnectionFlags, Inventory, PlayConnection } from './types.ts'

/** What the machine this runs on contributes. */
export interface LocalDefaults {
  /** Relative key files and known_hosts files are relative to it, as in Ansible. */
  cwd: string
  home: string
  user: string
}

/** The defaults of this process. */
function localDefaults(): LocalDefaults {
  return { cwd: process.cwd(), home: homedir(), user: userInfo().username }
}

/**
 * How to reach a host. Strongest first, as Ansible: `vars:` of the play, variables of the inventory, keywords of the
 * play, flags of the command line, defaults. Values may hold templates. Every variable named ansible_* that would
 * change the connection and is not understood is an error that names it.
 */
export function resolveConnection(
  host: Host,
  play: PlayConnection,
  flags: ConnectionFlags,
  inventory: Inventory,
  local: LocalDefaults = localDefaults(),
): { connection: Connection } | { diagnostics: Diagnostic[] } {
  const read = newVariableReader(host, play, inventory)
  const keyFile = read.text(names.KEY_FILE_NAMES) ?? flags.privateKeyFile
  const sshArgs = readSshArgs(read)
  const connection: Connection = {
    address: read.text(names.HOST_NAMES) ?? host.name,
    port: read.port(names.PORT_NAMES) ?? 22,
    user: read.text(names.USER_NAMES) ?? play.remoteUser ?? flags.user ?? local.user,
    password: read.secret(names.PASSWORD_NAMES) ?? flags.password ?? null,
    privateKeyFile: keyFile === undefined || keyFile === null ? null : absolute(keyFile, local),
    become: resolveBecome(read, play, flags),
    hostKeyChecking: sshArgs.hostKeyChecking ?? 'strict',
    knownHostsFiles: knownHosts(sshArgs, local),
  }
  read.only(names.CONNECTION_NAMES, ['ssh', 'smart'])
  read.only(names.BECOME_METHOD_NAMES, ['sudo'])
  const diagnostics = [...read.diagnostics, ...findForeignVariables(host, play, inventory)]
  return diagnostics.length > 0 ? { diagnostics } : { connection }
}

function resolveBecome(read: VariableReader, play: PlayConnection, flags: ConnectionFlags): Become | null {
  const wanted = read.boolean(names.BECOME_NAMES) ?? play.become ?? flags.become ?? false
  const user = read.text(names.BECOME_USER_NAMES) ?? play.becomeUser ?? flags.becomeUser ?? 'root'
  const password = read.secret(names.BECOME_PASSWORD_NAMES) ?? flags.becomePassword ?? null
  return wanted ? { user, password } : null
}

function readSshArgs(read: VariableReader): SshArgs {
  const text = read.text(names.SSH_ARGS_NAMES)
  const { args, problems } = parseSshArgs(text ?? '')
  const hint = 'this version understands -o UserKnownHostsFile=… and -o StrictHostKeyChecking=yes|no'
  for (const problem of problems) read.refuse(names.SSH_ARGS_NAMES, problem, hint)
  return args
}

/** The user's files, then the machine's, as ssh reads them; `none` in UserKnownHostsFile leaves the machine's. */
function knownHosts(args: SshArgs, local: LocalDefaults): string[] {
  const own = args.knownHostsFiles?.map((file) => absolute(file, local))
  const standard = [join(local.home, '.ssh/known_hosts'), join(local.home, '.ssh/known_hosts2')]
  return [...(own ?? standard), '/etc/ssh/ssh_known_hosts']
}

function absolute(path: string, local: LocalDefaults): string {
  const expanded = path === '~' || path.startsWith('~/') ? join(local.home, path.slice(1)) : path
  return resolve(local.cwd, expanded)
}
