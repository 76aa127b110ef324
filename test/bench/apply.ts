/**
 * Apply of playbooks/enable.yml on light hosts, first and with nothing left to do, beside a bare ssh2 loop
 * that sends the same bytes to such hosts, and once more with a key whose passphrase is typed; the median of several rounds.
 */
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { labUp } from '../../src/lab/up.ts'
import { cliOnTerminal } from '../lab/support/cli.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const OUT = path.join(ROOT, '.mptcp-fleet/bench')
const HOSTS = Number(process.env['BENCH_HOSTS'] ?? 50)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const FORKS = 10

interface Figures {
  wallMs: number
  cpuMs: number
  peakMiB: number
}

type Lab = Awaited<ReturnType<typeof labUp>>

const beside = (name: string): string => path.join(import.meta.dirname, name)
const recordingOf = (run: string): string => path.join(OUT, `${run}.recorded.json`)

/** Runs a Node program, with a module loaded before it; resolves to the wall time of the whole process. */
async function node(preload: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', beside(preload), ...args], {
    cwd: OUT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return performance.now() - began
}

async function measure(args: readonly string[]): Promise<Figures> {
  const file = path.join(OUT, 'figures.json')
  const wallMs = await node('figures.mjs', args, { BENCH_FIGURES: file })
  return { wallMs, ...(JSON.parse(readFileSync(file, 'utf8')) as { cpuMs: number; peakMiB: number }) }
}

const PASSPHRASE = 'typed by the bench'

/** An apply on a terminal, with the fleet's key behind a passphrase that is typed. */
async function measureTyped(lab: Lab): Promise<Figures> {
  const [file, key] = [path.join(OUT, 'figures.json'), path.join(OUT, 'encrypted')]
  copyFileSync(lab.keyFile, key)
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', PASSPHRASE, '-f', key])
  const inventory = path.join(OUT, 'encrypted.yml')
  writeFileSync(inventory, readFileSync(lab.inventoryFile, 'utf8').replaceAll(lab.keyFile, key))
  const args = apply(lab).slice(1)
  args[args.indexOf(lab.inventoryFile)] = inventory
  const env = { NODE_OPTIONS: `--import ${beside('figures.mjs')}`, BENCH_FIGURES: file }
  const began = performance.now()
  const { code, stdout } = await cliOnTerminal(
    args,
    { question: 'Passphrase of the key', answer: PASSPHRASE },
    { cwd: OUT, env },
  )
  const wallMs = performance.now() - began
  rmSync(key)
  if (code !== 0) throw new Error(`apply with an encrypted key ended with ${code}: ${stdout.slice(-2000)}`)
  return { wallMs, ...(JSON.parse(readFileSync(file, 'utf8')) as { cpuMs: number; peakMiB: number }) }
}

function apply(lab: Lab): string[] {
  const words = ['apply', '-i', lab.inventoryFile, path.join(ROOT, 'playbooks/enable.yml'), '--yes']
  return [path.join(ROOT, 'dist/main.js'), ...words, '--forks', String(FORKS), '--output', 'json']
}

const replay = (lab: Lab, run: string): string[] => [
  beside('reference.mjs'),
  recordingOf(run),
  lab.keyFile,
  String(FORKS),
]

/** Stock hosts, for as long as the work takes. */
async function fleet<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
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

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

function median(all: readonly Figures[]): Figures {
  const of = (key: keyof Figures): number => middle(all.map((figures) => figures[key]))
  return { wallMs: of('wallMs'), cpuMs: of('cpuMs'), peakMiB: of('peakMiB') }
}

function row(name: string, all: readonly Figures[], references: readonly Figures[]): string {
  const [ours, reference] = [median(all), median(references)]
  const times = (['wallMs', 'cpuMs'] as const).flatMap((key) => [
    (ours[key] / 1000).toFixed(2),
    (reference[key] / 1000).toFixed(2),
    (ours[key] / reference[key]).toFixed(2),
  ])
  return `| ${[name, ...times, ours.peakMiB.toFixed(0), reference.peakMiB.toFixed(0)].join(' | ')} |`
}

/** Markdown tables. */
export async function benchApply(): Promise<string> {
  await fleet(async (lab) => {
    for (const run of ['first', 'again']) await node('record.mjs', apply(lab), { BENCH_RECORDED: recordingOf(run) })
  })
  const first: Figures[] = []
  const firstReference: Figures[] = []
  const again: Figures[] = []
  const againReference: Figures[] = []
  const encrypted: Figures[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    process.stderr.write(`round ${round} of ${ROUNDS}\n`)
    await fleet(async (lab) => {
      first.push(await measure(apply(lab)))
      again.push(await measure(apply(lab)))
      // The same hosts, still with nothing to do: the recorded bytes do the same there.
      againReference.push(await measure(replay(lab, 'again')))
    })
    // Stock hosts anew, so that the recorded changes have the same work to do.
    await fleet(async (lab) => firstReference.push(await measure(replay(lab, 'first'))))
    await fleet(async (lab) => encrypted.push(await measureTyped(lab)))
  }
  return [
    `${HOSTS} light hosts, ${FORKS} forks, median of ${ROUNDS} rounds, Node ${process.version}`,
    '',
    '| apply of enable.yml | wall s | bare ssh2 | ratio | CPU s | bare ssh2 | ratio | peak MiB | bare ssh2 |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    row('first, everything to do', first, firstReference),
    row('again, nothing to do', again, againReference),
    '',
    '| apply of enable.yml, first | wall s | plain key | ratio | CPU s | plain key | ratio | peak MiB | plain key |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    row('with an encrypted key', encrypted, first),
    '',
  ].join('\n')
}
