// Starting, awaiting, entering and stopping one host: systemd-nspawn in a cgroup and a session of its own.
import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { killCgroup, makeCgroup, processesOf, removeCgroup, setFrozen } from './cgroup.ts'
import { labError } from './fail.ts'
import type { HostLayout, LabLayout } from './layout.ts'
import { plugHost, unplugHost } from './network.ts'
import { hostFolders } from './rootfs.ts'
import { must, programEnv, run, sleep, type RunOptions, type RunResult } from './run.ts'

/** SIGRTMIN+4, in glibc's counting (34 is SIGRTMIN): asks systemd to power off. */
const POWER_OFF = 38

const BOOT_SECONDS = 90

/** After a reboot, for addresses that the host may no longer have. */
const ADDRESS_SECONDS = 5

/** Time in which the first process of a host must be there. */
const START_SECONDS = 10

/** What a light host runs beside nspawn's stub init. */
const LIGHT_INIT = 'mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e'

/** Joins the cgroups named by the arguments before `--`, then becomes what comes after it. */
const JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 1; shift; done; shift; exec "$@"'

/** Makes the host's namespace and boots it; resolves once it is started, not yet up. */
export async function startMachine(dir: string, lab: LabLayout, host: HostLayout): Promise<void> {
  const { root, console } = hostFolders(dir, host.name)
  await plugHost(lab, host)
  await prepareNamespace(root, host)
  const join = await makeCgroup(host.unit)
  const log = await open(console, 'a')
  const child = spawn('sh', ['-c', JOIN, 'sh', ...join.host, '--', 'systemd-nspawn', ...nspawnArguments(root, host)], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      PATH: programEnv()['PATH'],
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
      SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
    },
  })
  child.on('error', () => undefined)
  child.unref()
  await log.close()
}

function nspawnArguments(root: string, host: HostLayout): string[] {
  return [
    '--register=no',
    '--keep-unit',
    '--quiet',
    `--directory=${root}`,
    `--machine=${host.unit}`,
    `--hostname=${host.name}`,
    '--capability=CAP_NET_ADMIN,CAP_NET_RAW',
    `--network-namespace-path=/run/netns/${host.unit}`,
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    ...host.spec.readOnly.map((folder) => `--bind-ro=${root}${folder}:${folder}`),
    ...(host.spec.kind === 'systemd' ? ['--boot'] : ['--as-pid2', '/bin/sh', '-c', LIGHT_INIT]),
  ]
}

/** A new namespace has the kernel's defaults; MPTCP starts switched off, as on UEK8. */
async function prepareNamespace(root: string, host: HostLayout): Promise<void> {
  const inside = ['nsenter', `--net=/run/netns/${host.unit}`]
  const values = Object.entries({ 'net.mptcp.enabled': 0, ...host.spec.sysctl })
  await must([...inside, 'sysctl', '-q', '-w', ...values.map(([key, value]) => `${key}=${value}`)])
  for (const rules of host.rulesets) await must([...inside, 'chroot', root, 'nft', '-f', '-'], { input: rules })
}

/**
 * Resolves once the host answers SSH, its boot is complete and its cards have their addresses. `booted` on a reboot: the
 * host may have been given others since, so that it waits for them only shortly and returns those that are missing.
 */
export async function awaitMachine(
  dir: string,
  host: HostLayout,
  booted: 'first' | 'again',
  signal?: AbortSignal,
): Promise<string[]> {
  const started = Date.now()
  const deadline = started + BOOT_SECONDS * 1000
  let seen = false
  const waitFor = async (what: string, ready: () => Promise<boolean>): Promise<void> => {
    while (!(await ready())) {
      const runs = (await processesOf(host.unit)).length > 0
      seen ||= runs
      // On a busy machine it takes its time until the shell has joined the cgroup.
      const dead = !runs && (seen || Date.now() > started + START_SECONDS * 1000)
      if (dead || Date.now() > deadline) {
        throw await bootError(dir, host, booted, dead ? 'it ended while booting' : what)
      }
      await sleep(50, signal)
    }
  }
  await waitFor('no SSH banner', () => answersSsh(host.management.address))
  if (host.spec.kind === 'light') return []
  await waitFor('systemd did not finish booting', async () => {
    const state = (await enter(host, ['systemctl', 'is-system-running', '--wait'], { timeoutMs: 60_000 })).stdout.trim()
    return state === 'running' || state === 'degraded'
  })
  const wanted = host.cards.filter((card) => card.up).flatMap((card) => card.addresses.map((a) => a.split('/')[0]!))
  const patience = Date.now() + ADDRESS_SECONDS * 1000
  let missing = wanted
  await waitFor(`not all of ${wanted.join(', ')} are assigned`, async () => {
    const { stdout } = await run(['ip', '-n', host.unit, '-o', 'addr', 'show'])
    const assigned = new Set([...stdout.matchAll(/ inet6? ([\da-f.:]+)\/(?!.* tentative)/g)].map((m) => m[1]))
    missing = wanted.filter((address) => !assigned.has(address))
    return missing.length === 0 || (booted === 'again' && Date.now() > patience)
  })
  return missing
}

async function bootError(dir: string, host: HostLayout, booted: 'first' | 'again', reason: string): Promise<Error> {
  const text = await readFile(hostFolders(dir, host.name).console, 'utf8').catch(() => '')
  return labError('lab-host-not-up', `${host.name} did not come up: ${reason}`, {
    detail: text.replaceAll('\r', '').trim().split('\n').slice(-15).join('\n'),
    hint: text.includes('Too many open files')
      ? 'this machine allows too few inotify instances: sysctl -w fs.inotify.max_user_instances=1024'
      : `what it said on its console is above; ${booted === 'first' ? 'the lab has been taken down' : 'the other hosts still run'}`,
  })
}

function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('data', (data) => end(data.toString('latin1').startsWith('SSH-')))
    socket.on('error', () => end(false))
    socket.on('timeout', () => end(false))
    socket.on('close', () => end(false))
  })
}

/** Runs a program as root in all of the host's namespaces, without SSH. rc 255 where the host does not run. */
export async function enter(host: HostLayout, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const command = await enterCommand(host, argv)
  if (command === null) return { rc: 255, stdout: '', stderr: `${host.name} does not run\n` }
  return run(command, options)
}

/** The argument vector on this machine that runs a program in the host, or null where the host does not run. */
export async function enterCommand(host: HostLayout, argv: readonly string[]): Promise<string[] | null> {
  const leader = await leaderOf(host)
  if (leader === null) return null
  const { beside } = await makeCgroup(host.unit)
  const clean = [
    'env',
    '-i',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
    'USER=root',
  ]
  const inside = ['nsenter', '-t', String(leader), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w']
  return ['sh', '-c', JOIN, 'sh', ...beside, '--', ...inside, ...clean, ...argv]
}

/** The host's process 1, by its number on this machine. */
export async function leaderOf(host: HostLayout): Promise<number | null> {
  for (const pid of await processesOf(host.unit)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    if (/^NSpid:\t\d+\t1$/m.test(status)) return pid
  }
  return null
}

/** Shuts the host down (or kills it, where it does not end within 10 s) and takes its network away; its files stay. */
export async function stopMachine(lab: LabLayout, host: HostLayout): Promise<void> {
  const leader = await leaderOf(host)
  if (leader !== null && host.spec.kind === 'systemd') {
    await setFrozen(host.unit, false)
    process.kill(leader, POWER_OFF)
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(30)) {
      if ((await processesOf(host.unit)).length === 0) break
    }
  }
  await killCgroup(host.unit)
  // Linux 6.18 kills at once what systemd clones into a cgroup that was ever killed: the next boot gets a new one.
  await removeCgroup(host.unit)
  await unplugHost(lab, host)
}
