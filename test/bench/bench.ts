/**
 * `npm run bench`: apply of playbooks/enable.yml on light hosts, first and with nothing left to do, beside a bare ssh2 loop
 * that sends the same bytes in the same run. Writes a Markdown table to .mptcp-fleet/bench/bench.md and prints it.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { labUp } from '../../src/lab/up.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const OUT = path.join(ROOT, '.mptcp-fleet/bench')
const HOSTS = Number(process.env['BENCH_HOSTS'] ?? 50)
const FORKS = 10

interface Figures {
  wallMs: number
  cpuMs: number
  peakMiB: number
}

interface Row {
  name: string
  ours: Figures
  reference: Figures
}

/** Runs a Node program that writes its figures to a file; wall time is of the whole process. */
async function measure(name: string, args: readonly string[]): Promise<Figures> {
  const file = path.join(OUT, `${name}.json`)
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: OUT,
    env: { ...process.env, BENCH_OUT: file },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const wallMs = performance.now() - began
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
  const figures = JSON.parse(readFileSync(file, 'utf8')) as { cpuMs: number; peakMiB: number }
  return { wallMs, cpuMs: figures.cpuMs, peakMiB: figures.peakMiB }
}

async function fleet<T>(work: (lab: Awaited<ReturnType<typeof labUp>>) => Promise<T>): Promise<T> {
  const hosts = { node: { kind: 'light' as const, count: HOSTS } }
  const file = path.join(OUT, 'fleet.yml')
  writeFileSync(file, JSON.stringify({ hosts, links: { eth0: { hosts: { node: '192.0.2.1/24' } } } }))
  const lab = await labUp({ topology: file, dir: path.join(ROOT, '.mptcp-fleet/lab/bench') })
  try {
    return await work(lab)
  } finally {
    await lab.down()
  }
}

const apply = (name: string, inventory: string): Promise<Figures> =>
  measure(name, [
    '--import',
    path.join(import.meta.dirname, 'record.mjs'),
    path.join(ROOT, 'dist/main.js'),
    'apply',
    '-i',
    inventory,
    path.join(ROOT, 'playbooks/enable.yml'),
    '--yes',
    '--forks',
    String(FORKS),
    '--output',
    'json',
  ])

const replay = (name: string, recorded: string, keyFile: string): Promise<Figures> =>
  measure(name, [
    path.join(import.meta.dirname, 'reference.mjs'),
    path.join(OUT, `${recorded}.json`),
    keyFile,
    String(FORKS),
  ])

const ratio = (a: number, b: number): string => (a / b).toFixed(2)
const seconds = (ms: number): string => (ms / 1000).toFixed(2)

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, ours, reference }) =>
    [
      name,
      seconds(ours.wallMs),
      seconds(reference.wallMs),
      ratio(ours.wallMs, reference.wallMs),
      seconds(ours.cpuMs),
      seconds(reference.cpuMs),
      ratio(ours.cpuMs, reference.cpuMs),
      ours.peakMiB.toFixed(0),
      reference.peakMiB.toFixed(0),
    ].join(' | '),
  )
  return [
    `${HOSTS} light hosts, ${FORKS} forks, Node ${process.version}`,
    '',
    '| apply of enable.yml | wall s | bare ssh2 | ratio | CPU s | bare ssh2 | ratio | peak MiB | bare ssh2 |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n')
}

mkdirSync(OUT, { recursive: true })
const ours = await fleet(async (lab) => ({
  first: await apply('first', lab.inventoryFile),
  again: await apply('again', lab.inventoryFile),
  // The same hosts, still with nothing to do: the recorded bytes do the same there.
  againReference: await replay('again-reference', 'again', lab.keyFile),
}))
// Stock hosts anew, so that the recorded changes have the same work to do.
const firstReference = await fleet((lab) => replay('first-reference', 'first', lab.keyFile))
const text = table([
  { name: 'first, everything to do', ours: ours.first, reference: firstReference },
  { name: 'again, nothing to do', ours: ours.again, reference: ours.againReference },
])
writeFileSync(path.join(OUT, 'bench.md'), text)
process.stdout.write(`\n${text}`)
