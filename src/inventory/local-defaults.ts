/** What the machine this runs on contributes to connections: its user, and OpenSSH's configuration. */
import { readFileSync } from 'node:fs'
import type { UserInfo } from 'node:os'
import { hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { createSshConfigFiles } from './ssh-config-files.ts'
import type { SshConfigPlaces } from './ssh-config-files.ts'
import { newSshHostResolver } from './ssh-hosts.ts'

export type LocalDefaults = SshConfigPlaces

let ofProcess: LocalDefaults | undefined

/** The defaults of this process, one object for all hosts. The home directory is the password database's, as for ssh. */
export function localDefaults(): LocalDefaults {
  ofProcess ??= readDefaults()
  return ofProcess
}

function readDefaults(): LocalDefaults {
  const { homedir, username, uid } = account()
  return {
    cwd: process.cwd(),
    home: homedir,
    user: username,
    uid,
    hostName: hostname(),
    env: process.env,
    homeOf,
    systemFolder: '/etc/ssh',
  }
}

/** Throws DiagnosticsError where the password database does not know who runs this: ssh refuses to work then, too. */
function account(): UserInfo<string> {
  try {
    return userInfo()
  } catch {
    const hint = 'containers that run under any number need an entry in /etc/passwd for it, as ssh does'
    const summary = `no user exists for uid ${process.getuid?.() ?? '?'} on this machine`
    throw new DiagnosticsError([errorDiagnostic('no-account', summary, { hint })])
  }
}

function homeOf(user: string): string | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`))
  return line?.split(':')[5] ?? null
}

type SshHosts = ReturnType<typeof newSshHostResolver>

const resolvers = new WeakMap<LocalDefaults, (configFile: string | null) => SshHosts>()

/** OpenSSH's configuration for hosts: read once for each object of defaults. `configFile` is what -F gives, or null. */
export function sshHostsOf(configFile: string | null, local: LocalDefaults): SshHosts {
  const resolverOf = resolvers.get(local) ?? newResolvers(local)
  resolvers.set(local, resolverOf)
  return resolverOf(configFile)
}

function newResolvers(local: LocalDefaults): (configFile: string | null) => SshHosts {
  const sourceOf = createSshConfigFiles(local)
  const known = new Map<string | null, SshHosts>()
  return (configFile) => {
    const hosts = known.get(configFile) ?? newSshHostResolver(sourceOf(configFile), local)
    known.set(configFile, hosts)
    return hosts
  }
}

/** `~` is the home directory, all else is relative to the working directory. */
export function absolutePath(path: string, local: LocalDefaults): string {
  const expanded = path === '~' || path.startsWith('~/') ? join(local.home, path.slice(1)) : path
  return resolve(local.cwd, expanded)
}
