/** A transport without hosts: scripted answers, and a record of what was asked. For tests of what stands above. */
import type { Target } from '../model/host.ts'
import { scriptText } from './script.ts'
import type { ExecRequest, ExecResult, Session, Transport } from './types.ts'

/** What a host answers to a script; may throw a HostError. */
export type FakeExec = (target: Target, script: string, request: ExecRequest) => ExecResult | Promise<ExecResult>

export interface FakeHost {
  /** Called for each connection; throws a HostError where the host is to be unreachable. */
  connect?: (target: Target) => void | Promise<void>
  exec?: FakeExec
}

/** What one host was asked so far. */
interface FakeRecord {
  connections: number
  execs: number
  /** Connections not closed yet. */
  open: number
  /** The scripts in order, as the host would have read them. */
  scripts: string[]
}

export interface FakeTransport extends Transport {
  record: (host: string) => FakeRecord
}

/** The result of a script that ended by itself. */
export function exited(stdout: string, rc = 0, stderr = ''): ExecResult {
  return { end: 'exited', rc, stdout, stderr }
}

/** `hosts` by name; a name that is missing gets `fallback`, which answers nothing and succeeds unless given. */
export function createFakeTransport(
  hosts: Readonly<Record<string, FakeHost | FakeExec>>,
  fallback: FakeHost = {},
): FakeTransport {
  const records = new Map<string, FakeRecord>()
  const record = (name: string): FakeRecord => {
    const found = records.get(name) ?? { connections: 0, execs: 0, open: 0, scripts: [] }
    records.set(name, found)
    return found
  }
  const open = new Set<Session>()
  return {
    record,
    connect: async (target, signal) => {
      signal.throwIfAborted()
      const { name } = target.host
      const given = hosts[name] ?? fallback
      const host: FakeHost = typeof given === 'function' ? { exec: given } : given
      const seen = record(name)
      await host.connect?.(target)
      seen.connections++
      seen.open++
      const session = createFakeSession(target, host, seen, () => open.delete(session))
      open.add(session)
      return session
    },
    close: async () => {
      await Promise.all([...open].map((session) => session.close()))
    },
  }
}

function createFakeSession(target: Target, host: FakeHost, seen: FakeRecord, onClosed: () => boolean): Session {
  const used = { execs: 0, bytesSent: 0, bytesReceived: 0 }
  return {
    exec: async (request) => {
      if (request.signal.aborted) return { end: 'aborted', rc: null, stdout: '', stderr: '' }
      const script = scriptText(request.script)
      seen.execs++
      seen.scripts.push(script)
      used.execs++
      used.bytesSent += Buffer.byteLength(script)
      const result = (await host.exec?.(target, script, request)) ?? exited('')
      used.bytesReceived += Buffer.byteLength(result.stdout) + Buffer.byteLength(result.stderr)
      if (request.onLine) for (const line of result.stdout.split('\n').filter((l) => l !== '')) request.onLine(line)
      return result
    },
    usage: () => ({ ...used }),
    close: async () => {
      if (onClosed()) seen.open--
    },
  }
}
