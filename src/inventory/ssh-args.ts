/** ansible_ssh_args and its like: arguments of `ssh`, read as ssh reads them. */
import type { Source } from '../model/diagnostic.ts'
import type { SshOptionDirective } from '../text/ssh-config-parse.ts'
import { jumpOfProxyCommand } from './proxy-command.ts'
import { readSshWords, splitShellWords } from './ssh-words.ts'

export interface SshArgs {
  /** As a shell would have split them. */
  words: string[]
  /** What the arguments set, in order; the first value of an option counts. */
  options: SshOptionDirective[]
  /** The last -F, or null. */
  configFile: string | null
  /** The first way to log in that OpenSSH's client alone has, or null. */
  login: string | null
  /** Where they stand. */
  source: Source | null
}

/** Reads the arguments; `problems` says what is not understood. `source` is where they stand. */
export function parseSshArgs(text: string, source: Source | null = null): { args: SshArgs; problems: string[] } {
  const words = splitShellWords(text)
  const read = readSshWords(words ?? [], source)
  const problems = [
    ...(words === null ? ['a quotation mark is not closed'] : []),
    ...read.problems,
    ...(read.forward === null ? [] : ['-W is not supported']),
    ...read.rest.map((word) => `"${word}" is no option of ssh`),
  ]
  const { configFile, login } = read
  // `ssh -W` reads the files that are always read, and not those of -F.
  const options = configFile === null ? read.options.map(asJump) : read.options
  return { args: { words: words ?? [], options, configFile, login, source }, problems }
}

/** `ProxyCommand ssh -W %h:%p HOST` leads where `ProxyJump HOST` does. */
function asJump(directive: SshOptionDirective): SshOptionDirective {
  if (directive.kind !== 'value' || directive.keyword !== 'proxycommand') return directive
  const { source } = directive
  const jump = jumpOfProxyCommand(directive.values[0] ?? '', source)
  return jump === null ? directive : { kind: 'jump', keyword: 'proxyjump', source, jumps: [jump] }
}
