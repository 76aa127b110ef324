/** Reads one by one the options that counted for a host: typed, expanded, with what is wrong collected. */
import { isAbsolute, join } from 'node:path'
import type { Source } from '../model/diagnostic.ts'
import { ALGORITHMS, assembleAlgorithms } from './ssh-algorithms.ts'
import type { SshOption, SshProblem } from './ssh-config-types.ts'
import { expandTilde, expandTokens, TokenError } from './ssh-config-tokens.ts'
import type { SshLocal, TokenValues } from './ssh-config-tokens.ts'

/** Each method takes a keyword in lower case. */
export interface SshOptionReader {
  problems: SshProblem[]
  /** The value as written, null where the option is not set. */
  value: (keyword: string) => string | null
  isYes: (keyword: string) => boolean
  /** Null where it is not set. */
  number: (keyword: string) => number | null
  /** Absolute paths; `none` names no file. Of tokens only `~` where `withTokens` is false. */
  files: (keyword: string, defaults: readonly string[], withTokens: boolean) => string[]
  /** An absolute path, tokens expanded. */
  path: (text: string, source: Source | null) => string
  /** Those of the list that are supported; null where it is not set. */
  algorithms: (keyword: keyof typeof ALGORITHMS) => string[] | null
  /** Adds a problem at the place of the option. */
  refuse: (keyword: string, summary: string) => void
}

export function newSshOptionReader(
  options: ReadonlyMap<string, SshOption>,
  tokens: TokenValues,
  local: SshLocal,
): SshOptionReader {
  const problems: SshProblem[] = []
  const value = (keyword: string): string | null => options.get(keyword)?.values[0] ?? null
  const attempt = (text: string, source: Source | null, expand: () => string): string => {
    try {
      return absolute(expand(), local.cwd)
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      problems.push({ code: 'bad-ssh-config', summary: `${text}: ${error.message}`, hint: '', source })
      return text
    }
  }
  const path = (text: string, source: Source | null): string =>
    attempt(text, source, () => expandTokens(expandTilde(text, local), tokens, local))
  const refuse = (keyword: string, summary: string): void => {
    const source = options.get(keyword)?.source ?? null
    problems.push({ code: 'unsupported-ssh-config', summary: `${keyword} ${summary}`, hint: '', source })
  }
  return {
    problems,
    value,
    isYes: (keyword) => value(keyword) === 'yes',
    number: (keyword) => (value(keyword) === null ? null : Number(value(keyword))),
    files: (keyword, defaults, withTokens) => {
      const { values, source } = options.get(keyword) ?? { values: defaults, source: null }
      const named = values.filter((file) => file !== 'none')
      return named.map((file) =>
        withTokens ? path(file, source) : attempt(file, source, () => expandTilde(file, local)),
      )
    },
    path,
    algorithms: (keyword) => {
      const list = value(keyword)
      if (list === null) return null
      const usable = assembleAlgorithms(list, ALGORITHMS[keyword])
      if (usable.length === 0) refuse(keyword, 'names nothing that is supported here')
      return usable
    },
    refuse,
  }
}

function absolute(path: string, cwd: string): string {
  return isAbsolute(path) ? path : join(cwd, path)
}
