/** The task `audit`: its profile and waivers, known before any host is reached, and what it finds on the hosts of a batch. */
import { evaluateHost, isAtLeast, profileFacts } from '../../audit/evaluate.ts'
import type { Known } from '../../audit/define.ts'
import type { Profile } from '../../audit/profile.ts'
import type { Waiver } from '../../audit/waivers.ts'
import type { Inventory } from '../../inventory/types.ts'
import type { ControlResult } from '../../model/audit.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, hasErrors } from '../../model/diagnostic.ts'
import { HostError } from '../../model/errors.ts'
import type { Fact } from '../../model/fact.ts'
import type { Finding, Severity } from '../../model/finding.ts'
import { CENSORED } from '../../model/no-log.ts'
import type { AuditWish } from '../../modules/audit.ts'
import type { Task } from '../../playbook/types.ts'
import { addOnce } from '../../text/diagnostics.ts'
import type { AssembledTask } from '../assemble.ts'
import type { HostState, RunContext } from '../context.ts'
import { failHost } from '../context.ts'
import type { Member } from '../members.ts'
import type { Past } from './around.ts'
import { knownOf, peersOf, readFrom, unknownPairHosts } from './around.ts'
import { waiverHosts } from './waiver-hosts.ts'

/** Reads what audits need of the controller. Both throw DiagnosticsError; `folders` are tried in their order. */
export interface AuditFiles {
  profile: (name: string, folders: readonly string[]) => Profile
  /** Of controls that there are, and of the profile's own. */
  waivers: (name: string, folders: readonly string[], profile: Profile | null) => Waiver[]
  past: Past
}

/** What a task `audit` holds a host against. */
export interface TaskAudit {
  profile: Profile
  failOn: Severity
  /** With the hosts that each covers; one that has expired covers none. */
  waivers: readonly (Waiver & { covers: ReadonlySet<string> })[]
  known: (host: string) => Known
}

/** Null after noting what is wrong, at the parameter that leads there where it has no place of its own. */
export function assembleAudit(
  task: Task,
  want: AuditWish,
  { inventory, audits }: { inventory: Inventory; audits?: AuditFiles | undefined },
  diagnostics: Diagnostic[],
): TaskAudit | null {
  if (audits === undefined) throw new Error('a playbook with an audit was assembled without the files of audits')
  const found: Diagnostic[] = []
  const read = <T>(path: readonly (string | number)[], load: () => T): T | null => {
    try {
      return load()
    } catch (error) {
      if (!(error instanceof DiagnosticsError)) throw error
      found.push(...error.diagnostics.map((one) => placed(one, task.locate(path, 'value'), task)))
      return null
    }
  }
  const files = typeof want.waivers === 'string' ? [want.waivers] : want.waivers
  const profile = read(['profile'], () => audits.profile(want.profile, task.folders))
  const waivers = files.flatMap((name, index) => {
    const path = typeof want.waivers === 'string' ? ['waivers'] : ['waivers', index]
    return read(path, () => audits.waivers(name, task.folders, profile)) ?? []
  })
  if (profile !== null) found.push(...unknownPairHosts(profile, inventory))
  const now = new Date().toISOString()
  const covering = waivers.map((waiver) => {
    const { names, diagnostics: told } = waiverHosts(inventory, waiver, now.slice(0, 10))
    found.push(...told)
    return { ...waiver, covers: names }
  })
  for (const one of found) addOnce(diagnostics, one)
  if (profile === null || hasErrors(found)) return null
  return { profile, failOn: want.fail_on, waivers: covering, known: knownOf(profile, audits.past, inventory, now) }
}

/** What has no place of its own, and a file that is not there, is told where the playbook names it. */
function placed(diagnostic: Diagnostic, at: Diagnostic['source'], { module, folders }: Task): Diagnostic {
  if (diagnostic.code === 'file-missing') {
    const { file } = diagnostic.source ?? { file: '' }
    const hint = `looked for in ${[...new Set(folders)].join(', ')}`
    return { ...diagnostic, summary: `${module.name}: ${file}: ${diagnostic.summary}`, hint, source: at }
  }
  return { ...diagnostic, source: diagnostic.source ?? at }
}

/** Facts that the audit needs of a host. */
export function auditFacts({ profile, known }: TaskAudit, host: string): Fact[] {
  return [...profileFacts(profile, known(host)).values()]
}

/** Holds these hosts of the batch against their profiles; one on which a control fails takes no further part. */
export function runAudits(
  context: RunContext,
  task: AssembledTask,
  members: readonly Member[],
  hosts: ReadonlySet<string>,
): void {
  const byName = new Map(members.map((member) => [member.state.name, member]))
  const failing = members.filter((member) => {
    const { state, fold: folded } = member
    const audit = task.audits?.get(state.name)
    if (audit === undefined || folded.absent !== null || !hosts.has(state.name)) return false
    const results = judge(context, audit, member, byName)
    const findings = results.flatMap((result) => findingOf(task, audit, state.name, result))
    context.findings.push(...findings)
    const passed = results.filter(({ status }) => status === 'pass').length
    context.emit({ type: 'audit-finished', task: task.name, host: state.name, passed, findings })
    const failed = findings.filter(({ fails }) => fails)
    if (failed.length === 0) return false
    failHost(state, controlsFail(audit, failed))
    return true
  })
  // All are judged by what was read of all.
  for (const { state, fold: folded } of failing) folded.absent = state.absent
}

function judge(
  context: RunContext,
  audit: TaskAudit,
  { state, fold: folded }: Member,
  members: ReadonlyMap<string, Member>,
): ControlResult[] {
  const known = presently(context, state, audit.known(state.name))
  const waiverOf = (control: string): number | null => {
    const index = audit.waivers.findIndex((one) => one.control === control && one.covers.has(state.name))
    return index < 0 ? null : index
  }
  const peers = peersOf(known, (peer) => {
    const other = members.get(peer)
    if (other === undefined) return { reason: 'it is not among the hosts of this batch' }
    return other.fold.absent === null ? { facts: other.fold.gathered } : { reason: other.fold.absent }
  })
  return evaluateHost(audit.profile, readFrom(folded.gathered), waiverOf, known, peers)
}

/** With the tests of this run, and without what it changed itself: of that the records are older than the host. */
function presently({ trials, runId }: RunContext, { name, changes }: HostState, known: Known): Known {
  const testedAt = new Date().toISOString()
  const run = trials
    .filter(({ server, client, verdict }) => verdict !== 'not-run' && (server === name || client === name))
    .map((trial) => ({ ...trial, runId, testedAt }))
  const isOther = (pair: { server: string; client: string }): boolean =>
    !run.some(({ server, client }) => server === pair.server && client === pair.client)
  const touched = new Set(changes.filter(({ status }) => status !== 'not-started').map(({ fact }) => fact))
  const facts = known.applied.facts.filter(({ fact }) => !touched.has(fact))
  return {
    ...known,
    now: testedAt,
    pairs: [...known.pairs.filter(isOther), ...run.map(({ server, client }) => ({ server, client }))],
    tests: [...known.tests.filter(isOther), ...run],
    applied: { ...known.applied, facts },
  }
}

function findingOf(
  { name, noLog }: AssembledTask,
  { profile, failOn, waivers }: TaskAudit,
  host: string,
  { control: id, status, failing, reason, evidence, waiver }: ControlResult,
): Finding[] {
  const chosen = profile.controls.find(({ control }) => control.id === id)
  if (chosen === undefined || (!failing && status !== 'waived')) return []
  const by = waiver === null ? undefined : waivers[waiver]
  return [
    {
      task: name,
      host,
      profile: profile.name,
      control: id,
      title: chosen.control.title,
      severity: chosen.severity,
      status: status as Finding['status'],
      fails: failing && isAtLeast(chosen.severity, failOn),
      reason: noLog === true ? CENSORED : reason,
      evidence: noLog === true ? [] : evidence,
      waiver: by === undefined ? null : `${by.owner}, until ${by.expires}: ${by.reason}`,
    },
  ]
}

function controlsFail({ profile }: TaskAudit, failed: readonly Finding[]): HostError {
  const named = failed.map(({ control }) => control).join(', ')
  const [controls, fail] = failed.length === 1 ? ['control', 'fails'] : ['controls', 'fail']
  const summary = `${failed.length} ${controls} of profile ${profile.name} ${fail}: ${named}`
  const hint = 'the command audit --fix plans what mends those that a task can mend'
  return new HostError('failed', 'controls-failing', summary, { hint })
}
