/** From variables, play, flags and OpenSSH's configuration to what is needed to reach one host. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Become, Connection, Host } from '../model/host.ts'
import type { SshOptionDirective } from '../text/ssh-config-parse.ts'
import type { SshHost } from '../text/ssh-config-host.ts'
import { resolveBecome } from './connection-become.ts'
import * as names from './connection-names.ts'
import { findForeignVariables, newVariableReader } from './connection-vars.ts'
import { readWishes } from './connection-wishes.ts'
import type { ConnectionWishes } from './connection-wishes.ts'
import { localDefaults, sshHostsOf } from './local-defaults.ts'
import type { LocalDefaults } from './local-defaults.ts'
import { opensshArguments, opensshNotice } from './openssh-arguments.ts'
import type { SshRoute } from './ssh-hosts.ts'
import { givenOption } from './ssh-hosts.ts'
import type { ConnectionFlags, Inventory, PlayConnection } from './types.ts'

/** `notices` are warnings about it, the same for all hosts that they hold for. */
export type ResolvedConnection = { connection: Connection; notices: Diagnostic[] } | { diagnostics: Diagnostic[] }

/**
 * How to reach a host. Strongest first, as Ansible: `vars:` of the play, variables of the inventory, keywords of the
 * play, flags of the command line, environment, ansible.cfg, then ssh_config and defaults. Values may hold templates.
 * Every variable named ansible_* that would change the connection and is not understood is an error that names it; so is a
 * directive of ssh_config that would change whom we reach or trust. Arguments of ssh that only OpenSSH's own client
 * can follow have it make the connection, with a notice.
 */
export function resolveConnection(
  host: Host,
  play: PlayConnection,
  flags: ConnectionFlags,
  inventory: Inventory,
  local: LocalDefaults = localDefaults(),
): ResolvedConnection {
  const read = newVariableReader(host, play, inventory)
  const wishes = readWishes(host, read, play, flags, local)
  const become = resolveBecome(read, play, flags)
  const plugin = read.only(names.CONNECTION_NAMES, names.CONNECTIONS) ?? play.connection ?? 'ssh'
  const transport = read.only(names.TRANSPORT_NAMES, ['ssh2', 'openssh'])
  const mistakes = [...read.diagnostics, ...findForeignVariables(host, play, inventory)]
  if (mistakes.length > 0) return { diagnostics: mistakes }
  if (names.isLocal(plugin)) return thisMachine(local, become)

  const routed = transport === 'openssh' ? null : routeOf(wishes, local)
  const beyondUs = transport === null && routed !== null ? opensshNotice(wishes, routed) : null
  // OpenSSH's own client reads its configuration and its arguments itself.
  const isOurs = routed !== null && beyondUs === null
  const resolved = isOurs ? routed : routeOf({ ...wishes, configFile: 'none' }, local, 'without args')
  const diagnostics = 'diagnostics' in resolved ? resolved.diagnostics : findDashes(resolved.route, wishes)
  if ('diagnostics' in resolved || diagnostics.length > 0) {
    return { diagnostics: diagnostics.map((one) => Object.assign(one, { detail: `for host ${host.name}` })) }
  }
  const { route } = resolved
  const connection: Connection = {
    ...connectionTo(route.host),
    password: wishes.password,
    privateKeyFile: wishes.keyFile,
    become,
    ...(isOurs ? { jumps: route.jumps.map(sharedConnectionTo) } : knownWay(routed ?? routeOf(wishes, local))),
    openssh: isOurs ? null : opensshArguments(wishes),
  }
  return { connection, notices: beyondUs === null ? [] : [beyondUs] }
}

/** By its name, so that a plan or run of one controller is not taken for one of another. */
function thisMachine(local: LocalDefaults, become: Become | null): ResolvedConnection {
  const { hostName, user } = local
  const routed = sshHostsOf('none', local)({ name: hostName, commandLine: [], ownKey: false })
  if ('diagnostics' in routed) return routed
  return { connection: { ...connectionTo(routed.route.host), user, become, local: true }, notices: [] }
}

/**
 * Where OpenSSH's client will go through, as far as its configuration can be followed: only to tell which hosts lead to which,
 * so that jump hosts are changed last.
 */
function knownWay(routed: ReturnType<typeof routeOf>): Pick<Connection, 'jumps' | 'place'> {
  if ('diagnostics' in routed) return { jumps: [] }
  const { host, jumps } = routed.route
  return {
    jumps: jumps.map((jump) => ({ ...connectionTo(jump), openssh: [] })),
    place: { address: host.hostName, port: host.port },
  }
}

function routeOf(
  wishes: ConnectionWishes,
  local: LocalDefaults,
  args: 'with args' | 'without args' = 'with args',
): { route: SshRoute } | { diagnostics: Diagnostic[] } {
  const commandLine = optionsOf(wishes, args === 'with args')
  return sshHostsOf(wishes.configFile, local)({ name: wishes.name, commandLine, ownKey: wishes.keyFile !== null })
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
    ...(withArgs ? wishes.argsAfter.flatMap(({ options }) => options) : []),
  ]
}

/** Names of users and hosts that a program could take for an option. */
function findDashes({ host, jumps }: SshRoute, { argsBefore, argsAfter }: ConnectionWishes): Diagnostic[] {
  const options = [argsBefore, ...argsAfter].flatMap((args) => args.options)
  const users = options.flatMap((option) => (option.kind === 'value' && option.keyword === 'user' ? option.values : []))
  const found = [
    ...[...jumps, host].flatMap(({ user, hostName }) => [
      { what: 'user', name: user },
      { what: 'host', name: hostName },
    ]),
    ...users.map((name) => ({ what: 'user', name })),
  ]
  return found
    .filter(({ name }) => name.startsWith('-'))
    .map(({ what, name }) => {
      const hint = 'no such name is passed on: ssh would take it for an option'
      return errorDiagnostic('bad-connection-name', `the name of a ${what} begins with "-": ${name}`, { hint })
    })
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
