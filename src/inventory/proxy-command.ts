/** `ProxyCommand ssh -W %h:%p … HOST`, the form that OCI's Bastion service hands out, is a jump host by another name. */
import type { Source } from '../model/diagnostic.ts'
import type { SshJump } from '../text/ssh-jump.ts'
import { readSshWords, splitShellWords } from './ssh-words.ts'

/** What a shell would do more with than split it into words. */
const SHELL_SYNTAX = /[$`;|&<>(){}*?!#\n]/
const PROGRAM = /^(?:\/(?:usr\/)?bin\/)?ssh$/

/** The jump that the command is, with its own options; null for any other command, which only a shell can run. */
export function jumpOfProxyCommand(command: string, source: Source | null): SshJump | null {
  const words = SHELL_SYNTAX.test(command) ? null : splitShellWords(command.replace(/^exec\s+/, ''))
  const [program = '', ...more] = words ?? []
  if (!PROGRAM.test(program)) return null
  const { options, configFile, forward, login, rest, problems } = readSshWords(more, source)
  const [destination = '', ...others] = rest
  if (problems.length > 0 || others.length > 0 || configFile !== null || login !== null) return null
  if (forward === null || !/^(?:%h|\[%h\]):%p$/.test(forward)) return null
  // Tokens stand for the host behind; in options they would be taken for those of the jump host.
  const allowed = new Set([forward, `-W${forward}`, destination])
  if (more.some((word) => word.includes('%') && !allowed.has(word))) return null
  const at = destination.lastIndexOf('@')
  const has = (keyword: string): boolean => options.some((option) => option.keyword === keyword)
  if (has('proxycommand') || (at > 0 && has('user'))) return null
  const host = destination.slice(at + 1)
  if (host === '' || at === 0 || destination.startsWith('ssh://') || destination.startsWith('-')) return null
  return { host, user: at < 0 ? null : destination.slice(0, at), port: null, own: options }
}
