/** What of this machine a lab could leave behind, so that it can be compared before and after. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Lab } from '../../../src/lab/lab.ts'
import { labId, labPrefix, rootCardPrefix } from '../../../src/lab/names.ts'
import { sshArguments } from '../../../src/lab/ssh.ts'

const execute = promisify(execFile)

/** Runs a program of this machine; resolves with its exit status whatever it is. */
export async function sh(argv: readonly string[]): Promise<{ rc: number; stdout: string; stderr: string }> {
  try {
    return { rc: 0, ...(await execute(argv[0]!, argv.slice(1), { timeout: 60_000 })) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { rc: code, stdout, stderr }
  }
}

/** Runs a line in a host of the lab through the system's ssh client. */
export function ssh(lab: Lab, host: string, line: string, user = 'root'): ReturnType<typeof sh> {
  return sh(['ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5', ...sshArguments(lab, host, user), line])
}

/**
 * Everything of one lab's folder that exists on this machine: processes, mounts, namespaces, cards, cgroups, folders of
 * nspawn, and the folder. Other labs may come and go meanwhile, so each is looked for by the names that only this lab has.
 */
export async function tracesOf(dir: string): Promise<string[]> {
  const unit = labPrefix(labId(dir))
  const cards = rootCardPrefix(labId(dir))
  const traces: string[] = []
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  traces.push(...mounts.split('\n').filter((line) => line.includes(dir) || line.includes(unit)))
  for (const folder of ['/run/netns', '/run/systemd/nspawn/propagate', ...(await cgroupRoots(mounts))]) {
    const names = await readdir(folder).catch(() => [])
    traces.push(...names.filter((name) => name.startsWith(unit)).map((name) => `${folder}/${name}`))
  }
  traces.push(...(await readdir('/sys/class/net')).filter((name) => name.startsWith(cards)))
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A dead process that its parent has not asked about yet holds nothing.
    if (/^State:\tZ/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
    if (command.includes(unit) || groups.includes(unit)) traces.push(`${pid} ${command.replaceAll('\0', ' ')}`)
  }
  if (existsSync(dir)) traces.push(dir)
  return traces
}

async function cgroupRoots(mounts: string): Promise<string[]> {
  return mounts.split('\n').flatMap((line) => (/ - cgroup2? /.test(line) ? (line.split(' ')[4] ?? []) : []))
}
