/** Runs the built command line as a user would, and reads the report it wrote. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RunReport } from '../../../src/model/report.ts'
import { runReportSchema } from '../../../src/model/report.ts'
import { shellJoin } from '../../../src/text/shell.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `mptcp-fleet ARGS` in `cwd` (the package's root unless given) without a terminal. */
export async function cli(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/main.js'), ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: string[] = []
  const err: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout: out.join(''), stderr: err.join('') }
}

/** The same on a terminal, where `answer` is typed once the question stands there; stdout is all that it shows. */
export async function cliOnTerminal(
  args: readonly string[],
  { question, answer }: { question: string; answer: string },
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<CliResult> {
  const command = shellJoin([process.execPath, path.join(ROOT, 'dist/main.js'), ...args])
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let stdout = ''
  let isAnswered = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (isAnswered || !stdout.includes(question)) return
    isAnswered = true
    child.stdin.write(`${answer}\r`)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout, stderr: '' }
}

/** A folder of one test's own, where runs are kept and playbooks lie. */
export function workFolder(): { folder: string; write: (name: string, text: string) => string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-lab-test-'))
  return {
    folder,
    write: (name, text) => {
      const file = path.join(folder, name)
      writeFileSync(file, text)
      return file
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** Runs a command that writes a report, in a folder of its own, and returns both. */
export async function reported(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CliResult & { report: RunReport }> {
  const file = path.join(folder, 'report.json')
  rmSync(file, { force: true })
  const result = await cli([...args, '--report', file], { cwd: folder, env })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new Error(`no report; exit code ${result.code}\n${result.stdout}\n${result.stderr}`)
  }
  return { ...result, report: runReportSchema.parse(JSON.parse(text)) }
}

/** The host's part of a report. */
export function hostOf(report: RunReport, name: string): RunReport['hosts'][number] {
  const host = report.hosts.find((candidate) => candidate.name === name)
  if (host === undefined) throw new Error(`${name} is not in the report`)
  return host
}
