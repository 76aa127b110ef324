/** What inventory, play, flags and settings say about a connection, before OpenSSH's configuration is asked. */
import type { Connection, Host } from '../model/host.ts'
import * as names from './connection-names.ts'
import type { VariableReader } from './connection-vars.ts'
import { absolutePath } from './local-defaults.ts'
import type { LocalDefaults } from './local-defaults.ts'
import type { SshArgs } from './ssh-args.ts'
import { parseSshArgs } from './ssh-args.ts'
import type { ConnectionFlags, PlayConnection } from './types.ts'

/** Null where nothing is said. */
export interface ConnectionWishes {
  name: string
  port: number | null
  user: string | null
  password: Connection['password']
  keyFile: string | null
  /** False: keys are not checked. Null: as configured. */
  hostKeyChecking: boolean | null
  /** Seconds. */
  timeout: number | null
  /** Before what stands above, and after it, in the order in which Ansible puts them. */
  argsBefore: SshArgs
  argsAfter: SshArgs[]
  configFile: string | null
}

/** Mistakes are collected by the reader. */
export function readWishes(
  host: Host,
  read: VariableReader,
  play: PlayConnection,
  flags: ConnectionFlags,
  local: LocalDefaults,
): ConnectionWishes {
  const keyFile = read.text(names.KEY_FILE_NAMES) ?? flags.privateKeyFile ?? null
  const argsBefore = readSshArgs(read, names.SSH_ARGS_NAMES, flags, 'sshArgs')
  const common = readSshArgs(read, names.SSH_COMMON_ARGS_NAMES, flags, 'sshCommonArgs')
  const extra = readSshArgs(read, names.SSH_EXTRA_ARGS_NAMES, flags, 'sshExtraArgs')
  return {
    name: read.text(names.HOST_NAMES) ?? host.name,
    port: read.port(names.PORT_NAMES) ?? flags.port ?? null,
    user: read.text(names.USER_NAMES) ?? play.remoteUser ?? flags.user ?? null,
    password: read.secret(names.PASSWORD_NAMES) ?? flags.password ?? null,
    keyFile: keyFile === null ? null : absolutePath(keyFile, local),
    hostKeyChecking: read.boolean(names.HOST_KEY_CHECKING_NAMES) ?? flags.hostKeyChecking ?? null,
    timeout: read.seconds(names.TIMEOUT_NAMES) ?? flags.timeout ?? null,
    argsBefore,
    argsAfter: [common, extra],
    configFile: extra.configFile ?? common.configFile ?? argsBefore.configFile ?? flags.sshConfig ?? null,
  }
}

function readSshArgs(
  read: VariableReader,
  variable: readonly string[],
  flags: ConnectionFlags,
  setting: 'sshArgs' | 'sshCommonArgs' | 'sshExtraArgs',
): SshArgs {
  const written = read.text(variable, 'or-empty')
  const origin = written === null && flags[setting] !== undefined ? flags.origins?.[setting] : undefined
  const { args, problems } = parseSshArgs(written ?? flags[setting] ?? '', origin?.source ?? read.place(variable))
  const hint =
    'options of ssh(1) that choose how a host is reached: -o KEY=VALUE, -F, -i, -J, -l, -p, -4, -6, -b, -c, -m'
  for (const problem of problems) read.refuse(variable, problem, hint, origin)
  return args
}
