/** `demo`: boots two hosts on this machine, pairs them with `apply --yes`, proves it, applies again, and cleans up. */
import { join, relative, resolve } from 'node:path'
import { packageRoot } from '../../lab/package-root.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { RunReport } from '../../model/report.ts'
import { defineCommand } from '../command.ts'
import type { Io } from '../io.ts'

export const command = defineCommand({
  usage: 'demo',
  summary: 'Boot two hosts on this machine, pair them, prove it, show that a second run changes nothing, clean up.',
  description: 'Needs root. Leaves the reports of both runs in .mptcp-fleet/demo/.',
  flags: {},
  args: { min: 0, max: 0 },
  run: async (_, io) => {
    const { checkRoot } = await import('../../lab/requirements.ts')
    checkRoot()
    const stop = new AbortController()
    // From the first to the last line: whatever happens, the lab is taken down.
    const onSignal = (): void => stop.abort(new Error('interrupted'))
    for (const signal of SIGNALS) process.on(signal, onSignal)
    try {
      return await demo(io, stop.signal)
    } finally {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    }
  },
})

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function demo(io: Io, stop: AbortSignal): Promise<number> {
  const { labFolder, labUp } = await import('../../lab/up.ts')
  const { labDown } = await import('../../lab/down.ts')
  const { checkIdle } = await import('../../lab/list.ts')
  const { fleetFolder } = await import('../../store/fleet-folder.ts')
  const { formatDuration } = await import('../../report/units.ts')
  const folder = fleetFolder(io.cwd, 'demo')
  const dir = labFolder('demo', io.cwd)
  await checkIdle(dir)
  const began = Date.now()
  let outcome: Outcome = { code: EXIT.interrupted.code, text: 'Interrupted' }
  try {
    heading(io, 'Boot two hosts, System A and System B, with two networks between them')
    // The demo begins with stock hosts: what a killed one left is no such thing.
    await labDown(dir)
    const onProgress = (line: string): unknown => io.stderr.write(`${line}\n`)
    const lab = await labUp({ topology: 'pair', dir, onProgress, signal: stop })
    outcome = await showRuns(io, lab.inventoryFile, folder, stop)
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    heading(io, 'Take the lab down')
    await labDown(dir)
  }
  io.stdout.write(`\n${outcome.text}, ${formatDuration(Date.now() - began)} in all.\n`)
  return outcome.code
}

interface Outcome {
  code: number
  text: string
}

async function showRuns(io: Io, labInventory: string, folder: string, stop: AbortSignal): Promise<Outcome> {
  const interrupted = { code: EXIT.interrupted.code, text: 'Interrupted' }
  if (stop.aborted) return interrupted
  heading(io, 'Apply playbooks/pair.yml: plan, changes, verification, proof')
  const first = await apply(io, labInventory, resolve(folder, 'report.json'))
  if (stop.aborted) return interrupted
  if (!proven(first)) return { code: EXIT.failed.code, text: 'The first run did not prove the pair: the demo failed' }
  heading(io, 'Apply it again: nothing is left to change')
  const second = await apply(io, labInventory, resolve(folder, 'report-again.json'))
  if (stop.aborted) return interrupted
  const changed = second.report?.hosts.some((host) => host.changes.length > 0) ?? true
  if (changed || second.code !== EXIT.ok.code) {
    return { code: EXIT.failed.code, text: 'The second run was not without changes: the demo failed' }
  }
  const reports = relative(io.cwd, folder)
  return { code: EXIT.ok.code, text: `Paired, proven, and unchanged by a second run; reports are in ${reports}/` }
}

interface Applied {
  code: number
  report: RunReport | null
}

function proven({ code, report }: Applied): boolean {
  const trials = report?.trials ?? []
  return code === EXIT.ok.code && trials.length > 0 && trials.every((trial) => trial.verdict === 'pass')
}

/** What `mptcp-fleet apply --yes` does, through the same parser and the same function. */
async function apply(io: Io, labInventory: string, reportFile: string): Promise<Applied> {
  const { parseCommandLine } = await import('../parse.ts')
  const { applyPlaybooks, command: applyCommand } = await import('./apply.ts')
  const near = (path: string): string => (relative(io.cwd, path).startsWith('..') ? path : relative(io.cwd, path))
  const example = (path: string): string => near(join(packageRoot(), path))
  const argv = ['-i', example('inventories/pair.yml'), '-i', near(labInventory)]
  argv.push('--yes', '--report', near(reportFile), example('playbooks/pair.yml'))
  io.stdout.write(`$ mptcp-fleet apply ${argv.join(' ')}\n\n`)
  const parsed = await parseCommandLine('apply', applyCommand, argv)
  if (parsed.kind === 'help') throw new Error('apply was not given a playbook')
  let report: RunReport | null = null
  const code = await applyPlaybooks(parsed.invocation, io, (done) => {
    report = done
  })
  return { code, report }
}

function heading(io: Io, text: string): void {
  const bold = io.stdout.isTTY === true && (io.env['NO_COLOR'] ?? '') === ''
  io.stdout.write(bold ? `\n\u001B[1m== ${text}\u001B[0m\n` : `\n== ${text}\n`)
}
