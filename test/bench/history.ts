/** Questions over a year of daily audits of a fleet, as whole processes; the median of several rounds. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AuditReport, ControlResult, Severity } from '../../src/model/audit.ts'
import { SEVERITIES } from '../../src/model/audit.ts'
import { isFailing } from '../../src/model/audit-status.ts'
import { auditPoint, scoreOf, severitiesOf } from '../../src/model/audit-score.ts'
import { keepAudit } from '../../src/store/audit-record.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const OUT = path.join(ROOT, '.mptcp-fleet/bench/history')
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const HOSTS = Number(process.env['BENCH_HOSTS'] ?? 1000)
const DAYS = Number(process.env['BENCH_DAYS'] ?? 365)
const CONTROLS = 40

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** The same numbers in each run: a multiplicative congruential generator (Lehmer, by Park and Miller). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

interface Cell {
  failing: boolean
  value: string
}

const controls = numbers(CONTROLS).map((index) => ({
  id: `control-${index}`,
  title: `What control ${index} wants is so`,
  rationale: 'Why it matters to those who run the host, in a sentence or two, as the controls of the product have it.',
  severity: SEVERITIES[index % 4] as Severity,
  nist: ['CM-6', 'SC-5'],
  references: ['https://docs.kernel.org/networking/mptcp-sysctl.html'],
  required: false,
  facts: [`fact_${index}`],
}))

/** A third of the controls find something on each host that no other has (addresses, say), one counts bytes, which are others every day. */
function valueOf(control: number, host: number, day: number): string {
  if (control === 0) return `${day * 977 + host} bytes`
  return control % 3 === 0 ? `10.${control}.${host >> 8}.${host & 255}/24 on eth${control % 4}` : 'as it should be'
}

function result(control: number, { failing, value }: Cell): ControlResult {
  const status = failing ? 'fail' : 'pass'
  return {
    control: `control-${control}`,
    status,
    failing: isFailing(status, false),
    reason: failing ? `control ${control} wants something else than is there` : `control ${control} is met`,
    evidence: [
      {
        kind: control === 0 ? 'traffic' : 'running',
        fact: `fact_${control}/value`,
        value,
        where: '/etc/sysctl.conf:3',
      },
    ],
    remedy: failing ? { module: 'mptcp_sysctl', params: { values: { enabled: 1 } } } : null,
    waiver: null,
  }
}

/** Every day one of 1,000 that pass fails, one of 50 that fail is mended, and one host is replaced. */
function writeAudits(): void {
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  const random = randomFrom(7)
  const names = numbers(HOSTS).map((host) => `host${host}.example.com`)
  const cells = names.map((_, host) =>
    numbers(CONTROLS).map((control): Cell => ({ failing: random() < 0.05, value: valueOf(control, host, 0) })),
  )
  const points: AuditReport['trend'] = []
  const scores: Map<string, number | null>[] = []
  for (const day of numbers(DAYS)) {
    names[day % HOSTS] = `host${day % HOSTS}-${day}.example.com`
    for (const [host, row] of cells.entries()) {
      row[0]!.value = valueOf(0, host, day)
      for (const cell of row) if (random() < (cell.failing ? 0.02 : 0.001)) cell.failing = !cell.failing
    }
    const hosts = names.map((name, host) => ({
      name,
      address: `203.0.113.${host & 255}`,
      groups: [`site${host % 20}`, `role${host % 7}`],
      status: 'ok' as const,
      error: null,
      results: cells[host]!.map((cell, control) => result(control, cell)),
    }))
    const past = {
      trend: points.slice(-90),
      hostScores: Object.fromEntries(
        names.map((name) => [name, scores.slice(-30).map((all) => all.get(name) ?? null)]),
      ),
    }
    const report = { ...auditOf(day, hosts), ...past }
    keepAudit(OUT, report)
    points.push(auditPoint(report))
    const severityOf = severitiesOf(report)
    scores.push(new Map(hosts.map(({ name, results }) => [name, scoreOf(results, severityOf)])))
    process.stderr.write(`\rday ${day + 1} of ${DAYS}`)
  }
  process.stderr.write('\n')
}

function auditOf(day: number, hosts: AuditReport['hosts']): AuditReport {
  const at = new Date(Date.UTC(2025, 0, 1 + day, 3)).toISOString()
  return {
    schemaVersion: 1,
    command: 'audit',
    generator: { name: 'mptcp-fleet', version: '0.0.0', account: 'bench@localhost' },
    runId: `${at.replaceAll(/[-:]|\.\d+/g, '')}-${day.toString(16).padStart(6, '0')}`,
    pattern: 'all',
    profile: { name: 'baseline', title: 'Baseline', hash: 'ab'.repeat(32) },
    failOn: 'low',
    inventoryHash: 'cd'.repeat(32),
    startedAt: at,
    endedAt: at,
    exitCode: 2,
    controls,
    commands: Object.fromEntries(controls.map(({ facts }) => [facts[0]!, 'sysctl -a 2>/dev/null\n'.repeat(20)])),
    hosts,
    waivers: [],
    tests: [],
    trend: [],
    hostScores: {},
    diagnostics: [],
  }
}

interface Figures {
  wall: number
  cpuMs: number
  peakMiB: number
}

/** Of the whole process. */
function measure(args: readonly string[]): Figures {
  const figures = path.join(OUT, 'figures.json')
  const env = { ...process.env, BENCH_FIGURES: figures }
  const loader = pathToFileURL(path.join(import.meta.dirname, 'figures.mjs')).href
  const began = performance.now()
  const argv = ['--import', loader, path.join(ROOT, 'dist/main.js'), ...args]
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: OUT, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  const wall = (performance.now() - began) / 1000
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return { wall, ...(JSON.parse(readFileSync(figures, 'utf8')) as Omit<Figures, 'wall'>) }
}

/** MiB of all that is kept; a file with several names counts once. */
function sizeOfRuns(): number {
  const runs = path.join(OUT, '.mptcp-fleet/runs')
  const files = readdirSync(runs, { recursive: true, encoding: 'utf8' }).map((name) => statSync(path.join(runs, name)))
  const once = new Map(files.map(({ ino, blocks }) => [ino, blocks * 512]))
  return Array.from(once.values()).reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20
}

const QUESTIONS: readonly string[][] = [
  ['runs', 'trend'],
  ['runs', 'trend', '--control', 'control-7'],
  ['runs', 'trend', '--by', 'control'],
  ['runs', 'trend', '--by', 'group'],
  ['runs', 'trend', '--by', 'host'],
  ['runs', 'diff', '2025-12-30'],
  ['runs', 'diff', '2025-01-31'],
  ['runs', 'list'],
  ['runs', 'show', 'last'],
]

/** A Markdown table. */
export async function benchHistory(): Promise<string> {
  if (process.env['BENCH_KEEP'] === undefined) writeAudits()
  const rows = QUESTIONS.map((args) => {
    process.stderr.write(`${args.join(' ')}, ${ROUNDS} rounds\n`)
    const rounds = numbers(ROUNDS).map(() => measure(args))
    const { wall, cpuMs, peakMiB } = rounds.toSorted((a, b) => a.wall - b.wall)[Math.floor(ROUNDS / 2)]!
    return `| \`${args.join(' ')}\` | ${wall.toFixed(2)} | ${(cpuMs / 1000).toFixed(2)} | ${peakMiB.toFixed(0)} |`
  })
  return [
    `${DAYS} daily audits of ${HOSTS} hosts and ${CONTROLS} controls (${sizeOfRuns().toFixed(0)} MiB on the disk), median of ${ROUNDS} rounds, Node ${process.version}`,
    '',
    '| question | wall s | CPU s | peak MiB |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
