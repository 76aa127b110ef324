/**
 * Reads directives for one host as `ssh` does: the command line, the user's file, the system's; the first value counts;
 * once more where `Match final` asks for it. Written here and not taken from a library, since those at hand run
 * `Match exec`, leave Include out and know neither the second pass nor OpenSSH's quoting.
 */
import { matches } from './ssh-config-match.ts'
import type { SshDirective, SshOptionDirective } from './ssh-config-parse.ts'
import { expandTokens } from './ssh-config-tokens.ts'
import type { SshLocal } from './ssh-config-tokens.ts'
import { attempt, currentHostName, currentTokens, finalHostName, wrong } from './ssh-config-state.ts'
import type { State } from './ssh-config-state.ts'
import type { SshConfigFile, SshConfigSource, SshEvaluation, SshProblem } from './ssh-config-types.ts'
import { asciiLowerCase, matchesPattern, matchesPatternList } from './ssh-pattern.ts'

const MAX_INCLUDE_DEPTH = 16

/** Evaluates for the host of this name; `commandLine` comes before the files. */
export function evaluateSshConfig(
  name: string,
  commandLine: readonly SshOptionDirective[],
  config: SshConfigSource,
  local: SshLocal,
): SshEvaluation {
  const state: State = {
    config,
    local,
    originalHost: name,
    host: name,
    final: false,
    wantsFinal: false,
    options: new Map(),
    identityFiles: [],
    jumps: null,
    problems: [],
  }
  for (const directive of commandLine) apply(state, directive, true, true)
  for (const file of config.files) readFile(state, file, true, 0)
  const hostName = finalHostName(state)
  if (state.wantsFinal && !state.problems.some(({ code }) => code === 'bad-ssh-config')) {
    const source = state.options.get('hostname')?.source ?? null
    state.options.set('hostname', { values: [hostName], source })
    Object.assign(state, { host: hostName, final: true })
    for (const file of config.files) readFile(state, file, true, 0)
  }
  const { options, identityFiles, jumps, problems } = state
  return { hostName, options, identityFiles, jumps, problems: distinct(problems) }
}

/** `active` is false for files that only their mistakes are looked for in: those that a block for other hosts includes. */
function readFile(state: State, { file, ofUser, directives, problem }: SshConfigFile, active: boolean, depth: number) {
  if (problem !== null) {
    const hint = 'ssh refuses it as well; correct the file, or name another one with --ssh-config'
    wrong(state, problem, hint, { file, line: 1, column: 1 })
    return
  }
  if (depth > MAX_INCLUDE_DEPTH) {
    wrong(state, 'files include each other without end', 'remove an Include', { file, line: 1, column: 1 })
    return
  }
  let applies = active
  for (const [index, directive] of directives.entries()) {
    if (directive.kind === 'host') applies = active && matchesHost(directive.patterns, state.host)
    else if (directive.kind === 'match')
      applies = matchesCriteria(state, directive, active, directives.slice(index + 1))
    else if (directive.kind === 'include') {
      for (const included of includedFiles(state, directive, ofUser)) readFile(state, included, applies, depth + 1)
    } else apply(state, directive, applies, ofUser)
  }
}

function matchesHost(patterns: readonly string[], host: string): boolean {
  let matched = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), host)) return false
    } else matched ||= matchesPattern(pattern, host)
  }
  return matched
}

/** `following`: the directives after it, of which those up to the next block are under it. */
function matchesCriteria(
  state: State,
  directive: Extract<SshDirective, { kind: 'match' }>,
  active: boolean,
  following: readonly SshDirective[],
): boolean {
  // Asked for wherever it stands, also in a block for other hosts.
  state.wantsFinal ||= directive.criteria.some(({ name, negated }) => name === 'final' && !negated)
  if (!active) return false
  const verdict = matches(directive.criteria, {
    host: currentHostName(state),
    originalHost: state.originalHost,
    user: state.options.get('user')?.values[0] ?? state.local.user,
    localUser: state.local.user,
    tag: state.options.get('tag')?.values[0] ?? '',
    final: state.final,
  })
  if (typeof verdict === 'boolean') return verdict
  const end = following.findIndex(({ kind }) => kind === 'host' || kind === 'match')
  if (!following.slice(0, end === -1 ? undefined : end).some((one) => couldMatter(state, one))) return false
  const summary = `Match ${verdict.name} is not evaluated`
  state.problems.push({ code: 'unsupported-ssh-config', summary, hint: '', source: directive.source })
  return false
}

/** Whether it would change anything here; mistakes are told wherever they stand. */
function couldMatter({ options, jumps }: State, directive: SshDirective): boolean {
  const { kind, keyword } = directive
  if (kind === 'value') return !options.has(keyword)
  if (kind === 'jump') return jumps === null && !options.has('proxycommand')
  return !['harmless', 'wrong', 'unknown'].includes(kind)
}

function includedFiles(
  state: State,
  directive: Extract<SshDirective, { kind: 'include' }>,
  ofUser: boolean,
): SshConfigFile[] {
  return directive.patterns.flatMap((pattern) => {
    const path = attempt(state, directive, () => expandTokens(pattern, currentTokens(state), state.local))
    const found = path === null ? [] : state.config.include(path, ofUser)
    if (typeof found !== 'string') return found
    wrong(state, `include ${pattern}: ${found}`, '', directive.source)
    return []
  })
}

/** Mistakes count wherever they stand, as for ssh; all else where the line is for this host. */
function apply(state: State, directive: SshOptionDirective, active: boolean, ofUser: boolean): void {
  const { keyword, source } = directive
  const { options, identityFiles } = state
  switch (directive.kind) {
    case 'harmless':
      break
    case 'wrong':
      wrong(state, directive.why, '', source)
      break
    case 'unknown':
      checkIgnored(state, directive)
      break
    case 'value':
      if (active && !options.has(keyword)) options.set(keyword, { values: directive.values, source })
      break
    case 'identity': {
      // The final pass sees the same lines again.
      const known = identityFiles.some((file) => file.path === directive.path && file.ofUser === ofUser)
      if (active && !known) identityFiles.push({ path: directive.path, ofUser, source })
      break
    }
    case 'jump':
      // Of ProxyJump and ProxyCommand the first one counts.
      if (!active || state.jumps !== null || options.has('proxycommand')) break
      state.jumps = directive.jumps
      if (directive.jumps.length > 0) options.set('proxycommand', { values: ['none'], source })
      break
    case 'refuse':
      if (active) wrong(state, `RefuseConnection: ${directive.reason}`, '', source)
      break
    default:
      directive satisfies never
  }
}

function checkIgnored(state: State, { keyword, source, hint }: Extract<SshDirective, { kind: 'unknown' }>): void {
  const ignored = asciiLowerCase(state.options.get('ignoreunknown')?.values[0] ?? '')
  if (matchesPatternList(ignored, keyword)) return
  const way = `or let it pass: IgnoreUnknown ${keyword} above it`
  wrong(state, `ssh knows no keyword ${keyword}`, hint === '' ? way : `${hint} ${way}`, source)
}

/** One line may be read more than once. */
function distinct(problems: readonly SshProblem[]): SshProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify([problem.summary, problem.source]), problem])).values()]
}
