/** Reads every host of a pattern once, in one exec, and holds a profile against it. */
import { auditedControls, isAtLeast, profileFacts } from '../../audit/evaluate.ts'
import type { Profile } from '../../audit/profile.ts'
import type { Waiver } from '../../audit/waivers.ts'
import { isExpired } from '../../audit/waivers.ts'
import { selectHosts } from '../../inventory/select.ts'
import type { Generator } from '../../model/generator.ts'
import type { AuditHost, AuditPoint, AuditReport, ControlResult, Severity } from '../../model/audit.ts'
import { AUDIT_SCHEMA_VERSION } from '../../model/audit.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, hasErrors } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { Fact } from '../../model/fact.ts'
import type { Target } from '../../model/host.ts'
import type { HostState, RunContext } from '../context.ts'
import { atHostEdge, closeSession, newContext, newHostState, phase, sessionOf } from '../context.ts'
import { gather } from '../gather.ts'
import { knowTargets, knowWritten } from '../known-secrets.ts'
import { hostReport } from '../run-report.ts'
import type { ReadOptions } from '../select-targets.ts'
import { selectTargets } from '../select-targets.ts'
import type { FactResults } from '../script/probe.ts'
import { shown } from '../shown.ts'
import { auditedPattern } from './pattern.ts'
import type { Past } from './around.ts'
import { knownOf, unknownPairHosts } from './around.ts'
import { newJudge } from './judge.ts'
import { withShortReasons } from './short-reasons.ts'
import { waiverHosts } from './waiver-hosts.ts'

export interface AuditOptions extends ReadOptions {
  runId: string
  profile: Profile
  /** SHA-256 in hex over the profile's files. */
  profileHash: string
  waivers: readonly Waiver[]
  generator: Generator
  /** `trend`: earlier audits of this kind, the oldest first; `hostScores`: of hosts in the last of these. */
  past: Past & { trend: readonly AuditPoint[]; hostScores: AuditReport['hostScores'] }
  failOn: Severity
  /** YYYY-MM-DD in UTC: on which waivers are held against. */
  today: string
}

/** An audit whose hosts are known and not reached yet. */
export interface Audit {
  targets: readonly Target[]
  run: () => Promise<AuditReport>
}

/** Throws DiagnosticsError where a host cannot be resolved, none is selected, or a waiver's pattern is none. */
export function prepareAudit(options: AuditOptions): Audit {
  const { targets, diagnostics } = selectTargets(options)
  const covers = coveredHosts(options, diagnostics)
  diagnostics.push(...unknownPairHosts(options.profile, options.inventory))
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics)
  return { targets, run: () => runAudit(options, targets, diagnostics, covers) }
}

/** Of each waiver, the hosts that it covers; empty for one that has expired. */
function coveredHosts({ inventory, waivers, today }: AuditOptions, diagnostics: Diagnostic[]): ReadonlySet<string>[] {
  return waivers.map((waiver) => {
    const { names, diagnostics: found } = waiverHosts(inventory, waiver, today)
    diagnostics.push(...found)
    return names
  })
}

async function runAudit(
  options: AuditOptions,
  targets: readonly Target[],
  warnings: readonly Diagnostic[],
  covers: readonly ReadonlySet<string>[],
): Promise<AuditReport> {
  const { profile, waivers } = options
  const context = newContext({ ...options, check: true, guard: null, review: async () => false })
  knowWritten(context.secrets, { ...options, playbooks: [] })
  knowTargets(context.secrets, targets)
  for (const target of targets) context.hosts.set(target.host.name, newHostState(target))
  const states = [...context.hosts.values()]
  const startedAt = new Date().toISOString()
  const names = states.map(({ name }) => name)
  context.emit({ type: 'run-started', runId: options.runId, command: 'audit', check: true, startedAt, hosts: names })
  const used = new Set<number>()
  const known = knownOf(profile, options.past, options.inventory, startedAt)
  const commands = new Map<string, string>()
  const judge = newJudge(profile, (host, control) => {
    const index = waivers.findIndex((one, at) => one.control === control && covers[at]!.has(host))
    if (index >= 0) used.add(index)
    return index < 0 ? null : index
  })
  await Promise.all(
    states.map((state) =>
      context.limit(async () => {
        const about = known(state.name)
        const facts = profileFacts(profile, about)
        for (const [key, { probe }] of facts) commands.set(key, probe)
        const gathered = await readHost(context, state, facts)
        if (gathered === null) judge.missed(about, state.error?.summary ?? 'it was not read')
        else judge.read(about, gathered)
      }),
    ),
  )
  const results = judge.results(outside(options))
  const hosts = states.map((state) => auditHost(state, results(state.name)))
  const report: AuditReport = {
    schemaVersion: AUDIT_SCHEMA_VERSION,
    command: 'audit',
    generator: options.generator,
    runId: options.runId,
    pattern: auditedPattern(options),
    profile: { name: profile.name, title: profile.title, hash: options.profileHash },
    failOn: options.failOn,
    inventoryHash: options.inventory.hash,
    startedAt,
    endedAt: new Date().toISOString(),
    exitCode: exitCode(context, hosts, options),
    controls: auditedControls(profile),
    commands: Object.fromEntries(commands),
    hosts,
    waivers: waivers.map(({ source: _source, ...waiver }, index) => ({
      ...waiver,
      state: isExpired(waiver, options.today) ? 'expired' : used.has(index) ? 'active' : 'unused',
    })),
    tests: options.past.tests.filter(({ server, client }) => context.hosts.has(server) || context.hosts.has(client)),
    trend: [...options.past.trend],
    hostScores: Object.fromEntries(Object.entries(options.past.hostScores).filter(([name]) => context.hosts.has(name))),
    diagnostics: [...warnings, ...unusedWaivers(options, used), ...context.secrets.warnings()],
  }
  return withShortReasons(shown(report, context.secrets))
}

/** Those that hold still and covered nothing that fails. */
function unusedWaivers({ waivers, today }: AuditOptions, used: ReadonlySet<number>): Diagnostic[] {
  return waivers.flatMap((waiver, index): Diagnostic[] => {
    if (used.has(index) || isExpired(waiver, today)) return []
    const summary = `the waiver of ${waiver.control} on ${waiver.hosts} covers nothing that fails`
    const hint = 'remove it, unless it is for hosts that this audit did not look at'
    return [{ severity: 'warning', code: 'unused-waiver', summary, detail: '', hint, source: waiver.source }]
  })
}

/** Null where it could not be read; the host's state says why. */
async function readHost(
  context: RunContext,
  state: HostState,
  facts: ReadonlyMap<string, Fact>,
): Promise<FactResults | null> {
  const gathered = context.interrupt.aborted
    ? null
    : await atHostEdge(state, async () => {
        const session = await sessionOf(context, state)
        phase(context, state, 'gathering')
        const options = { timeoutSeconds: context.timeoutSeconds, signal: context.kill }
        const { results } = await gather(session, [...facts.values()], options)
        state.status = 'ok'
        return results
      })
  await closeSession(state)
  context.emit({ type: 'host-finished', host: hostReport(state) })
  return gathered
}

function auditHost(state: HostState, results: ControlResult[]): AuditHost {
  const isRead = state.status === 'ok' || state.status === 'unreachable' || state.status === 'not-started'
  return {
    name: state.name,
    address: state.target.connection.address,
    groups: state.target.host.groups.filter((name) => name !== 'all' && name !== 'ungrouped'),
    status: isRead ? (state.status as AuditHost['status']) : 'failed',
    error: state.error,
    results,
  }
}

/** Why a host of the inventory is not in this audit, and what would take it in. */
function outside({ inventory, pattern, limit }: AuditOptions): (host: string) => string {
  const chosen = new Set(selectHosts(inventory, pattern, null).hosts.map(({ name }) => name))
  return (host) =>
    chosen.has(host)
      ? `--limit leaves it out, "${limit}:${host}" takes it in`
      : `the pattern "${pattern}" leaves it out, "${pattern}:${host}" takes it in`
}

function exitCode(context: RunContext, hosts: readonly AuditHost[], { profile, failOn }: AuditOptions): number {
  const severities = new Map(profile.controls.map(({ control, severity }) => [control.id, severity]))
  const isFailing = hosts.some(({ results }) =>
    results.some(({ failing, control }) => failing && isAtLeast(severities.get(control)!, failOn)),
  )
  if (hosts.some(({ error }) => error?.code === 'internal-error')) return EXIT.bug.code
  if (context.interrupt.aborted) return EXIT.interrupted.code
  if (isFailing || hosts.some(({ status }) => status === 'failed')) return EXIT.failed.code
  return hosts.some(({ status }) => status === 'unreachable') ? EXIT.unreachable.code : EXIT.ok.code
}
