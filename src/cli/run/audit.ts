/** The audit command: reads profile and waivers, audits, shows; with --fix mends what fails and audits once more. */
import { controls } from '../../audit/registry.ts'
import { auditedPattern } from '../../engine/audit/pattern.ts'
import type { AuditOptions } from '../../engine/audit/run.ts'
import { prepareAudit } from '../../engine/audit/run.ts'
import { newRunId } from '../../engine/run-id.ts'
import { limitedHosts } from '../../engine/select-targets.ts'
import type { ConnectionFlags } from '../../inventory/types.ts'
import type { AuditReport, Severity } from '../../model/audit.ts'
import type { AuditDocument } from '../../model/audit-since.ts'
import { DiagnosticsError } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import { auditSince } from '../../report/audit/history.ts'
import { renderAudit } from '../../report/audit/render.ts'
import { renderAuditSince } from '../../report/audit/since.ts'
import { renderJson } from '../../report/json.ts'
import { sanitize } from '../../report/sanitize.ts'
import { checkAuditFolder, keepAudit } from '../../store/audit-record.ts'
import { createKeyFiles } from '../../transport/private-key.ts'
import type { FlagValues } from '../command.ts'
import type { auditFlags } from '../commands/audit.ts'
import { usageError } from '../errors.ts'
import type { connectionFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { progressView } from '../view/progress-view.ts'
import { createScreen } from '../view/screen.ts'
import { loadProfile, loadWaivers } from './audit-files.ts'
import { earlierAudit, keptAudits, sinceWhen } from './audit-history.ts'
import { generatorOf } from './generator.ts'
import { fixFailing } from './audit-fix.ts'
import { checkAuditReports, writeAuditReports } from './audit-reports.ts'
import { loadPast, trendBefore } from './audit-past.ts'
import { listenForInterrupts } from './interrupts.ts'
import { readInventory } from './load.ts'
import { passwordsOf } from './passwords.ts'
import { canAsk } from './prompt.ts'
import { forksOf, plainConnectionOf } from './run-flags.ts'
import { checkSigning } from './report-files.ts'
import { fleetTransport } from './transport.ts'
import { unlockKeys } from './unlock-keys.ts'

/** Longest time for reading one host, in seconds. */
const READ_SECONDS = 120

export type AuditFlags = FlagValues<typeof connectionFlags & typeof auditFlags>

/** What of an audit its flags and files say. */
type Question = Omit<
  AuditOptions,
  'runId' | 'forks' | 'timeoutSeconds' | 'transport' | 'interrupt' | 'kill' | 'emit' | 'secrets'
>

/** Resolves to the exit code. Throws DiagnosticsError and usage errors before any connection is made. */
export async function auditFleet(pattern: string, flags: AuditFlags, io: Io): Promise<number> {
  checkAuditReports(flags.report, io.cwd)
  checkSigning(flags.sign, flags.report, io.cwd)
  if (flags.fix && !flags.check && !flags.yes && !canAsk(io)) {
    const hint = '--yes makes them without asking; --check shows them'
    throw usageError('there is no terminal to ask on before changes are made', hint)
  }
  checkAuditFolder(io.cwd)
  const { profile, hash } = loadProfile(flags.profile, io.cwd, controls)
  const waivers = loadWaivers(flags.waivers, io.cwd, profile)
  const inventory = await readInventory(flags, [], io)
  const names = limitedHosts({ inventory, pattern, limit: flags.limit }).hosts.map((host) => host.name)
  // Of no host it is told that none is selected.
  const since = names.length === 0 ? null : flags.since
  const earlier = since === null ? null : earlierAudit(since, { profile: profile.name, hosts: names }, io)
  const passwords = await passwordsOf(flags, io)
  const connection: ConnectionFlags = { ...plainConnectionOf(flags, io), ...passwords }
  const today = new Date().toISOString().slice(0, 10)
  const failOn = flags['fail-on'] as Severity
  const { limitPlaces } = io
  const question = { inventory, pattern, limit: flags.limit, limitPlaces, connection, profile, profileHash: hash }
  const unkept: string[] = []
  const audit = async (): Promise<AuditReport> => {
    const past = {
      ...(await loadPast(inventory, flags, io)),
      ...trendBefore(auditedPattern({ pattern, limit: flags.limit }), profile.name, names, io),
    }
    const made = await auditOnce({ ...question, waivers, generator: generatorOf(io), past, failOn, today }, flags, io)
    unkept.push(...keep(made, io))
    return made
  }
  const first = await audit()
  if (flags.output === 'text') show(first, flags, io)
  const code = flags.fix ? await fixFailing(first, { ...question, passwords }, flags, io) : null
  if (code !== null && NOTHING_DONE.has(code)) return code
  const report = code === null || flags.check ? first : await audit()
  const document: AuditDocument =
    earlier === null ? report : { ...report, since: auditSince(earlier, report, keptAudits(io)) }
  if (flags.output === 'json') io.data.write(renderJson(document))
  else if (report !== first) show(report, flags, io)
  if (flags.output === 'text') showSince(document, flags, io)
  const unwritten = await writeAuditReports(flags.report, document, flags.sign, io)
  const wrong = [...unkept, ...unwritten]
  for (const line of wrong) io.stderr.write(`mptcp-fleet: ${line}\n`)
  if (report.exitCode !== EXIT.ok.code) return report.exitCode
  if (code !== null && !flags.check && code !== EXIT.ok.code) return code
  return wrong.length > 0 ? EXIT.notStarted.code : EXIT.ok.code
}

/** Declined, interrupted, or a bug: there is nothing to prove. */
const NOTHING_DONE: ReadonlySet<number> = new Set([EXIT.notStarted.code, EXIT.interrupted.code, EXIT.bug.code])

/** What was found is shown all the same where it cannot be kept: the line that says so. */
function keep(report: AuditReport, io: Io): string[] {
  try {
    keepAudit(io.cwd, report)
    return []
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return error.diagnostics.map(({ summary, hint }) => `${sanitize(summary)}: ${hint}`)
  }
}

function show(report: AuditReport, flags: AuditFlags, io: Io): void {
  io.stdout.write(renderAudit(report, createScreen(io).outStyle, flags.verbose > 0, sinceWhen(report, io)))
}

function showSince({ since }: AuditDocument, flags: AuditFlags, io: Io): void {
  if (since === undefined) return
  io.stdout.write(`\n${renderAuditSince(since, createScreen(io).outStyle, flags.verbose > 0)}`)
}

async function auditOnce(question: Question, flags: AuditFlags, io: Io): Promise<AuditReport> {
  const forks = forksOf(flags, io)
  const screen = createScreen(io)
  const progress = progressView(screen, flags.verbose)
  const interrupts = listenForInterrupts((text) => screen.err(text))
  const keyFiles = createKeyFiles()
  const transport = fleetTransport(keyFiles, forks, io)
  try {
    const audit = prepareAudit({
      ...question,
      runId: newRunId(),
      forks,
      timeoutSeconds: READ_SECONDS,
      transport,
      interrupt: interrupts.interrupt,
      kill: interrupts.kill,
      emit: progress.subscriber,
      secrets: io.secrets,
    })
    await unlockKeys(audit.targets, keyFiles, io)
    return await audit.run()
  } finally {
    progress.stop()
    await transport.close()
    interrupts.dispose()
  }
}
