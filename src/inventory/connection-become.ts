/** How privileges are raised on a host, from variables, play and flags. */
import type { Become, BecomeMethod } from '../model/host.ts'
import { describeValue } from '../text/zod-issue.ts'
import * as names from './connection-names.ts'
import type { VariableReader } from './connection-vars.ts'
import type { ConnectionFlags, PlayConnection } from './types.ts'

/** Null where nothing is raised. Mistakes are collected by the reader. */
export function resolveBecome(read: VariableReader, play: PlayConnection, flags: ConnectionFlags): Become | null {
  const wanted = read.boolean(names.BECOME_NAMES) ?? play.become ?? flags.become ?? false
  const method = becomeMethod(read, wanted, flags)
  const own = names.becomeNames(method)
  const user = read.text(own.user) ?? play.becomeUser ?? flags.becomeUser ?? 'root'
  const password = read.secret(own.password) ?? flags.becomePassword ?? null
  checkProgram(read, method, own.program)
  checkFlags(read, method, own.flags)
  return wanted ? { method, user, password } : null
}

/** By its name, or with the collection that it is in. What a flag or setting says matters only where it is used. */
function becomeMethod(read: VariableReader, wanted: boolean, flags: ConnectionFlags): BecomeMethod {
  const written = read.text(names.BECOME_METHOD_NAMES)
  const name = written ?? (wanted ? flags.becomeMethod : undefined) ?? 'sudo'
  const method = /^(?:ansible\.builtin\.|community\.general\.)?(sudo|doas)$/.exec(name)?.[1]
  if (method === 'sudo' || method === 'doas') return method
  const origin = written === null ? flags.origins?.becomeMethod : undefined
  const [why, hint] = /^(?:ansible\.builtin\.|community\.general\.)?su$/.test(name)
    ? NO_SU
    : [`${describeValue(name)} is not supported yet in this version`, 'this version knows sudo and doas']
  read.refuse(names.BECOME_METHOD_NAMES, why, hint, origin)
  return 'sudo'
}

const NO_SU = [
  'su is not supported: privileges are raised by sudo or doas',
  'allow it on the host (in sudoers: USER ALL=(root) ALL) and leave this out; or log in as root with a key ' +
    '(ansible_user: root) and leave become out',
] as const

function checkProgram(read: VariableReader, method: BecomeMethod, aliases: readonly string[]): void {
  const program = read.text(aliases, 'or-empty') ?? ''
  if (program === '' || program === method) return
  read.refuse(aliases, `only ${method} itself is run, as the PATH of the login user finds it`, 'leave it out')
}

/** What is done anyway: the password on stdin, no questions, the home directory of whom one becomes. */
const SAME: Readonly<Record<BecomeMethod, RegExp>> = {
  sudo: /^(?:-[HSn]+|--set-home|--stdin|--non-interactive)$/,
  doas: /^-n$/,
}

function checkFlags(read: VariableReader, method: BecomeMethod, aliases: readonly string[]): void {
  const words = (read.text(aliases, 'or-empty') ?? '').split(/\s+/).filter((word) => word !== '')
  const other = words.find((word) => !SAME[method].test(word))
  if (other === undefined) return
  read.refuse(aliases, `${other} is not passed on to ${method}`, 'leave it out, or allow it in the configuration there')
}
