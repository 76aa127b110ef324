// One cgroup per host: how all of its processes are found, frozen and killed. Works on cgroup v2 and where v1 hierarchies
// stand beside it.
import { readFileSync } from 'node:fs'
import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { labError } from './fail.ts'
import { sleep } from './run.ts'

interface Hierarchies {
  /** Where cgroup v2 is mounted, or null. */
  unified: string | null
  /** Where the v1 freezer is mounted, or null. */
  freezer: string | null
  /** Every mounted hierarchy: nspawn copies a host's cgroup into name=systemd as well. */
  all: string[]
}

function hierarchies(): Hierarchies {
  const found: Hierarchies = { unified: null, freezer: null, all: [] }
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [left = '', right = ''] = line.split(' - ')
    const mountPoint = left.split(' ')[4] ?? ''
    const [type = '', , options = ''] = right.split(' ')
    if (type !== 'cgroup' && type !== 'cgroup2') continue
    found.all.push(mountPoint)
    if (type === 'cgroup2') found.unified ??= mountPoint
    else if (options.split(',').includes('freezer')) found.freezer ??= mountPoint
  }
  return found
}

/**
 * Makes a host's cgroup and returns the files into which a process writes its number to join it: `host` for the host's
 * own first process, `beside` for what is run in the host from outside (cgroup v2 allows no process in an inner node).
 */
export async function makeCgroup(unit: string): Promise<{ host: string[]; beside: string[] }> {
  const { unified, freezer } = hierarchies()
  if (unified === null) {
    throw labError('lab-no-cgroup2', 'cgroup v2 is mounted nowhere, so hosts with systemd cannot be kept apart', {
      hint: 'mount it: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified',
    })
  }
  const roots = [unified, ...(freezer === null ? [] : [freezer])]
  for (const root of roots) await mkdir(join(root, unit, 'beside'), { recursive: true })
  return {
    host: roots.map((root) => join(root, unit, 'cgroup.procs')),
    beside: roots.map((root) => join(root, unit, 'beside', 'cgroup.procs')),
  }
}

/** Names of the cgroups that begin with the prefix, in any hierarchy. */
export async function listCgroups(prefix: string): Promise<string[]> {
  const lists = await Promise.all(hierarchies().all.map((root) => readdir(root).catch(() => [])))
  return [...new Set(lists.flat().filter((name) => name.startsWith(prefix)))]
}

/** Numbers of all processes in the cgroup and below. */
export async function processesOf(unit: string): Promise<number[]> {
  const { unified, freezer } = hierarchies()
  const found = new Set<number>()
  for (const root of [unified, freezer]) {
    if (root === null) continue
    for (const folder of await subtree(join(root, unit))) {
      const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')
      for (const pid of text.split('\n')) if (pid !== '' && pid !== '0') found.add(Number(pid))
    }
  }
  return [...found]
}

/** Stops all processes of the host where they are, or lets them go on; resolves once the kernel says it is so. */
export async function setFrozen(unit: string, frozen: boolean): Promise<void> {
  const { unified, freezer } = hierarchies()
  const v2 = unified === null ? null : join(unified, unit)
  if (v2 !== null && (await write(join(v2, 'cgroup.freeze'), frozen ? '1' : '0'))) {
    return until(async () => (await readFile(join(v2, 'cgroup.events'), 'utf8')).includes(`frozen ${frozen ? 1 : 0}`))
  }
  const state = freezer === null ? '' : join(freezer, unit, 'freezer.state')
  if (state === '' || !(await write(state, frozen ? 'FROZEN' : 'THAWED'))) {
    throw labError('lab-no-freezer', `${unit}: no freezer cgroup here, so the host can be neither frozen nor thawed`)
  }
  return until(async () => (await readFile(state, 'utf8')).trim() === (frozen ? 'FROZEN' : 'THAWED'))
}

/** Kills all processes of the host, frozen ones too, and resolves once none is left. */
export async function killCgroup(unit: string): Promise<void> {
  const { unified, freezer } = hierarchies()
  if (unified !== null) await write(join(unified, unit, 'cgroup.kill'), '1')
  // A process frozen by v1 dies only once it is thawed; before 5.14 there is no cgroup.kill.
  await until(async () => {
    const pids = await processesOf(unit)
    for (const pid of pids) kill(pid)
    if (freezer !== null) await write(join(freezer, unit, 'freezer.state'), 'THAWED')
    if (unified !== null) await write(join(unified, unit, 'cgroup.freeze'), '0')
    return pids.length === 0
  })
}

/** Removes the host's cgroup from every hierarchy, and kills what is still in it. */
export async function removeCgroup(unit: string): Promise<void> {
  for (const root of hierarchies().all) {
    for (const folder of (await subtree(join(root, unit))).toReversed()) {
      // Busy for a moment after its last process has gone.
      await until(async () => {
        const error = await rmdir(folder).then(
          () => null,
          (reason: NodeJS.ErrnoException) => reason.code,
        )
        if (error === null || error === 'ENOENT') return true
        // A host that was only just started may join its cgroup after all that were in it have been killed.
        await killCgroup(unit)
        return false
      })
    }
  }
}

/** The folder and all below it, each before what it contains; empty where there is none. */
async function subtree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null)
  if (entries === null) return []
  const below = await Promise.all(entries.filter((e) => e.isDirectory()).map((e) => subtree(join(folder, e.name))))
  return [folder, ...below.flat()]
}

/** Sends SIGKILL; a process that has gone is no error. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has gone.
  }
}

async function write(file: string, text: string): Promise<boolean> {
  return writeFile(file, text, { flag: 'r+' }).then(
    () => true,
    () => false,
  )
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (await done()) return
  throw labError('lab-cgroup-stuck', 'a cgroup of the lab did not reach the wanted state within 10 s', {
    hint: 'a process in uninterruptible sleep holds it; run "mptcp-fleet lab down" again in a while',
  })
}
