/** Two network namespaces on two 100 Mbit/s links, and the engine's part of a trial between them, in small. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fact } from '../../src/model/fact.ts'
import type { TrialResult } from '../../src/model/report.ts'
import type { TrialOutput, TrialPlan } from '../../src/modules/define.ts'
import { mptcpTest } from '../../src/modules/mptcp_test.ts'

export const SERVER = `mft${process.pid}s`
export const CLIENT = `mft${process.pid}c`
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Runs a shell text in a namespace and returns its stdout; throws where it fails. */
export function inside(namespace: string, text: string): string {
  const env = { ...process.env, PATH, LC_ALL: 'C' }
  return execFileSync('ip', ['netns', 'exec', namespace, 'sh', '-c', text], { encoding: 'utf8', env, stdio: 'pipe' })
}

/** Cards eth0 and wlan0 on both, 10.91.1.0/24 and 10.91.2.0/24, server .2, client .1; MPTCP on, no endpoints. */
export function createNamespaces(): void {
  for (const namespace of [SERVER, CLIENT]) execFileSync('ip', ['netns', 'add', namespace])
  for (const [dev, net] of [
    ['eth0', 1],
    ['wlan0', 2],
  ] as const) {
    execFileSync('ip', ['link', 'add', dev, 'netns', SERVER, 'type', 'veth', 'peer', 'name', dev, 'netns', CLIENT])
    for (const [namespace, host] of [
      [SERVER, 2],
      [CLIENT, 1],
    ] as const) {
      inside(
        namespace,
        `ip addr add 10.91.${net}.${host}/24 dev ${dev}; ip addr add fd00:91:${net}::${host}/64 dev ${dev} nodad
        ip link set ${dev} up; ip link set lo up; sysctl -qw net.mptcp.enabled=1
        sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.${dev}.rp_filter=0
        tc qdisc add dev ${dev} root tbf rate 100mbit burst 64k latency 50ms`,
      )
    }
  }
}

export function deleteNamespaces(): void {
  for (const namespace of [SERVER, CLIENT]) execFileSync('ip', ['netns', 'del', namespace])
}

/** Back to no endpoints; the server's and the client's limits as given: subflows, add_addr_accepted. */
export function reset(server: [number, number], client: [number, number]): void {
  for (const [namespace, [subflows, accepted]] of [
    [SERVER, server],
    [CLIENT, client],
  ] as const) {
    inside(
      namespace,
      `ip mptcp endpoint flush; ip mptcp limits set subflows ${subflows} add_addr_accepted ${accepted}
      nft flush ruleset; sysctl -qw net.mptcp.enabled=1`,
    )
  }
}

/** Processes that still run in the namespaces. */
export function processes(...namespaces: string[]): string[] {
  return (namespaces.length === 0 ? [SERVER, CLIENT] : namespaces).flatMap((namespace) =>
    execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
      .split('\n')
      .filter((pid) => pid !== ''),
  )
}

/** One end's exec: the script on the stdin of `sh -s`, as the engine sends it. */
export interface End {
  /** Ends its stdin, as the engine does once the client has ended and as a lost connection does. */
  release: () => void
  ready: Promise<string[] | null>
  done: Promise<TrialOutput>
}

interface EndOptions {
  /** Whether stdin stays open until `release`. */
  hold: boolean
  path?: string
  shell?: 'dash' | 'bash'
}

export function startEnd(namespace: string, script: string, options: EndOptions): End {
  const env = { ...process.env, PATH: options.path ?? PATH, LC_ALL: 'C' }
  // A named pipe, since node ends a pipe of its own as soon as the child has gone.
  const folder = mkdtempSync(join(tmpdir(), 'mft-stdin-'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const writer = openSync(join(folder, 'pipe'), 'r+')
  const reader = openSync(join(folder, 'pipe'), 'r')
  rmSync(folder, { recursive: true })
  const argv = ['netns', 'exec', namespace, 'timeout', '-k', '5', '100', options.shell ?? 'dash', '-s']
  const child = spawn('ip', argv, { env, stdio: [reader, 'pipe', 'pipe'] })
  const [out, err] = [child.stdout!, child.stderr!]
  closeSync(reader)
  const said = { stdout: '', stderr: '' }
  const ready = new Promise<string[] | null>((resolve) => {
    out.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString()
      const words = /^READY (.+)$/m.exec(said.stdout)?.[1]
      if (words !== undefined) resolve(words.split(' '))
    })
    out.on('end', () => resolve(null))
  })
  err.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString()
  })
  writeSync(writer, `main() {\ntrap '' HUP PIPE\n${script}\n}\nmain\n`)
  let open = true
  const release = (): void => {
    if (open) closeSync(writer)
    open = false
  }
  if (!options.hold) release()
  const done = once(child, 'close').then(([rc]): TrialOutput => {
    release()
    return { ...said, rc: rc as number | null, failure: null }
  })
  return { release, ready, done }
}

/** The trial module's plan from the facts that both namespaces have now. */
export function preparePlan(wish: Record<string, unknown> = {}): TrialPlan {
  const want = mptcpTest.params.parse({ server: SERVER, client: CLIENT, bytes: '16MiB', ...wish })
  const facts = mptcpTest.facts(want)
  const gather = (namespace: string): any =>
    Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, readFact(namespace, fact)]))
  const plan = mptcpTest.prepare(
    want,
    { server: SERVER, client: CLIENT },
    { [SERVER]: gather(SERVER), [CLIENT]: gather(CLIENT) },
  )
  if ('problems' in plan) throw new Error(plan.problems.map((problem) => problem.summary).join('; '))
  return plan
}

function readFact(namespace: string, fact: Fact): unknown {
  return fact.parse({ stdout: inside(namespace, `${fact.probe}\ntrue`), stderr: '', rc: 0 })
}

interface TrialOptions {
  /** Searched first on the server. */
  serverPath?: string
  shell?: 'dash' | 'bash'
}

/** Runs a plan as the engine does: server until READY, then the client, then the server's end. */
export async function runTrial(plan: TrialPlan, options: TrialOptions = {}): Promise<TrialResult> {
  const shell = options.shell ?? 'dash'
  const path = options.serverPath === undefined ? PATH : `${options.serverPath}:${PATH}`
  const server = startEnd(SERVER, plan.serverScript, { hold: true, path, shell })
  const words = await server.ready
  const notRun: TrialOutput = { stdout: '', stderr: '', rc: null, failure: 'the server was not ready' }
  const client = words === null ? notRun : await startEnd(CLIENT, plan.clientScript(words), { hold: false, shell }).done
  server.release()
  return plan.judge({ server: await server.done, client })
}
