/** A transport whose hosts are real shells on this machine, each with a settings file of its own. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { HostError } from '../../src/model/errors.ts'
import { feed } from '../../src/transport/script.ts'
import type { ExecEnd, ExecRequest, ExecResult, Session, Transport } from '../../src/transport/types.ts'
import { scriptText } from './sh.ts'

/**
 * Sets a setting in $SETTINGS; `set crash X` fails, `set hang X` sleeps, `set slow X` takes a while, `set killer X` kills
 * the script that it is a step of, `set deaf X` keeps its status from being noted.
 */
const SET = `#!/bin/sh
case $1 in crash) echo "cannot set $2" >&2; exit 9;; hang) sleep 60;; stubborn) exit 0;; slow) [ "$2" = null ] || sleep 2;;
killer) read -r pid _ <"$(echo "$SETTINGS.run"/armed-*/pid)"; kill -KILL "$pid"; exit;;
deaf) for r in "$SETTINGS.run"/*; do [ -e "$r/run" ] || mkdir "$r/rc"; done;;
esac
{ grep -v "^$1 " "$SETTINGS"; [ "$2" = null ] || echo "$1 $2"; } >"$SETTINGS.new"; mv "$SETTINGS.new" "$SETTINGS"
`

export interface ShellHosts extends Transport {
  folder: string
  /** Execs by host, in order: the script texts. */
  execs: Record<string, string[]>
  connections: Record<string, number>
  /** Sessions that are open. */
  open: number
  beforeConnect: (host: string) => unknown
  /** What becomes of a host's nth exec (from 1), in place of running it; `unseen`: it runs, and the connection is lost. */
  faults: Record<string, (count: number) => ExecEnd | 'unseen' | HostError | null>
  /** Whether a host reaches others; left out: the connection cannot tell. */
  reaches?: (host: string, place: string) => boolean
  settings: (host: string) => Record<string, string>
}

export function shellHosts(folder: string, initial: Record<string, Record<string, string>>): ShellHosts {
  mkdirSync(path.join(folder, 'bin'))
  writeFileSync(path.join(folder, 'bin', 'set'), SET)
  chmodSync(path.join(folder, 'bin', 'set'), 0o755)
  const file = (host: string): string => path.join(folder, `${host}.settings`)
  for (const [host, values] of Object.entries(initial)) {
    writeFileSync(
      file(host),
      Object.entries(values)
        .map(([name, value]) => `${name} ${value}\n`)
        .join(''),
    )
  }
  const hosts: ShellHosts = {
    folder,
    execs: {},
    connections: {},
    open: 0,
    beforeConnect: () => {},
    faults: {},
    settings: (host) =>
      Object.fromEntries(
        readFileSync(file(host), 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => line.split(' ') as [string, string]),
      ),
    connect: async (target, signal) => {
      const { name } = target.host
      await hosts.beforeConnect(name)
      if (signal.aborted) throw new HostError('unreachable', 'aborted', `connecting to ${name} was called off`)
      if (!(name in initial)) throw new HostError('unreachable', 'refused', `${name}: connection refused`)
      hosts.connections[name] = (hosts.connections[name] ?? 0) + 1
      return session(hosts, name, { SETTINGS: file(name), PATH: `${path.join(folder, 'bin')}:${process.env['PATH']!}` })
    },
    close: async () => {},
  }
  return hosts
}

function session(hosts: ShellHosts, name: string, env: Record<string, string>): Session {
  let execs = 0
  hosts.open++
  return {
    exec: async (request) => {
      const log = (hosts.execs[name] ??= [])
      log.push(scriptText(request.script))
      execs++
      const fault = hosts.faults[name]?.(log.length) ?? null
      if (fault instanceof HostError) throw fault
      if (fault === 'unseen') await runShell(unacknowledged(request), env)
      if (fault !== null) return { end: fault === 'unseen' ? 'lost' : fault, rc: null, stdout: '', stderr: '' }
      return await runShell(request, env)
    },
    ...(hosts.reaches === undefined
      ? {}
      : { reaches: async ({ address }: { address: string }) => hosts.reaches!(name, address) }),
    usage: () => ({ execs, bytesSent: 0, bytesReceived: 0 }),
    close: async () => {
      hosts.open--
    },
  }
}

/** The request of a controller that never says that it has read everything. */
function unacknowledged(request: ExecRequest): ExecRequest {
  const { stdin } = request
  if (stdin === undefined) return request
  async function* words(): AsyncGenerator<string> {
    for await (const word of stdin!) {
      if (word.endsWith('-ack\n')) return
      yield word
    }
  }
  return { ...request, stdin: words() }
}

/** Runs a script in a shell of this machine. $SETTINGS with `.run` stands in place of /run/mptcp-fleet. */
export async function runShell(
  request: Pick<ExecRequest, 'script' | 'stdin' | 'onLine'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExecResult> {
  const child = spawn('sh', ['-s'], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const out: string[] = []
  const err: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  if (request.onLine !== undefined) createInterface({ input: child.stdout }).on('line', request.onLine)
  child.stdin.on('error', () => {})
  // Each host has a folder of its own in place of /run.
  child.stdin.write(scriptText(request.script).replaceAll('/run/mptcp-fleet', `${env['SETTINGS']!}.run`))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  if (request.stdin !== undefined) await feed(child.stdin, request.stdin, ended)
  child.stdin.end()
  const rc = await ended
  return { end: 'exited', rc, stdout: out.join(''), stderr: err.join('') }
}
