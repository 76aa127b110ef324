/** The status command: once, or again and again; in place on a terminal, as blocks one after the other elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusWatch } from '../../engine/status/run.ts'
import { watchStatus } from '../../engine/status/run.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { StatusReport } from '../../model/status.ts'
import { renderStatus, renderStatusJson } from '../../report/status/render.ts'
import { createKeyFiles } from '../../transport/private-key.ts'
import type { FlagValues } from '../command.ts'
import type { connectionFlags, statusFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { progressView } from '../view/progress-view.ts'
import { createScreen } from '../view/screen.ts'
import { createWindow } from '../view/window.ts'
import type { Interrupts } from './interrupts.ts'
import { listenForInterrupts } from './interrupts.ts'
import { readInventory } from './load.ts'
import { checkReportFiles, checkSigning, writeReports } from './report-files.ts'
import { connectionOf, forksOf } from './run-flags.ts'
import { fleetTransport } from './transport.ts'
import { unlockKeys } from './unlock-keys.ts'

/** Longest time for reading one host, in seconds. */
const READ_SECONDS = 120

type StatusFlags = FlagValues<typeof connectionFlags & typeof statusFlags>

/** Resolves to the exit code. Throws DiagnosticsError and usage errors before any connection is made. */
export async function showStatus(pattern: string, flags: StatusFlags, io: Io): Promise<number> {
  checkReportFiles(flags.report, io.cwd)
  checkSigning(flags.sign, flags.report, io.cwd)
  const inventory = await readInventory(flags, [], io)
  const screen = createScreen(io)
  const progress = progressView(screen, flags.verbose)
  let telling = true
  const stopTelling = (): void => {
    telling = false
    progress.stop()
  }
  // In a watch Ctrl-C is how it ends; nothing is lost by cutting what is being read.
  const watching = flags.watch !== null
  const interrupts = listenForInterrupts((text) => (watching ? undefined : screen.err(text)))
  const keyFiles = createKeyFiles()
  const transport = fleetTransport(keyFiles, forksOf(flags, io), io)
  try {
    const fleet = watchStatus({
      inventory,
      pattern,
      limit: flags.limit,
      limitPlaces: io.limitPlaces,
      forks: forksOf(flags, io),
      connection: await connectionOf(flags, io),
      secrets: io.secrets,
      timeoutSeconds: READ_SECONDS,
      transport,
      interrupt: interrupts.interrupt,
      kill: watching ? interrupts.interrupt : interrupts.kill,
      emit: (event) => (telling ? progress.subscriber(event) : undefined),
    })
    await unlockKeys(fleet.targets, keyFiles, io)
    const report = watching
      ? await watch(fleet, flags, interrupts, stopTelling, io)
      : await once(fleet, flags, stopTelling, io)
    await fleet.close()
    const texts = flags.report.map((file) => ({ file, text: () => renderStatusJson(report) }))
    const unwritten = await writeReports(texts, flags.sign, io)
    for (const line of unwritten) screen.err(`mptcp-fleet: ${line}\n`)
    return unwritten.length > 0 && report.exitCode === EXIT.ok.code ? EXIT.notStarted.code : report.exitCode
  } finally {
    progress.stop()
    await transport.close()
    interrupts.dispose()
  }
}

async function once(fleet: StatusWatch, flags: StatusFlags, shown: () => void, io: Io): Promise<StatusReport> {
  const report = await fleet.round()
  shown()
  show(report, flags, io)
  return report
}

/** Rounds until an interrupt; the last whole one is the result. */
async function watch(
  fleet: StatusWatch,
  flags: StatusFlags,
  { interrupt }: Interrupts,
  shown: () => void,
  io: Io,
): Promise<StatusReport> {
  const seconds = flags.watch ?? 2
  const window = flags.output === 'text' ? createWindow(io) : null
  let began = Date.now()
  let last = await fleet.round()
  // The first round tells of its progress; later ones are seen by what they show.
  shown()
  if (interrupt.aborted) return last
  window?.open()
  try {
    for (;;) {
      if (window === null) show(last, flags, io)
      else
        window.show(
          `${last.endedAt.replace('T', ' ').slice(0, 19)} UTC, every ${seconds} s, Ctrl-C ends\n\n${text(last, flags, io)}`,
        )
      await sleep(Math.max(0, seconds * 1000 - (Date.now() - began)), undefined, { signal: interrupt }).catch(() => {})
      if (interrupt.aborted) return last
      began = Date.now()
      const next = await fleet.round()
      // A round that was cut short tells nothing of the hosts.
      if (interrupt.aborted) return last
      last = next
    }
  } finally {
    if (window?.close() === true) show(last, flags, io)
  }
}

function show(report: StatusReport, flags: StatusFlags, io: Io): void {
  // One line a round, so that rounds can be told apart.
  if (flags.output === 'json') io.data.write(renderStatusJson(report, flags.watch === null ? 2 : 0))
  else io.stdout.write(text(report, flags, io))
}

function text(report: StatusReport, flags: StatusFlags, io: Io): string {
  return renderStatus(report, createScreen(io).outStyle, flags.verbose > 0)
}
