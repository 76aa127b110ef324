// Takes a lab away: whatever of it exists, found by its names and its folder and not by what a run remembered.
import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { kill, killCgroup, listCgroups, removeCgroup } from './cgroup.ts'
import { labError } from './fail.ts'
import { ANY_LAB, labId, labPrefix, rootCardPrefix } from './names.ts'
import { mountsBelow, unmountBelow } from './mounts.ts'
import { must, run } from './run.ts'
import { loadState, saveState, stateFile } from './state.ts'

const NETNS = '/run/netns'
const SYSTEMD = '/run/systemd'
const NSPAWN = join(SYSTEMD, 'nspawn')
const PROPAGATE = join(NSPAWN, 'propagate')

/** Files that a lab writes into its folder, beside hosts/. */
export const LAB_FILES = { inventory: 'inventory.yml', key: 'id_ed25519', knownHosts: 'known_hosts' } as const

/**
 * Ends a lab and removes all of it: processes, mounts, namespaces, cards, cgroups and the files in its folder. Works
 * without a state file and after a killed run; does nothing where there is nothing. Throws where root rights lack.
 */
export async function labDown(dir: string): Promise<void> {
  const folder = resolve(dir)
  const id = labId(folder)
  const state = await loadState(folder).catch(() => null)
  if (state !== null) await saveState(folder, { ...state, phase: 'stopping' })
  await killAll(id)
  await unmountBelow(folder)
  await removeNetwork(id)
  for (const unit of await listCgroups(`${labPrefix(id)}-`)) await removeCgroup(unit)
  await removeTraces(id, state?.ours ?? [])
  await removeFiles(folder)
}

async function killAll(id: string): Promise<void> {
  const units = await listCgroups(`${labPrefix(id)}-`)
  await Promise.all(units.map(killCgroup))
  // Programs that somebody started in a namespace of the lab from outside.
  for (const namespace of await namespaces(id)) {
    const { stdout } = await run(['ip', 'netns', 'pids', namespace])
    for (const pid of stdout.split('\n')) if (pid !== '') kill(Number(pid))
  }
}

async function removeNetwork(id: string): Promise<void> {
  const cards = await readdir('/sys/class/net')
  for (const card of cards.filter((name) => name.startsWith(rootCardPrefix(id)))) {
    // It may have gone with its host's namespace meanwhile.
    await run(['ip', 'link', 'delete', 'dev', card])
  }
  for (const namespace of await namespaces(id)) await must(['ip', 'netns', 'delete', namespace])
}

async function namespaces(id: string): Promise<string[]> {
  const names = await readdir(NETNS).catch(() => [])
  return names.filter((name) => name.startsWith(`${labPrefix(id)}-`) || name.startsWith(`${labPrefix(id)}.`))
}

/** What the first `ip netns add` and nspawn leave behind on a machine; listed before they are made. */
export async function tracesToRemove(): Promise<string[]> {
  const ours: string[] = []
  if (await absentOrOfLabs(NETNS)) ours.push(NETNS)
  if (await absentOrOfLabs(PROPAGATE)) ours.push(NSPAWN)
  if (!existsSync(SYSTEMD)) ours.push(SYSTEMD)
  return ours
}

/** Whether a folder is not there, or there only because labs are at work. */
async function absentOrOfLabs(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return true
  const names = await readdir(folder)
  return names.length > 0 && names.every((name) => name.startsWith(ANY_LAB))
}

async function removeTraces(id: string, ours: readonly string[]): Promise<void> {
  for (const machine of await readdir(PROPAGATE).catch(() => [])) {
    if (machine.startsWith(`${labPrefix(id)}-`)) await rm(join(PROPAGATE, machine), { recursive: true, force: true })
  }
  // Each step fails by itself where another lab or program uses the folder; then it stays.
  if (ours.includes(NETNS) && (await readdir(NETNS).catch(() => [''])).length === 0) {
    if ((await mountsBelow(NETNS)).length > 0) await run(['umount', NETNS])
    await rmdir(NETNS).catch(() => undefined)
  }
  if (ours.includes(NSPAWN) && (await readdir(PROPAGATE).catch(() => [''])).length === 0) {
    await rm(join(NSPAWN, 'locks'), { recursive: true, force: true })
    await rmdir(PROPAGATE).catch(() => undefined)
    await rmdir(NSPAWN).catch(() => undefined)
    if (ours.includes(SYSTEMD)) await rmdir(SYSTEMD).catch(() => undefined)
  }
}

async function removeFiles(folder: string): Promise<void> {
  const left = await mountsBelow(folder)
  if (left.length > 0) {
    throw labError('lab-still-mounted', `${left.join(', ')} could not be unmounted`, {
      hint: 'end the programs that use it (fuser -vm PATH shows them), then run "mptcp-fleet lab down" again',
    })
  }
  await rm(join(folder, 'hosts'), { recursive: true, force: true })
  for (const file of Object.values(LAB_FILES)) await rm(join(folder, file), { force: true })
  await rm(`${stateFile(folder)}.new`, { force: true })
  await rm(stateFile(folder), { force: true })
  await rmdir(folder).catch(() => undefined)
}
