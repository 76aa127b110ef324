/** What OpenSSH's configuration makes of a host: where it is, who logs in, over which others, with which settings. */
import type { SshSettings } from '../model/ssh-settings.ts'
import type { SshEvaluation, SshProblem } from './ssh-config-types.ts'
import { settingsOf } from './ssh-config-settings.ts'
import { expandTokens, TokenError } from './ssh-config-tokens.ts'
import type { SshLocal, TokenValues } from './ssh-config-tokens.ts'
import type { SshJump } from './ssh-jump.ts'
import { asciiLowerCase } from './ssh-pattern.ts'

/** One host as OpenSSH's configuration has it. */
export interface SshHost {
  /** As given. */
  name: string
  hostName: string
  user: string
  port: number
  /** The first one first; jump hosts of jump hosts are not among them. */
  jumps: SshJump[]
  settings: SshSettings
}

/** Settings by what they were made of; thousands of hosts mostly have the same. */
export type SharedSettings = Map<string, SshSettings>

/** The host called `name`; see settingsOf. Problems: all that is wrong or lacking. */
export function sshHostOf(
  name: string,
  evaluation: SshEvaluation,
  ownKey: boolean,
  local: SshLocal,
  shared: SharedSettings = new Map(),
): { host: SshHost } | { problems: SshProblem[] } {
  const { hostName, options, jumps } = evaluation
  const alias = options.get('hostkeyalias')?.values[0]
  const port = Number(options.get('port')?.values[0] ?? 22)
  const tokens: TokenValues = {
    host: hostName,
    originalHost: name,
    port,
    user: local.user,
    keyAlias: alias === undefined ? name : asciiLowerCase(alias),
    jumpHost: jumps?.at(-1)?.host ?? '',
  }
  const problems = [...evaluation.problems, ...readUser(evaluation, tokens, local)]
  const key = sharingKey(evaluation, ownKey)
  const known = key === null ? undefined : shared.get(key)
  const made = known === undefined ? settingsOf(evaluation, ownKey, tokens, local) : { settings: known }
  if ('problems' in made) return { problems: [...problems, ...made.problems] }
  if (problems.length > 0) return { problems }
  if (key !== null) shared.set(key, made.settings)
  return { host: { name, hostName, user: tokens.user, port, jumps: [...(jumps ?? [])], settings: made.settings } }
}

/** Options that no setting is made of. */
const NOT_IN_SETTINGS = new Set(['hostname', 'port', 'user'])

/** Equal for hosts whose settings are equal; null where they depend on the host itself. */
function sharingKey({ options, identityFiles }: SshEvaluation, ownKey: boolean): string | null {
  if (options.has('nohostauthenticationforlocalhost')) return null
  let key = String(ownKey)
  for (const [keyword, { values }] of options) {
    if (!NOT_IN_SETTINGS.has(keyword)) key += `\n${keyword} ${values.join('\0')}`
  }
  for (const { path } of identityFiles) key += `\nidentityfile ${path}`
  return key.includes('%') ? null : key
}

/** Puts the user into the tokens; its own value may have others of them. */
function readUser({ options }: SshEvaluation, tokens: TokenValues, local: SshLocal): SshProblem[] {
  const option = options.get('user')
  if (option === undefined) return []
  const [text = ''] = option.values
  try {
    // What no file says (a variable, a flag) is the name itself.
    tokens.user = option.source === null ? text : expandTokens(text, tokens, local)
    return []
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return [{ code: 'bad-ssh-config', summary: `user ${text}: ${error.message}`, hint: '', source: option.source }]
  }
}
