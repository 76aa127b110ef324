/** Passwords for connections: from prompts, files, programs and the environment, with Ansible's names for each. */
import type { ConnectionFlags } from '../../inventory/types.ts'
import { Secret } from '../../model/secret.ts'
import type { FlagValues } from '../command.ts'
import { settingsOf } from '../config/load.ts'
import { usageError } from '../errors.ts'
import type { connectionFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { readPasswordFile } from './password-file.ts'
import { askPassword } from './prompt.ts'

type Flags = FlagValues<typeof connectionFlags>

/** Hold a password themselves; what a variable of the inventory says is stronger. */
const BECOME_PASSWORDS = ['ANSIBLE_BECOME_PASS', 'ANSIBLE_SUDO_PASS']

/** Passwords that hold for all hosts, known to `io.secrets`. Throws usage errors and DiagnosticsError. */
export async function passwordsOf(flags: Flags, io: Io): Promise<Pick<ConnectionFlags, 'password' | 'becomePassword'>> {
  const { askPass, becomeAskPass, connectionPasswordFile, becomePasswordFile } = settingsOf(io)
  const asksPass = flags['ask-pass'] || (askPass === true && flags['connection-password-file'] === null)
  const asksBecome = flags['ask-become-pass'] || (becomeAskPass === true && flags['become-password-file'] === null)
  const password = asksPass
    ? await asked('ask-pass', 'connection-password-file', 'SSH password: ', flags, io)
    : await fromFile('connection-password-file', 'ANSIBLE_CONNECTION_PASSWORD_FILE', connectionPasswordFile, flags, io)
  const question = asksPass && password !== null ? 'sudo password [the SSH password]: ' : 'sudo password: '
  const becomePassword = asksBecome
    ? // As in Ansible: an empty answer means the SSH password that was asked for.
      ((await asked('ask-become-pass', 'become-password-file', question, flags, io)) ?? (asksPass ? password : null))
    : ((await fromFile('become-password-file', 'ANSIBLE_BECOME_PASSWORD_FILE', becomePasswordFile, flags, io)) ??
      fromEnvironment(io))
  return { ...(password === null ? {} : { password }), ...(becomePassword === null ? {} : { becomePassword }) }
}

async function asked(
  flag: 'ask-pass' | 'ask-become-pass',
  file: 'connection-password-file' | 'become-password-file',
  question: string,
  flags: Flags,
  io: Io,
): Promise<Secret | null> {
  if (flags[file] !== null) throw usageError(`--${flag} and --${file} do not go together`)
  return await askPassword(question, `--${flag}`, io)
}

async function fromFile(
  flag: 'connection-password-file' | 'become-password-file',
  variable: string,
  setting: string | null,
  flags: Flags,
  io: Io,
): Promise<Secret | null> {
  const file = flags[flag]
  if (file !== null) return await readPasswordFile(file, `--${flag}`, io)
  const named = io.env[variable] ?? ''
  if (named !== '') return await readPasswordFile(named, variable, io)
  return setting === null ? null : await readPasswordFile(setting, flag.replaceAll('-', '_'), io)
}

function fromEnvironment(io: Io): Secret | null {
  const variable = BECOME_PASSWORDS.find((name) => (io.env[name] ?? '') !== '')
  if (variable === undefined) return null
  const password = new Secret(io.env[variable]!)
  io.secrets.add(password, variable)
  return password
}
