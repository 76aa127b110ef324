/** The lab that the seeds run on: hosts whose SSH comes over a card of NetworkManager's, from the switch between them. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expandTopology } from '../../src/lab/expand.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { labId, switchNamespace } from '../../src/lab/names.ts'
import { run } from '../../src/lab/run.ts'
import type { Topology } from '../../src/lab/topology.ts'
import { topologySchema } from '../../src/lab/topology.ts'
import { HOSTS } from './scenario.ts'
import { addressesOf } from './wishes.ts'

export interface Bed {
  lab: Lab
  inventory: string
  /** What stands before a program that is to run where the controller does. */
  inside: string[]
  /** Whether the host lets us in over the card that carries SSH, now. */
  isReachable: (index: number) => Promise<boolean>
}

export function hostName(index: number): string {
  return `host-${index}`
}

/**
 * Thawed in mid-login, sshd's child makes a system call (restart_syscall) for which its sandbox kills it; sshd takes that for
 * an attack and shuts its source out for 90 s. A machine that stands still as a whole knows no such call.
 */
const SSHD = { '/etc/ssh/sshd_config.d/chaos.conf': 'PerSourcePenalties no\n' }

/** `disk`: what a host may write is so small that it can be filled. */
export function chaosTopology(): Topology {
  const indexes = Array.from({ length: HOSTS }, (_, index) => index)
  const hosts = Object.fromEntries(indexes.map((index) => [hostName(index), { disk: '48M', files: SSHD }]))
  const on = (address: (index: number) => unknown): object =>
    Object.fromEntries(indexes.map((index) => [hostName(index), address(index)]))
  const links = {
    eth0: { hosts: on((index) => `${addressesOf(index).ssh}/24`) },
    eth1: { hosts: on((index) => ({ addresses: [`${addressesOf(index).other}/24`], networkManager: 'unmanaged' })) },
  }
  return expandTopology('chaos', topologySchema.parse({ hosts, links }))
}

/** Makes the switch a place to work from; what that needs is written to `folder`. */
export async function makeBed(lab: Lab, folder: string): Promise<Bed> {
  const namespace = switchNamespace(labId(lab.dir))
  await lab.inSwitch(['ip', 'link', 'set', 'dev', 'lo', 'up'])
  await lab.inSwitch(['ip', 'address', 'replace', '192.0.2.1/24', 'dev', 'bridge0'])
  const knownHosts = path.join(folder, 'known_hosts')
  const keys = readFileSync(lab.knownHostsFile, 'utf8')
  const lines = lab.hosts.map(({ address }, index) => {
    const key = keys.split('\n').find((line) => line.startsWith(`${address} `))
    return `${addressesOf(index).ssh} ${key?.slice(address.length + 1)}\n`
  })
  writeFileSync(knownHosts, lines.join(''))
  const inventory = path.join(folder, 'inventory.yml')
  const hosts = Object.fromEntries(
    lab.hosts.map(({ name }, index) => [name, { ansible_host: addressesOf(index).ssh, ansible_user: 'root' }]),
  )
  const vars = {
    ansible_ssh_private_key_file: lab.keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes`,
  }
  writeFileSync(inventory, JSON.stringify({ all: { hosts, vars } }))
  const inside = ['ip', 'netns', 'exec', namespace]
  const ssh = ['ssh', '-F', 'none', '-i', lab.keyFile, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=1']
  return {
    lab,
    inventory,
    inside,
    isReachable: async (index) => {
      const to = ['-o', `UserKnownHostsFile=${knownHosts}`, `root@${addressesOf(index).ssh}`, 'true']
      return (await run([...inside, ...ssh, ...to], { timeoutMs: 3000 })).rc === 0
    },
  }
}
