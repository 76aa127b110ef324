/** Brings a fault about, and takes it away. */
import { setTimeout as sleep } from 'node:timers/promises'
import { killCgroup } from '../../src/lab/cgroup.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { hostUnit, labId } from '../../src/lab/names.ts'
import { must } from '../../src/lab/run.ts'
import type { Bed } from './bed.ts'
import { hostName } from './bed.ts'
import type { Controller } from './controller.ts'
import type { Scenario } from './scenario.ts'

/** Whether the host has booted meanwhile. Resolves when the fault is over. */
export async function undergo(bed: Bed, { host, fault, lasts }: Scenario, controller: Controller): Promise<boolean> {
  const name = hostName(host)
  const { lab } = bed
  switch (fault.kind) {
    case 'controller-killed': {
      controller.kill()
      return false
    }
    case 'connection-reset': {
      await inHost(lab, name, "ss -K state established '( sport = :22 )' >/dev/null")
      return false
    }
    case 'sshd-stopped': {
      await inHost(lab, name, STOP_SSHD[fault.with])
      await sleep(lasts)
      await inHost(lab, name, START_SSHD)
      return false
    }
    case 'host-frozen': {
      await lab.freeze(name)
      await sleep(lasts)
      await lab.thaw(name)
      return false
    }
    case 'disk-full': {
      for (const where of fault.what) await inHost(lab, name, FILL[where])
      await sleep(lasts)
      for (const where of fault.what) await inHost(lab, name, EMPTY[where])
      return false
    }
    case 'link-cut': {
      const [cut, mend] = cutting(lab, name, fault.how)
      await must([...bed.inside, ...cut])
      await sleep(lasts)
      await must([...bed.inside, ...mend])
      return false
    }
    case 'rebooted': {
      if (fault.how === 'power') await killCgroup(hostUnit(labId(lab.dir), name))
      await lab.reboot(name)
      return true
    }
  }
}

/** Sessions run in the service's cgroup: that is where scripts of a run are. */
const STOP_SSHD = {
  listener: 'systemctl stop ssh.service',
  sessions: "systemctl stop ssh.service; pkill -KILL -f '^sshd-session' ; :",
  all: 'systemctl kill --kill-whom=all --signal=KILL ssh.service; systemctl stop ssh.service',
}

/** Once in a long while the first start after all was killed fails, which is nothing that a run does. */
const START_SSHD = `systemctl start ssh.service && exit
journalctl --no-pager -n 20 -u ssh.service >&2; sleep 1; systemctl reset-failed ssh.service; systemctl start ssh.service`

/** The size that is used lets nothing more be written; what grows meanwhile needs some more. */
const FILL = {
  '/': 'dd if=/dev/zero of=/filler bs=1M 2>/dev/null; dd if=/dev/zero of=/filler.rest bs=1k 2>/dev/null; :',
  '/run': `for more in 0 4 16 64; do
mount -o remount,size=$(($(df --output=used -k /run | tail -1) + more))k /run 2>/dev/null && exit; done; exit 1`,
} as const satisfies Record<string, string>

const EMPTY = { '/': 'rm -f /filler /filler.rest', '/run': 'mount -o remount,size=64M /run' } as const

/** The switch's port of the card; silent: a filter on it. */
function cutting(lab: Lab, host: string, how: 'carrier' | 'silent'): [string[], string[]] {
  const port = lab.portOf(host, 'eth0')
  const link = (state: string): string[] => ['ip', 'link', 'set', 'dev', port, state]
  if (how === 'carrier') return [link('down'), link('up')]
  const table = `chaos_${host.replace('-', '_')}`
  const chains = [`hook input priority 0; iifname ${port} drop;`, `hook output priority 0; oifname ${port} drop;`]
  const rules = chains.map((chain, index) => `chain c${index} { type filter ${chain} }`).join('; ')
  return [
    ['nft', `table bridge ${table} { ${rules}; }`],
    ['nft', `delete table bridge ${table}`],
  ]
}

async function inHost(lab: Lab, host: string, line: string): Promise<void> {
  const { rc, stderr } = await lab.exec(host, line, { timeoutMs: 30_000 })
  if (rc !== 0) throw new Error(`${host}: ${line} ended with ${rc}: ${stderr}`)
}
