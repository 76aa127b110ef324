import type { Secret } from '../model/secret.ts'
import type { HostErrorData } from '../model/errors.ts'
import type { Connection, Target } from '../model/host.ts'

/** Text for the host's `sh -s`; a Secret among the parts is revealed only where it is written to the channel. */
export type ScriptPart = string | Secret

export interface ExecRequest {
  script: readonly ScriptPart[]
  /** Whole-script limit on the host, in seconds (`timeout -k 5 N`); the controller waits 10 s longer. */
  timeoutSeconds: number
  /** Bytes of stdout and stderr together that are kept; more ends the exec with `output-cap`. */
  outputCap: number
  /** Whether to raise privileges as the connection says. */
  become: boolean
  signal: AbortSignal
  /** What follows the script on stdin, as it comes; stdin is closed at its end, or when the script ends. Default: nothing. */
  stdin?: AsyncIterable<string>
  /** Whole stdout lines as they arrive, decoded as UTF-8. */
  onLine?: (line: string) => void
}

/** How an exec ended; only `exited` says anything about success. */
export type ExecEnd = 'exited' | 'timed-out' | 'lost' | 'aborted' | 'output-cap'

export interface ExecResult {
  end: ExecEnd
  /** Exit status of the script; null unless `exited`. */
  rc: number | null
  stdout: string
  stderr: string
  /** Why the connection was lost, where that is known. */
  reason?: string
}

/** One connection to one host. */
export interface Session {
  /** Throws HostError only for become failures and where the channel cannot be opened (nothing ran). */
  exec: (request: ExecRequest) => Promise<ExecResult>
  /**
   * Whether an SSH server answers at this place when it is asked for from the host; left out where the connection cannot tell.
   * Nobody logs in there.
   */
  reaches?: (place: Pick<Connection, 'address' | 'port'>, signal: AbortSignal) => Promise<boolean>
  /** Host keys on the way that are not the known ones and were let pass (StrictHostKeyChecking no). */
  warnings?: readonly HostErrorData[]
  /** Bytes and execs so far. */
  usage: () => { execs: number; bytesSent: number; bytesReceived: number }
  close: () => Promise<void>
}

export interface ConnectOptions {
  /**
   * Asks for a connection that is new end to end: of connections that hosts share, none to a jump host for which this says
   * yes. OpenSSH's client shares none at any time.
   */
  isStale?: (jump: Connection) => boolean
}

/** A way to reach hosts. Throws HostError (`unreachable`) where it cannot. */
export interface Transport {
  connect: (target: Target, signal: AbortSignal, options?: ConnectOptions) => Promise<Session>
  /** Connections that are still open are closed. */
  close: () => Promise<void>
}
