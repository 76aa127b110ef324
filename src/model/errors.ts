/** What became of a host on which something went wrong. */
export type HostOutcome = 'unreachable' | 'failed' | 'unknown' | 'rolled-back'

/**
 * What went wrong with one host, as data. Codes:
 * unreachable: `dns`, `refused`, `timeout`, `no-route`, `auth`, `key-file`, `host-key-unknown`, `host-key-changed`,
 * `host-key-revoked`, `host-key-weak`, `host-key-authority`, `jump-host`, `transport`, `protocol`, `connection-lost` (nothing ran), `channel-refused`, `login-shell`, `aborted`;
 * failed: `become-password-missing`, `become-password-wrong`, `become-password-kept-back`, `become-not-allowed`, `become-missing`,
 * `become-requires-tty`, `become-user-unknown`, `timeout-missing`, `command-failed`,
 * `fact-unreadable`, `not-converged`, `timed-out`, `output-cap`, `refused-by-module` and each module's own;
 * and with nothing changed: `stale` (facts moved since the plan), `locked` (another run is at work), `no-lock`,
 * `not-prepared`, `guard-not-armed`;
 * unknown: `outcome-unknown` (connection lost in mid-command);
 * rolled-back: `rolled-back`.
 */
export interface HostErrorData {
  code: string
  summary: string
  detail: string
  hint: string
}

/** Thrown inside one host's pipeline and caught once at its edge, where it becomes that host's result. */
export class HostError extends Error {
  readonly outcome: HostOutcome
  readonly data: HostErrorData

  constructor(outcome: HostOutcome, code: string, summary: string, more: { detail?: string; hint?: string } = {}) {
    super(summary)
    this.name = 'HostError'
    this.outcome = outcome
    this.data = { code, summary, detail: more.detail ?? '', hint: more.hint ?? '' }
  }
}

/** Ends a command with this exit code; main.ts is the only place that acts on it. */
export class ExitError extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message = '') {
    super(message)
    this.name = 'ExitError'
    this.exitCode = exitCode
  }
}
