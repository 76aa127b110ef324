// Which labs there are below a working directory, and what each of their hosts is doing.
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { labOf } from './lab.ts'
import { layoutLab } from './layout.ts'
import { isAlive } from './process.ts'
import { loadState } from './state.ts'
import { labBusy, labFolder } from './up.ts'

/** A lab as `lab status` shows it. `broken`: a run was killed while it was at work on it. */
export interface LabStatus {
  name: string
  dir: string
  phase: 'starting' | 'up' | 'stopping' | 'broken'
  topology: string
  hosts: { name: string; kind: string; address: string; running: boolean; cards: string }[]
}

/** Names of the folders below `.mptcp-fleet/lab`, each a lab or what is left of one. */
export async function labNames(cwd: string): Promise<string[]> {
  const entries = await readdir(dirname(labFolder('any', cwd)), { withFileTypes: true }).catch(() => [])
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort()
}

/** What a lab's folder holds; a folder without a readable state is broken. */
export async function labStatus(dir: string, name: string): Promise<LabStatus> {
  const state = await loadState(dir).catch(() => null)
  if (state === null) return { name, dir, phase: 'broken', topology: '', hosts: [] }
  const lab = labOf(name, dir, layoutLab(state.id, state.topology, state.slots))
  const hosts = lab.hosts.map(async (host) => ({
    name: host.name,
    kind: host.kind,
    address: host.address,
    running: await lab.isRunning(host.name),
    cards: host.cards.map((card) => `${card.name} ${card.addresses.join(' ')}`.trim()).join(', '),
  }))
  const left = state.phase !== 'up' && !(await isAlive(state.controller))
  return {
    name,
    dir,
    phase: left ? 'broken' : state.phase,
    topology: state.topology.name,
    hosts: await Promise.all(hosts),
  }
}

/** Throws DiagnosticsError where the process that began the lab in the folder still runs. */
export async function checkIdle(dir: string): Promise<void> {
  const state = await loadState(dir).catch(() => null)
  if (state !== null && (await isAlive(state.controller))) throw labBusy(dir)
}
