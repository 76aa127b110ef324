/** The audit command: reads profile and waivers, audits, shows. */
import { controls } from '../../audit/registry.ts'
import { prepareAudit } from '../../engine/audit/run.ts'
import { newRunId } from '../../engine/run-id.ts'
import type { Severity } from '../../model/audit.ts'
import { EXIT } from '../../model/exit-codes.ts'
import { renderAudit, renderAuditJson } from '../../report/audit/render.ts'
import { createKeyFiles } from '../../transport/private-key.ts'
import { createSshTransport } from '../../transport/ssh.ts'
import type { FlagValues } from '../command.ts'
import type { auditFlags } from '../commands/audit.ts'
import type { connectionFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { progressView } from '../view/progress-view.ts'
import { createScreen } from '../view/screen.ts'
import { loadProfile, loadWaivers } from './audit-files.ts'
import { listenForInterrupts } from './interrupts.ts'
import { readInventory } from './load.ts'
import { checkReportFiles, writeFiles } from './report-files.ts'
import { connectionOf } from './run-flags.ts'
import { unlockKeys } from './unlock-keys.ts'

/** Longest time for reading one host, in seconds. */
const READ_SECONDS = 120

type Flags = FlagValues<typeof connectionFlags & typeof auditFlags>

/** Resolves to the exit code. Throws DiagnosticsError and usage errors before any connection is made. */
export async function auditFleet(pattern: string, flags: Flags, io: Io): Promise<number> {
  checkReportFiles(flags.report, io.cwd)
  const { profile, hash } = loadProfile(flags.profile, io.cwd, controls)
  const waivers = loadWaivers(flags.waivers, io.cwd, controls.keys())
  const inventory = await readInventory(flags.inventory, [], io)
  const screen = createScreen(io)
  const progress = progressView(screen, flags.verbose)
  const interrupts = listenForInterrupts((text) => screen.err(text))
  const keyFiles = createKeyFiles()
  const transport = createSshTransport({
    keyFiles,
    isSecret: (text) => io.secrets.occursIn(text),
    ...(flags.timeout === null ? {} : { connectTimeoutMs: flags.timeout * 1000 }),
    connectConcurrency: Math.min(flags.forks, 8),
    env: io.env,
  })
  try {
    const audit = prepareAudit({
      inventory,
      pattern,
      limit: flags.limit,
      connection: await connectionOf(flags, io),
      runId: newRunId(),
      profile,
      profileHash: hash,
      waivers,
      failOn: flags['fail-on'] as Severity,
      today: new Date().toISOString().slice(0, 10),
      forks: flags.forks,
      timeoutSeconds: READ_SECONDS,
      transport,
      interrupt: interrupts.interrupt,
      kill: interrupts.kill,
      emit: progress.subscriber,
      secrets: io.secrets,
    })
    await unlockKeys(audit.targets, keyFiles, io)
    const report = await audit.run()
    progress.stop()
    if (flags.output === 'json') io.data.write(renderAuditJson(report))
    else io.stdout.write(renderAudit(report, screen.outStyle, flags.verbose > 0))
    const unwritten = writeFiles(flags.report, io.cwd, () => renderAuditJson(report))
    for (const line of unwritten) screen.err(`mptcp-fleet: ${line}\n`)
    return unwritten.length > 0 && report.exitCode === EXIT.ok.code ? EXIT.notStarted.code : report.exitCode
  } finally {
    progress.stop()
    await transport.close()
    interrupts.dispose()
  }
}
