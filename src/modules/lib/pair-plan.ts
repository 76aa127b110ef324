/** Plans one server with its clients: each pair by itself, then what all pairs together ask of the server. */
import type { FleetPlanResult, Note, PlanResult, Problem } from '../../model/change.ts'
import { choosePaths } from '../../mptcp/chosen-paths.ts'
import type { PairPath, Rejected } from '../../mptcp/pairing.ts'
import { candidatePaths } from '../../mptcp/pairing.ts'
import type { CheckedHost } from '../../mptcp/path-checks.ts'
import { checkPaths } from '../../mptcp/path-checks.ts'
import type { IdleCard } from './idle-cards.ts'
import { idleCards } from './idle-cards.ts'
import { planClient, planServer } from './pair-hosts.ts'
import { pairNotes } from './pair-notes.ts'
import type { Pairing, PairFacts, PairWish } from './pair-types.ts'
import { clientConflicts, serverConflicts } from './pair-roles.ts'

interface Refusal {
  client: string
  problems: Problem[]
  notes: Note[]
}

/** A plan for every host of `have`. A refused pair changes neither host; other pairs go on. */
export function planPair(
  want: PairWish,
  have: Readonly<Record<string, PairFacts>>,
  absent: Readonly<Record<string, string>>,
): Record<string, FleetPlanResult> {
  const server = have[want.server]
  const clients = want.clients.filter((name) => have[name] !== undefined)
  if (server === undefined) {
    const reason = absent[want.server] ?? 'it is not in this play'
    return Object.fromEntries(clients.map((name) => [name, skipped(want.server, reason)]))
  }
  const outcomes = clients.map((name) => planOne(want, server, name, have[name]!))
  const good: Pairing[] = []
  const bad: Refusal[] = outcomes.filter(isRefusal)
  const plans: Record<string, FleetPlanResult> = {}
  for (const pairing of outcomes.filter(isPairing)) {
    const plan = planClient(pairing, have[pairing.client]!, want)
    plans[pairing.client] = plan
    if ((plan.problems ?? []).length === 0) good.push(pairing)
    else bad.push({ client: pairing.client, problems: plan.problems ?? [], notes: [] })
  }
  for (const { client, problems, notes } of bad) plans[client] = { changes: [], problems, notes }
  plans[want.server] = serverPlan(want, server, good, bad)
  const failed = plans[want.server]?.problems ?? []
  // A server that cannot be changed leaves its clients as they are.
  if (failed.length > 0)
    for (const { client } of good) plans[client] = { changes: [], problems: [refused(want.server, failed)] }
  const missing = want.clients.filter((name) => have[name] === undefined)
  for (const name of missing) {
    const left = skipped(name, absent[name] ?? 'it is not in this play')
    const plan = plans[want.server]!
    plans[want.server] = { ...plan, notes: [...(plan.notes ?? []), ...(left.notes ?? [])] }
    if (missing.length === want.clients.length && left.skipped !== undefined) plans[want.server]!.skipped = left.skipped
  }
  return plans
}

function isRefusal(outcome: Pairing | Refusal): outcome is Refusal {
  return 'problems' in outcome
}

function isPairing(outcome: Pairing | Refusal): outcome is Pairing {
  return !isRefusal(outcome)
}

/** The paths of one pair with their notes, or why it is refused. */
function planOne(want: PairWish, server: PairFacts, name: string, client: PairFacts): Pairing | Refusal {
  const ends = [checked(want.server, server), checked(name, client)] as const
  const { paths, rejected: addresses, problems } = findPaths(want, ...ends)
  const idle = want.paths === undefined ? [...idleCards(want.server, server), ...idleCards(name, client)] : []
  const rejected = [...addresses, ...idle]
  const report = checkPaths(paths, ...ends)
  const notes = pairNotes({ want, client: name, paths, rejected, hosts: { server, client }, checks: report.notes })
  problems.push(
    ...report.faults,
    ...serverConflicts(
      want.server,
      paths.map((path) => path.server),
      server,
    ),
    ...clientConflicts(
      name,
      paths.map((path) => path.client),
      client,
    ),
  )
  if (problems.length === 0 && paths.length < 2) problems.push(tooFew(want, name, paths, rejected, idle))
  return problems.length === 0 ? { client: name, paths, notes } : { client: name, problems, notes }
}

function findPaths(
  want: PairWish,
  server: CheckedHost,
  client: CheckedHost,
): { paths: PairPath[]; rejected: Rejected[]; problems: Problem[] } {
  if (want.paths === undefined) return { ...candidatePaths(server, client), problems: [] }
  const { paths, problems } = choosePaths(want.paths, server, client)
  return { paths, rejected: [], problems }
}

function serverPlan(want: PairWish, server: PairFacts, good: readonly Pairing[], bad: readonly Refusal[]): PlanResult {
  const notes = bad.map(({ client, problems }) => ({
    summary: `not paired with ${client}: ${problems[0]?.summary ?? 'refused'}`,
  }))
  if (good.length > 0) {
    const plan = planServer(good, server, want)
    return { ...plan, notes: [...(plan.notes ?? []), ...notes] }
  }
  const first = bad[0]
  if (first === undefined) return { changes: [] }
  return {
    changes: [],
    problems: bad.length === 1 ? first.problems : [],
    notes: bad.length === 1 ? first.notes : notes,
  }
}

function checked(name: string, facts: PairFacts): CheckedHost {
  const { addresses, links, routing, netFilters } = facts
  return { name, addresses, links, routing, rpFilter: netFilters.rpFilter, arpIgnore: netFilters.arpIgnore }
}

function skipped(peer: string, reason: string): FleetPlanResult {
  const summary = `not paired with ${peer}: ${reason}`
  return { changes: [], notes: [{ summary }], skipped: summary }
}

function refused(server: string, problems: readonly Problem[]): Problem {
  return {
    code: 'peer-refused',
    summary: `not paired, since ${server} cannot be: ${problems[0]?.summary ?? ''}`,
    hint: `put ${server} right first`,
  }
}

function tooFew(
  { server, paths: chosen }: PairWish,
  client: string,
  paths: readonly PairPath[],
  rejected: readonly Rejected[],
  idle: readonly IdleCard[],
): Problem {
  const count = paths.length === 0 ? 'no path' : `one path only (${paths[0]!.network ?? paths[0]!.server.address})`
  const why = idle.map(({ what, reason }) => `${what} ${reason}`)
  const second = 'give both hosts an address in a second network, or name the paths with paths:'
  return {
    code: 'too-few-paths',
    summary: [`${server} and ${client} have ${count} between them; multipath needs two`, ...why].join('; '),
    detail: rejected
      .filter(({ plain }) => plain !== true)
      .map(({ what, reason }) => `${what}: ${reason}`)
      .join('\n'),
    hint:
      chosen === undefined
        ? [...idle.map(({ hint }) => hint), second].join('; or ')
        : 'name a second path under paths:, or leave paths: out to use all that both hosts have',
  }
}
