/** OpenSSH's own client: when it has to make the connection, and what it is told, so that it does as for Ansible. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import type { ConnectionWishes } from './connection-wishes.ts'
import { quoteSshWord } from './ssh-words.ts'

/**
 * A warning where arguments of ssh ask for what only OpenSSH's own client can do (a ProxyCommand, certificates, logins that
 * we lack);
 * null where they do not. `routed`: what we would make of them.
 */
export function opensshNotice(
  { argsBefore, argsAfter }: ConnectionWishes,
  routed: { diagnostics: Diagnostic[] } | object,
): Diagnostic | null {
  const login = [argsBefore, ...argsAfter].find((args) => args.login !== null)
  if (login !== undefined) return notice(`${login.login} is not supported`, login.source)
  if (!('diagnostics' in routed)) return null
  const given = [argsBefore, ...argsAfter].filter(({ options }) => options.length > 0)
  const places = new Set(given.map(({ source }) => JSON.stringify(source)))
  const found = routed.diagnostics.find(
    ({ code, source }) => code === 'unsupported-ssh-config' && places.has(JSON.stringify(source)),
  )
  return found === undefined ? null : notice(found.summary.replace(/^ssh_config: /, ''), found.source)
}

function notice(what: string, source: Source | null): Diagnostic {
  return {
    severity: 'warning',
    code: 'openssh-transport',
    summary: `arguments of ssh: ${what}: OpenSSH's own client makes the connection`,
    detail: '',
    hint: 'it runs what ProxyCommand names, asks nothing and takes no passwords; mptcp_fleet_transport: openssh says so without this notice',
    source,
  }
}

/** Options in Ansible's order (the first value of an option counts), `--`, and the destination. */
export function opensshArguments(wishes: ConnectionWishes): string[] {
  const { name, port, user, keyFile, hostKeyChecking, timeout, configFile } = wishes
  return [
    ...wishes.argsBefore.words,
    ...option('StrictHostKeyChecking', hostKeyChecking === false ? 'no' : null),
    ...option('Port', port),
    // Tokens of ssh_config have no place in a path that is already expanded.
    ...option('IdentityFile', keyFile?.replaceAll('%', '%%') ?? null),
    ...option('User', user),
    ...option('ConnectTimeout', timeout),
    ...wishes.argsAfter.flatMap(({ words }) => words),
    // The last -F counts.
    ...(configFile === null ? [] : ['-F', configFile]),
    '--',
    name,
  ]
}

function option(keyword: string, value: string | number | null): string[] {
  return value === null ? [] : ['-o', `${keyword}=${quoteSshWord(String(value))}`]
}
