/** What is known of a host while ssh_config is read for it. */
import type { Source } from '../model/diagnostic.ts'
import { canonicalAddress } from './ssh-address.ts'
import { expandHostName, TokenError } from './ssh-config-tokens.ts'
import type { SshLocal, TokenValues } from './ssh-config-tokens.ts'
import type { SshConfigSource, SshOption, SshProblem } from './ssh-config-types.ts'
import type { SshJump } from './ssh-jump.ts'
import { asciiLowerCase } from './ssh-pattern.ts'

export interface State {
  config: SshConfigSource
  local: SshLocal
  originalHost: string
  /** What `Host` is held against: the name as given, in the final pass what it became. */
  host: string
  final: boolean
  wantsFinal: boolean
  options: Map<string, SshOption>
  identityFiles: { path: string; ofUser: boolean; source: Source | null }[]
  jumps: SshJump[] | null
  problems: SshProblem[]
}

/** The name or address that is connected to. */
export function finalHostName(state: State): string {
  const name = currentHostName(state)
  const family = state.options.get('addressfamily')?.values[0]
  const address = canonicalAddress(name)
  // What looks like an address keeps its letters where it is none of the family that is wanted.
  if (address === null) return /[%:]|^[\d.]+$/.test(name) ? name : asciiLowerCase(name)
  return family === (address.includes(':') ? 'inet' : 'inet6') ? name : address
}

/** What HostName made of the name, as far as it has been read. */
export function currentHostName(state: State): string {
  const option = state.options.get('hostname')
  if (option === undefined) return state.host
  if (state.final) return option.values[0]!
  return attempt(state, option, () => expandHostName(option.values[0]!, state.host)) ?? state.host
}

export function currentTokens(state: State): TokenValues {
  const host = currentHostName(state)
  return {
    host,
    originalHost: state.originalHost,
    port: Number(state.options.get('port')?.values[0] ?? 22),
    user: state.options.get('user')?.values[0] ?? state.local.user,
    keyAlias: state.options.get('hostkeyalias')?.values[0] ?? host,
    jumpHost: state.jumps?.at(-1)?.host ?? '',
  }
}

/** Null where a token cannot be expanded, which is then told. */
export function attempt<T>(state: State, { source }: { source: Source | null }, work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    wrong(state, error.message, '', source)
    return null
  }
}

export function wrong(state: State, summary: string, hint: string, source: Source | null): void {
  state.problems.push({ code: 'bad-ssh-config', summary, hint, source })
}
