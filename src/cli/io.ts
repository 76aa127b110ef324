/** What a command may touch of the process, so that tests can hand in their own. */
import type { LimitPlaces } from '../inventory/select.ts'
import type { Redactor } from '../text/redact.ts'
import { createRedactor } from '../text/redact.ts'

/** The part of a stream that commands write to. */
export interface Output {
  write: (text: string) => unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
  rows?: number | undefined
}

export interface Io {
  /** Results only, as text. */
  stdout: Output
  /** Results as JSON, on stdout too: redacted value by value before, since redacting its text could break it. */
  data: Output
  /** Progress, prompts, diagnostics. */
  stderr: Output
  /** Every secret that became known to this process; whatever text it prints goes through here at last. */
  secrets: Redactor
  stdin: NodeJS.ReadStream
  env: Readonly<Record<string, string | undefined>>
  /** Working directory; `.mptcp-fleet/` lies below it. */
  cwd: string
  /** Of this program. */
  version: string
  /** Of the patterns that the flag --limit took from files. */
  limitPlaces?: LimitPlaces
}

/** The real streams of this process. What they hold back is written within a turn of the loop. */
export function processIo(version: string): Io {
  const secrets = createRedactor()
  const stdout = redacted(process.stdout, secrets)
  return {
    stdout,
    data: {
      write: (text) => {
        stdout.flush()
        process.stdout.write(text)
      },
    },
    stderr: redacted(process.stderr, secrets),
    secrets,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    version,
  }
}

/** The stream behind a redactor. What may be the beginning of a secret waits for what is written next, if that is at once. */
export function redacted(stream: Output, secrets: Redactor): Output & { flush: () => void } {
  const redact = secrets.stream()
  const put = (text: string): void => {
    if (text !== '') stream.write(text)
  }
  const flush = (): void => put(redact.flush())
  return {
    write: (text) => {
      const out = redact.write(text)
      put(out)
      if (out !== text) setImmediate(flush)
    },
    flush,
    get isTTY() {
      return stream.isTTY
    },
    get columns() {
      return stream.columns
    },
    get rows() {
      return stream.rows
    },
  }
}
