/** What OpenSSH's own client is told, so that it reaches the host as it would for Ansible. */
import type { ConnectionWishes } from './connection-wishes.ts'
import { quoteSshWord } from './ssh-args.ts'

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
    ...wishes.argsAfter.words,
    // The last -F counts.
    ...(configFile === null ? [] : ['-F', configFile]),
    '--',
    name,
  ]
}

function option(keyword: string, value: string | number | null): string[] {
  return value === null ? [] : ['-o', `${keyword}=${quoteSshWord(String(value))}`]
}
