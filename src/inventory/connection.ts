/** From variables, play, flags and OpenSSH's configuration to what is needed to reach one host. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Become, BecomeMethod, Connection, Host } from '../model/host.ts'
import type { SshOptionDirective } from '../text/ssh-config-parse.ts'
import type { SshHost } from '../text/ssh-config-host.ts'
import { describeValue } from '../text/zod-issue.ts'
import * as names from './connection-names.ts'
import { findForeignVariables, newVariableReader } from './connection-vars.ts'
import type { VariableReader } from './connection-vars.ts'
import { readWishes } from './connection-wishes.ts'
import type { ConnectionWishes } from './connection-wishes.ts'
import { localDefaults, sshHostsOf } from './local-defaults.ts'
import type { LocalDefaults } from './local-defaults.ts'
import { opensshArguments } from './openssh-arguments.ts'
import { givenOption } from './ssh-hosts.ts'
import type { ConnectionFlags, Inventory, PlayConnection } from './types.ts'

/**
 * How to reach a host. Strongest first, as Ansible: `vars:` of the play, variables of the inventory, keywords of the
 * play, flags of the command line, ssh_config, defaults. Values may hold templates. Every variable named ansible_* that
 * would change the connection and is not understood is an error that names it; so is a directive of ssh_config that
 * would change whom we reach or trust.
 */
export function resolveConnection(
  host: Host,
  play: PlayConnection,
  flags: ConnectionFlags,
  inventory: Inventory,
  local: LocalDefaults = localDefaults(),
): { connection: Connection } | { diagnostics: Diagnostic[] } {
  const read = newVariableReader(host, play, inventory)
  const wishes = readWishes(host, read, play, flags, local)
  const become = resolveBecome(read, play, flags)
  read.only(names.CONNECTION_NAMES, ['ssh', 'smart'])
  const transport = read.only(names.TRANSPORT_NAMES, ['ssh2', 'openssh'])
  const diagnostics = [...read.diagnostics, ...findForeignVariables(host, play, inventory)]
  if (diagnostics.length > 0) return { diagnostics }

  // OpenSSH's own client reads its configuration and its arguments itself.
  const isOurs = transport !== 'openssh'
  const request = { name: wishes.name, commandLine: optionsOf(wishes, isOurs), ownKey: wishes.keyFile !== null }
  const resolved = sshHostsOf(isOurs ? wishes.configFile : 'none', local)(request)
  if ('diagnostics' in resolved) {
    return { diagnostics: resolved.diagnostics.map((one) => Object.assign(one, { detail: `for host ${host.name}` })) }
  }
  const { route } = resolved
  const connection: Connection = {
    ...connectionTo(route.host),
    password: wishes.password,
    privateKeyFile: wishes.keyFile,
    become,
    jumps: route.jumps.map(sharedConnectionTo),
    openssh: isOurs ? null : opensshArguments(wishes),
  }
  return { connection }
}

/** In the order in which Ansible gives them to ssh: the first value of an option counts. */
function optionsOf(wishes: ConnectionWishes, withArgs: boolean): SshOptionDirective[] {
  const { port, user, hostKeyChecking, timeout } = wishes
  return [
    ...(withArgs ? wishes.argsBefore.options : []),
    ...(hostKeyChecking === false ? [givenOption('stricthostkeychecking', 'no')] : []),
    ...(port === null ? [] : [givenOption('port', String(port))]),
    ...(user === null ? [] : [givenOption('user', user)]),
    ...(timeout === null ? [] : [givenOption('connecttimeout', String(timeout))]),
    ...(withArgs ? wishes.argsAfter.options : []),
  ]
}

function resolveBecome(read: VariableReader, play: PlayConnection, flags: ConnectionFlags): Become | null {
  const wanted = read.boolean(names.BECOME_NAMES) ?? play.become ?? flags.become ?? false
  const user = read.text(names.BECOME_USER_NAMES) ?? play.becomeUser ?? flags.becomeUser ?? 'root'
  const password = read.secret(names.BECOME_PASSWORD_NAMES) ?? flags.becomePassword ?? null
  const method = becomeMethod(read)
  return wanted ? { method, user, password } : null
}

/** By its name, or with the collection that it is in. */
function becomeMethod(read: VariableReader): BecomeMethod {
  const name = read.text(names.BECOME_METHOD_NAMES) ?? 'sudo'
  const method = /^(?:ansible\.builtin\.|community\.general\.)?(sudo|doas)$/.exec(name)?.[1]
  if (method === 'sudo' || method === 'doas') return method
  const hint = 'this version knows sudo and doas'
  read.refuse(names.BECOME_METHOD_NAMES, `${describeValue(name)} is not supported yet in this version`, hint)
  return 'sudo'
}

function connectionTo({ hostName, port, user, settings }: SshHost): Connection {
  const none = { password: null, privateKeyFile: null, become: null, openssh: null }
  return { address: hostName, port, user, ssh: settings, jumps: [], ...none }
}

/** One object for each jump host, however many hosts it leads to. */
function sharedConnectionTo(host: SshHost): Connection {
  const known = jumpConnections.get(host) ?? connectionTo(host)
  jumpConnections.set(host, known)
  return known
}

const jumpConnections = new WeakMap<SshHost, Connection>()
