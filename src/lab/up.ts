// Boots a lab from its topology, and finds one again that was booted before.
import { mkdir, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import pLimit from 'p-limit'
import { makeKeyPair, renderInventory, renderKnownHosts } from './credentials.ts'
import { LAB_FILES, labDown, tracesToRemove } from './down.ts'
import { labError } from './fail.ts'
import { ensureImage } from './image.ts'
import { labOf, type Lab } from './lab.ts'
import { layoutLab, managementAddresses, MANAGEMENT_SLOTS, type LabLayout } from './layout.ts'
import { awaitMachine, startMachine } from './machine.ts'
import { labId } from './names.ts'
import { makeSwitch } from './network.ts'
import { isAlive, processStamp } from './process.ts'
import { checkMachine } from './requirements.ts'
import { furnishRoot, mountRoot } from './rootfs.ts'
import { must } from './run.ts'
import { loadState, saveState, type LabState } from './state.ts'
import { loadTopology } from './topology-file.ts'
import type { Topology } from './topology.ts'

export interface LabUpOptions {
  /** Name of a built-in topology, path of a topology file, or the topology itself. */
  topology: string | Topology
  /** The lab's folder; default `.mptcp-fleet/lab/NAME` in the working directory. */
  dir?: string
  onProgress?: (line: string) => void
  /** Aborting takes away what was made so far and rejects with the signal's reason. */
  signal?: AbortSignal
}

/** How many hosts are prepared, and how many boot, at the same time: more only compete for the same processors. */
const PARALLEL = 8

/** The default folder of a lab. Throws DiagnosticsError where the name would lead out of it. */
export function labFolder(name: string, cwd: string = process.cwd()): string {
  // Taking a lab down empties its folder: it must never be another one.
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw labError('lab-name', `"${name}" cannot be the name of a lab`, { hint: 'a name has no slash, like pair' })
  }
  return join(cwd, '.mptcp-fleet', 'lab', name)
}

/** What is said where another process is at work on the lab in the folder. */
export function labBusy(dir: string): Error {
  return labError('lab-busy', `another run is at work on the lab in ${dir}`, { hint: 'wait for it, or end it' })
}

/**
 * Boots a lab and resolves once every host is up. A lab of the same topology that is already up is returned as it is;
 * what a killed run left in the folder is cleared away first. Throws DiagnosticsError; nothing is left then.
 */
export async function labUp(options: LabUpOptions): Promise<Lab> {
  const { onProgress, signal } = options
  const topology = typeof options.topology === 'string' ? await loadTopology(options.topology) : options.topology
  const dir = resolve(options.dir ?? labFolder(topology.name))
  checkMachine(dir, topology)
  const before = await loadState(dir).catch(() => null)
  if (before !== null && before.phase !== 'up' && (await isAlive(before.controller))) {
    throw labBusy(dir)
  }
  if (before?.phase === 'up') {
    if (!isDeepStrictEqual(before.topology, JSON.parse(JSON.stringify(topology)))) {
      throw labError('lab-already-up', `a lab of another topology is up in ${dir}`, {
        hint: `take it down first: mptcp-fleet lab down --lab ${basename(dir)}`,
      })
    }
    const lab = labOf(topology.name, dir, layoutLab(before.id, before.topology, before.slots))
    const running = await Promise.all(lab.hosts.map((host) => lab.isRunning(host.name)))
    if (running.every(Boolean)) {
      onProgress?.('it is up already')
      return lab
    }
  }
  await labDown(dir)
  const image = await ensureImage({ onProgress, signal })
  const id = labId(dir)
  const state: LabState = {
    version: 1,
    id,
    phase: 'starting',
    controller: await processStamp(process.pid),
    topology,
    slots: chooseSlots(id, Object.keys(topology.hosts).length),
    image,
    startedAt: new Date().toISOString(),
    ours: await tracesToRemove(),
  }
  try {
    await mkdir(dir, { recursive: true })
    await saveState(dir, state)
    const layout = layoutLab(id, topology, state.slots)
    await bringUp(dir, layout, image, options)
    await saveState(dir, { ...state, phase: 'up' })
    return labOf(topology.name, dir, layout)
  } catch (error) {
    await labDown(dir)
    throw error
  }
}

/** The lab in a folder, which must be up. */
export async function loadLab(dir: string): Promise<Lab> {
  const folder = resolve(dir)
  const state = await loadState(folder)
  if (state?.phase !== 'up') {
    throw labError('lab-not-up', `there is no lab up in ${folder}`, { hint: 'boot one: mptcp-fleet lab up' })
  }
  return labOf(state.topology.name, folder, layoutLab(state.id, state.topology, state.slots))
}

async function bringUp(dir: string, layout: LabLayout, image: string, options: LabUpOptions): Promise<void> {
  const { onProgress, signal } = options
  const started = Date.now()
  const key = makeKeyPair(`mptcp-fleet lab ${layout.id}`)
  const keyFile = join(dir, LAB_FILES.key)
  const knownHostsFile = join(dir, LAB_FILES.knownHosts)
  await writeFile(keyFile, key.privateKey, { mode: 0o600 })
  await makeSwitch(layout)
  for (const rules of layout.rulesets) {
    const inside = ['ip', 'netns', 'exec', layout.switchNamespace, 'chroot', image]
    await must([...inside, 'nft', '-f', '-'], { input: rules })
  }
  const hostKeys = new Map<string, string>()
  const limit = pLimit(PARALLEL)
  const boots = layout.hosts.map((host) =>
    limit(async () => {
      signal?.throwIfAborted()
      const root = await mountRoot(dir, host, image)
      hostKeys.set(host.name, await furnishRoot(root, host, key.publicKey))
      await startMachine(dir, layout, host)
      await awaitMachine(dir, host, 'first', signal)
      onProgress?.(`${host.name} is up at ${host.management.address}`)
    }),
  )
  // All must have ended before anything is taken away: a boot that goes on would make things anew.
  const failed = (await Promise.allSettled(boots)).find((boot) => boot.status === 'rejected')
  signal?.throwIfAborted()
  if (failed !== undefined) throw failed.reason
  await writeFile(knownHostsFile, renderKnownHosts(layout.hosts, hostKeys))
  await writeFile(join(dir, LAB_FILES.inventory), renderInventory(layout.hosts, { keyFile, knownHostsFile }))
  onProgress?.(`${layout.hosts.length} hosts up after ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** Management networks that no card of this machine is in, beginning at a place that the lab's hash chooses. */
function chooseSlots(id: string, count: number): number[] {
  const taken = new Set(Object.values(networkInterfaces()).flatMap((list) => list?.map((entry) => entry.address) ?? []))
  const slots: number[] = []
  for (
    let slot = Number.parseInt(id, 16) % MANAGEMENT_SLOTS;
    slots.length < count;
    slot = (slot + 1) % MANAGEMENT_SLOTS
  ) {
    const { root, host } = managementAddresses(slot)
    if (!taken.has(root) && !taken.has(host)) slots.push(slot)
  }
  return slots
}
