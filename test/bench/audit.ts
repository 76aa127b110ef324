/**
 * An audit without its hosts: recorded facts of many are held against all controls, the report is written in every format and
 * kept. Time and peak memory of a process for each size of fleet; both are to grow as the fleet does.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SIZES = (process.env['BENCH_SIZES'] ?? '1250,2500,5000').split(',').map(Number)

interface Figures {
  controls: number
  evaluate: number
  formats: Record<string, number>
  keep: number
  again: number
  peakMiB: number
}

function measure(hosts: number): Figures {
  const program = path.join(import.meta.dirname, 'audit-process.ts')
  const argv = ['--import', 'tsx', program, String(hosts)]
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`an audit of ${hosts} hosts ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Figures
}

/** A Markdown table. */
export async function benchAudit(): Promise<string> {
  const figures = SIZES.map((hosts): [number, Figures] => {
    process.stderr.write(`audit of ${hosts} hosts\n`)
    return [hosts, measure(hosts)]
  })
  const [, { controls, formats }] = figures[0]!
  const names = Object.keys(formats)
  const rows = figures.map(([hosts, { evaluate, formats: of, keep, again, peakMiB }]) => {
    const all = evaluate + keep + names.reduce((sum, name) => sum + of[name]!, 0)
    const seconds = [all, evaluate, keep, again, ...names.map((name) => of[name]!)].map((value) => value.toFixed(2))
    return `| ${[hosts, ...seconds, peakMiB.toFixed(0)].join(' | ')} |`
  })
  const head = [
    'hosts',
    'all s',
    'evaluated s',
    'kept s',
    'kept again s',
    ...names.map((name) => `${name} s`),
    'peak MiB',
  ]
  return [
    `Audits of recorded facts, ${controls} controls, every format, Node ${process.version}`,
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows,
    '',
  ].join('\n')
}
