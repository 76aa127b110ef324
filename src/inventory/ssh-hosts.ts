/** What OpenSSH's configuration says of a host and of the jump hosts before it. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { evaluateSshConfig } from '../text/ssh-config-evaluate.ts'
import type { SshConfigSource, SshProblem } from '../text/ssh-config-types.ts'
import type { SshOptionDirective } from '../text/ssh-config-parse.ts'
import { sshHostOf } from '../text/ssh-config-host.ts'
import type { SharedSettings, SshHost } from '../text/ssh-config-host.ts'
import { expandJump, TokenError } from '../text/ssh-config-tokens.ts'
import type { SshLocal } from '../text/ssh-config-tokens.ts'
import { renderJumps } from '../text/ssh-jump.ts'
import type { SshJump } from '../text/ssh-jump.ts'

/** How to ask for another way where ours cannot do what the configuration says. */
const OPENSSH_HINT =
  "set transport: openssh (variable mptcp_fleet_transport) for the host, and OpenSSH's own client makes the connection"

export interface SshHostRequest {
  /** As the inventory gives it: what `Host` is held against. */
  name: string
  /** Options that come before the files. */
  commandLine: readonly SshOptionDirective[]
  /** Whether a key is named outside of IdentityFile. */
  ownKey: boolean
}

/** A host with all jump hosts on the way to it, the first one first, also those of jump hosts. */
export interface SshRoute {
  host: SshHost
  jumps: SshHost[]
}

type Outcome = { route: SshRoute } | { problems: SshProblem[] }

/** Answers requests from one configuration. Settings and jump hosts that several hosts share are one object. */
export function newSshHostResolver(
  config: SshConfigSource,
  local: SshLocal,
): (request: SshHostRequest) => { route: SshRoute } | { diagnostics: Diagnostic[] } {
  const shared = new Map<string, Outcome>()
  const settings: SharedSettings = new Map()

  /** `above`: the hosts that are reached through this one, which must not come again. */
  const routeTo = ({ name, commandLine, ownKey }: SshHostRequest, above: readonly string[]): Outcome => {
    const evaluation = evaluateSshConfig(name, commandLine, config, local)
    const outcome = sshHostOf(name, evaluation, ownKey, local, settings)
    if ('problems' in outcome) return outcome
    const { host } = outcome
    if (host.jumps.length === 0) return { route: { host, jumps: [] } }
    const self = placeOf(host)
    if (above.includes(self)) return { problems: [badJump(`ProxyJump comes round to ${self} again`)] }
    return routeThrough(host, [...above, self])
  }

  const routeThrough = (host: SshHost, above: readonly string[]): Outcome => {
    let jumps: SshJump[]
    try {
      jumps = host.jumps.map((jump) => expandJump(jump, host))
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      return { problems: [badJump(`ProxyJump ${renderJumps(host.jumps)}: ${error.message}`)] }
    }
    const key = renderJumps(jumps) + JSON.stringify(jumps.map(({ own }) => own ?? []))
    const outcome = shared.get(key) ?? routeOver(jumps, above)
    shared.set(key, outcome)
    if ('problems' in outcome) return outcome
    return { route: { host, jumps: [...outcome.route.jumps, outcome.route.host] } }
  }

  /** As `ssh -J FIRST,… LAST`, which is how ssh itself reaches its last jump host. */
  const routeOver = (jumps: readonly SshJump[], above: readonly string[]): Outcome => {
    const { host, user, port, own } = jumps.at(-1)!
    const before = jumps.slice(0, -1)
    const commandLine: SshOptionDirective[] = [
      ...(user === null ? [] : [givenOption('user', user)]),
      ...(port === null ? [] : [givenOption('port', String(port))]),
      ...(own ?? []),
    ]
    if (before.length > 0) commandLine.push({ kind: 'jump', keyword: 'proxyjump', source: null, jumps: before })
    return routeTo({ name: host, commandLine, ownKey: false }, above)
  }

  return (request) => {
    const outcome = routeTo(request, [])
    return 'route' in outcome ? outcome : { diagnostics: outcome.problems.map(toDiagnostic) }
  }
}

/** An option that comes from no file. */
export function givenOption(keyword: string, value: string): SshOptionDirective {
  return { kind: 'value', keyword, source: null, values: [value] }
}

function placeOf({ user, hostName, port }: SshHost): string {
  return `${user}@${hostName}:${port}`
}

function badJump(summary: string): SshProblem {
  return {
    code: 'bad-ssh-config',
    summary,
    hint: 'end the chain: ProxyJump none for the first jump host',
    source: null,
  }
}

function toDiagnostic({ code, summary, hint, source }: SshProblem): Diagnostic {
  const way = code === 'unsupported-ssh-config' ? OPENSSH_HINT : hint
  return errorDiagnostic(code, `ssh_config: ${summary}`, { hint: way, source })
}
