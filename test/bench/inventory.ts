/**
 * Reading an inventory of 10,000 hosts in 200 groups with group_vars and resolving a pattern in it, beside `ansible-inventory
 * --list` of the same; INI and YAML, whole processes, the median of several rounds.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
const OUT = path.join(ROOT, '.mptcp-fleet/bench/inventory')
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const [REGIONS, SITES, ROLES, HOSTS] = [10, 100, 90, 10_000]
const PATTERN = 'region3:&role1*:!site13,~host0.*7$,site7[0:9]'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const hostLine = (host: number): [string, string] => [
  `host${host}.example.com`,
  `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`,
]
/** Each host is in a site, which is in a region, and in a role. */
const hostsOf = (kind: 'site' | 'role', group: number): number[] =>
  numbers(HOSTS).filter((host) => host % (kind === 'site' ? SITES : ROLES) === group)

function iniText(): string {
  const sites = numbers(SITES).map((site) => {
    const lines = hostsOf('site', site).map((host) => hostLine(host).join(' ansible_host='))
    return [`[site${site}]`, ...lines].join('\n')
  })
  const roles = numbers(ROLES).map((role) =>
    [`[role${role}]`, ...hostsOf('role', role).map((host) => hostLine(host)[0])].join('\n'),
  )
  const regions = numbers(REGIONS).map((region) => {
    const below = numbers(SITES).filter((site) => site % REGIONS === region)
    return [`[region${region}:children]`, ...below.map((site) => `site${site}`)].join('\n')
  })
  return `${[...sites, ...roles, ...regions].join('\n')}\n`
}

function yamlText(): string {
  const sites = numbers(SITES).map((site) => {
    const lines = hostsOf('site', site).map((host) => `    ${hostLine(host).join(': { ansible_host: ')} }`)
    return [`site${site}:`, '  hosts:', ...lines].join('\n')
  })
  const roles = numbers(ROLES).map((role) =>
    [`role${role}:`, '  hosts:', ...hostsOf('role', role).map((host) => `    ${hostLine(host)[0]}:`)].join('\n'),
  )
  const regions = numbers(REGIONS).map((region) => {
    const below = numbers(SITES).filter((site) => site % REGIONS === region)
    return [`region${region}:`, '  children:', ...below.map((site) => `    site${site}:`)].join('\n')
  })
  return `${[...sites, ...roles, ...regions].join('\n')}\n`
}

function writeInventory(): void {
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(path.join(OUT, 'group_vars'), { recursive: true })
  writeFileSync(path.join(OUT, 'ansible.cfg'), '')
  writeFileSync(path.join(OUT, 'hosts'), iniText())
  writeFileSync(path.join(OUT, 'hosts.yml'), yamlText())
  const groups = ['all', ...numbers(SITES).map((n) => `site${n}`), ...numbers(ROLES).map((n) => `role${n}`)]
  for (const name of [...groups, ...numbers(REGIONS).map((n) => `region${n}`)]) {
    const text = `${name}_ntp: [10.0.0.1, 10.0.0.2]\nsettings: { subflows: 2, from: ${name} }\nansible_user: opc\n`
    writeFileSync(path.join(OUT, 'group_vars', `${name}.yml`), text)
  }
}

/** Seconds of the whole process. */
function seconds(program: string, args: readonly string[]): number {
  const began = performance.now()
  const env = { ...process.env, ANSIBLE_CONFIG: path.join(OUT, 'ansible.cfg') }
  const { status, stderr } = spawnSync(program, args, { cwd: OUT, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`)
  return (performance.now() - began) / 1000
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** A Markdown table. */
export async function benchInventory(): Promise<string> {
  writeInventory()
  const rows = ['hosts', 'hosts.yml'].map((file) => {
    process.stderr.write(`inventory ${file}, ${ROUNDS} rounds\n`)
    const times = numbers(ROUNDS).map(() => [
      seconds(process.execPath, [path.join(ROOT, 'dist/main.js'), 'inventory', 'list', '-i', file, '--limit', PATTERN]),
      seconds('ansible-inventory', ['-i', file, '--list']),
    ])
    const [ours, theirs] = [0, 1].map((which) => median(times.map((pair) => pair[which]!))) as [number, number]
    const kind = file === 'hosts' ? 'INI' : 'YAML'
    return `| ${[kind, ours.toFixed(2), theirs.toFixed(2), (ours / theirs).toFixed(3)].join(' | ')} |`
  })
  return [
    `${HOSTS} hosts in ${REGIONS + SITES + ROLES} groups with group_vars, median of ${ROUNDS} rounds, Node ${process.version}`,
    '',
    '| inventory | read, pattern resolved s | ansible-inventory --list s | ratio |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
