/** What a command may touch of the process, so that tests can hand in their own. */

/** The part of a stream that commands write to. */
export interface Output {
  write: (text: string) => unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
  rows?: number | undefined
}

export interface Io {
  /** Results only. */
  stdout: Output
  /** Progress, prompts, diagnostics. */
  stderr: Output
  stdin: NodeJS.ReadStream
  env: Readonly<Record<string, string | undefined>>
  /** Working directory; `.mptcp-fleet/` lies below it. */
  cwd: string
}

/** The real streams of this process. */
export function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
  }
}
