/** Runs one batch of tasks on hosts that are shells of this machine. */
import path from 'node:path'
import type { AssembledPlay, AssembledTask } from '../../src/engine/assemble.ts'
import { runBatch } from '../../src/engine/batch.ts'
import { newContext, newHostState } from '../../src/engine/context.ts'
import type { HostState, RunContext } from '../../src/engine/context.ts'
import type { RunEvent } from '../../src/model/events.ts'
import type { Target } from '../../src/model/host.ts'
import type { ShellHosts } from './shell-transport.ts'
import { sshSettings } from './ssh-settings.ts'

export function target(name: string): Target {
  const connection = {
    address: name,
    port: 22,
    user: 'root',
    password: null,
    privateKeyFile: null,
    become: null,
    ssh: sshSettings(),
    jumps: [],
    openssh: null,
  }
  return { host: { name, groups: [], vars: {} }, connection }
}

export interface Ran {
  context: RunContext
  events: RunEvent[]
  host: (name: string) => HostState
}

export async function runOn(
  hosts: ShellHosts,
  names: string[],
  tasks: AssembledTask[],
  options: Partial<RunContext & { forks: number }> = {},
  policy: Partial<AssembledPlay> = {},
): Promise<Ran> {
  const events: RunEvent[] = []
  const context = newContext({
    runId: path.basename(hosts.folder),
    check: false,
    guard: null,
    timeoutSeconds: 20,
    transport: hosts,
    interrupt: new AbortController().signal,
    kill: new AbortController().signal,
    review: async () => true,
    emit: (event) => events.push(event),
    forks: 5,
    ...options,
  })
  for (const name of names) context.hosts.set(name, newHostState(target(name)))
  const play = { name: 'play', batches: [], tasks, anyErrorsFatal: false, maxFailPercentage: null, ...policy }
  await runBatch(context, play, [...context.hosts.values()], { batch: 1, batches: 1 })
  return { context, events, host: (name) => context.hosts.get(name)! }
}

/** Execs that a host saw. */
export const execs = (hosts: ShellHosts, name: string): number => hosts.execs[name]?.length ?? 0
