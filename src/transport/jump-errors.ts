/** What is said where a jump host does not lead to a host. Pure. */
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { endpointOf, serverOf } from './where.ts'

/** More than anybody needs; a chain without end would never be told otherwise. */
const MOST_JUMPS = 8

/** Reasons of a channel that was not opened (RFC 4254, section 5.1). */
const CONNECT_FAILED = 2

/** The system's words for what a jump host met, as node:net would have told it. Source: strerror(3), gai_strerror(3). */
const WORDS: readonly [RegExp, string][] = [
  [/refused/i, 'ECONNREFUSED'],
  [/timed out/i, 'ETIMEDOUT'],
  [/no route/i, 'EHOSTUNREACH'],
  [/network is unreachable/i, 'ENETUNREACH'],
  [/temporary failure in name/i, 'EAI_AGAIN'],
  [/name or service|no address|not known|name does not|nodename/i, 'ENOTFOUND'],
  [/reset by peer/i, 'ECONNRESET'],
]

/** Throws HostError where the way makes no sense: too long, or one host twice. */
export function checkJumps(connection: Connection): void {
  const { jumps } = connection
  const names = jumps.map((jump) => `${jump.user}@${serverOf(jump)}`)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  const refuse = (summary: string): HostError =>
    new HostError('unreachable', 'jump-host', summary, {
      detail: `ProxyJump: ${names.join(', ')}`,
      hint: 'correct ProxyJump in ssh_config: it names the jump hosts in order, and theirs before them',
    })
  if (twice !== undefined) throw refuse(`the way to ${serverOf(connection)} comes round to ${twice} again`)
  if (jumps.length > MOST_JUMPS) {
    throw refuse(`the way to ${serverOf(connection)} has ${jumps.length} jump hosts, and ${MOST_JUMPS} are the most`)
  }
}

/** A jump host could not be reached: the target's error, with the jump host's code. */
export function jumpUnreachable(target: Connection, { outcome, data }: HostError): HostError {
  const { code, summary, detail, hint } = data
  if (code === 'aborted') return new HostError(outcome, code, summary)
  return new HostError(outcome, code, `no way to ${serverOf(target)}: ${summary}`, { detail, hint })
}

/** The connection to the jump host ended, and with it all that went through. */
export function jumpLost(target: Connection): HostError {
  const jump = endpointOf({ ...target.jumps.at(-1)!, jumps: target.jumps.slice(0, -1) })
  return new HostError('unreachable', 'connection-lost', `the connection to the jump host ${jump} was lost`, {
    detail: `on the way to ${serverOf(target)}`,
    hint: 'run again',
  })
}

/** The jump host opens no connection to the target: an error as of node:net, or a HostError. */
export function jumpRefused(target: Connection, error: Error & { reason?: unknown }): Error {
  const said = error.message.replace(/^\(SSH\) Channel open failure: /, '')
  const jump = target.jumps.at(-1)!
  if (error.reason === undefined) return jumpLost(target)
  if (error.reason === CONNECT_FAILED) {
    const code = WORDS.find(([pattern]) => pattern.test(said))?.[1] ?? 'EHOSTUNREACH'
    return Object.assign(new Error(`${endpointOf(jump)} says: ${said}`), { code })
  }
  return new HostError('unreachable', 'jump-host', `${endpointOf(jump)} makes no connection to ${serverOf(target)}`, {
    detail: `it says: ${said}`,
    hint: `allow it in its sshd_config: AllowTcpForwarding, PermitOpen, DisableForwarding (user ${jump.user})`,
  })
}
