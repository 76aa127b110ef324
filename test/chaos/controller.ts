/** The program under test as a process of its own, and what it says of a run. */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunReport } from '../../src/model/report.ts'
import { runReportSchema } from '../../src/model/report.ts'
import type { Bed } from './bed.ts'
import type { Moment } from './scenario.ts'

export const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js')

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
  /** Null where it was killed before it wrote one. */
  report: RunReport | null
}

export interface Controller {
  /** Resolves at the moment, or when the process has ended before. */
  reach: (moment: Moment) => Promise<void>
  kill: () => void
  ended: Promise<Ended>
  /** performance.now() of its end; null: it runs. */
  endedAt: () => number | null
}

const running = new Set<ChildProcess>()

/** For the end of everything: none of them is to outlive us. */
export function killControllers(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Starts `mptcp-fleet ARGS` beside the hosts, in a folder of its own. */
export function start(bed: Bed, folder: string, args: readonly string[]): Controller {
  const reportFile = path.join(folder, 'report.json')
  rmSync(reportFile, { force: true })
  const [program = '', ...before] = bed.inside
  const own = ['-i', bed.inventory, '--yes', '--output', 'ndjson', '--report', reportFile]
  const child = spawn(program, [...before, process.execPath, MAIN, ...args, ...own], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const began = performance.now()
  let [stdout, stderr] = ['', '']
  let over: number | null = null
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      over = performance.now()
      running.delete(child)
      const report = existsSync(reportFile) ? runReportSchema.parse(JSON.parse(readFileSync(reportFile, 'utf8'))) : null
      resolve({ code, stdout, stderr, report })
    })
  })
  return {
    reach: async ({ after, ms }) => {
      while (after !== 'start' && over === null && !stdout.includes(`"phase":"${after}"`)) await sleep(10)
      const left = after === 'start' ? ms - (performance.now() - began) : ms
      if (left > 0) await sleep(left)
    },
    kill: () => child.kill('SIGKILL'),
    ended,
    endedAt: () => over,
  }
}

/** A run without any fault, to its end. */
export async function runToEnd(
  bed: Bed,
  folder: string,
  args: readonly string[],
): Promise<Ended & { report: RunReport }> {
  const { report, ...rest } = await start(bed, folder, args).ended
  if (report === null) throw new Error(`mptcp-fleet ${args.join(' ')} wrote no report: ${rest.stdout}${rest.stderr}`)
  return { ...rest, report }
}
