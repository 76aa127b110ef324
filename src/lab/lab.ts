// A running lab as its users hold it: tests, the demo and the lab command.
import { join } from 'node:path'
import { setFrozen } from './cgroup.ts'
import { LAB_FILES, labDown } from './down.ts'
import { labError } from './fail.ts'
import type { HostLayout, LabLayout } from './layout.ts'
import { awaitMachine, enter, enterCommand, leaderOf, startMachine, stopMachine } from './machine.ts'
import { run, type RunOptions, type RunResult } from './run.ts'

/** One host of a lab. */
interface LabHost {
  name: string
  kind: 'systemd' | 'light'
  /** Where SSH answers. */
  address: string
  port: number
  cards: { name: string; addresses: string[]; managed: boolean }[]
}

export interface Lab {
  name: string
  /** The lab's folder, absolute, as are the files below. */
  dir: string
  inventoryFile: string
  keyFile: string
  knownHostsFile: string
  hosts: LabHost[]
  /** Runs a program (or a line for sh) as root in a host, not through SSH. rc 255 where the host does not run. */
  exec: (host: string, command: readonly string[] | string, options?: RunOptions) => Promise<RunResult>
  /** The argument vector on this machine that runs a program in a host; null where the host does not run. */
  command: (host: string, argv: readonly string[]) => Promise<string[] | null>
  /** Runs a program in the switch's namespace, where the links' bridges and the hosts' ports lie. */
  inSwitch: (argv: readonly string[]) => Promise<RunResult>
  /** The switch's port that a host's card hangs on. */
  portOf: (host: string, card: string) => string
  /**
   * A boot: processes, namespace, limits, endpoints and sysctls are gone, files stay. Resolves once the host is up, with the
   * addresses of the topology that it no longer has; the signal ends the waiting.
   */
  reboot: (host: string, signal?: AbortSignal) => Promise<string[]>
  /** Stops all processes of a host where they are. Its kernel goes on answering TCP, its programs do not. */
  freeze: (host: string) => Promise<void>
  thaw: (host: string) => Promise<void>
  /** Whether the host's process 1 runs. */
  isRunning: (host: string) => Promise<boolean>
  down: () => Promise<void>
}

/** The lab in a folder, from its layout. Nothing is started by it. */
export function labOf(name: string, dir: string, layout: LabLayout): Lab {
  const find = (name: string): HostLayout => {
    const host = layout.hosts.find((host) => host.name === name)
    if (host !== undefined) return host
    throw labError('lab-unknown-host', `there is no host ${name} in the lab`, {
      hint: `its hosts are ${layout.hosts.map((host) => host.name).join(', ')}`,
    })
  }
  return {
    name,
    dir,
    inventoryFile: join(dir, LAB_FILES.inventory),
    keyFile: join(dir, LAB_FILES.key),
    knownHostsFile: join(dir, LAB_FILES.knownHosts),
    hosts: layout.hosts.map((host) => ({
      name: host.name,
      kind: host.spec.kind,
      address: host.management.address,
      port: 22,
      cards: host.cards.map(({ name, addresses, managed }) => ({ name, addresses, managed })),
    })),
    exec: async (host, command, options) =>
      enter(find(host), typeof command === 'string' ? ['sh', '-c', command] : command, options),
    command: async (host, argv) => enterCommand(find(host), argv),
    inSwitch: (argv) => run(['ip', 'netns', 'exec', layout.switchNamespace, ...argv]),
    portOf: (host, card) => {
      const found = find(host).cards.find(({ name }) => name === card)
      if (found === undefined) throw labError('lab-unknown-card', `${host} has no card ${card}`)
      return found.port
    },
    reboot: async (name, signal) => {
      const host = find(name)
      await stopMachine(layout, host)
      await startMachine(dir, layout, host)
      return awaitMachine(dir, host, 'again', signal)
    },
    freeze: async (host) => setFrozen(find(host).unit, true),
    thaw: async (host) => setFrozen(find(host).unit, false),
    isRunning: async (host) => (await leaderOf(find(host))) !== null,
    down: () => labDown(dir),
  }
}
