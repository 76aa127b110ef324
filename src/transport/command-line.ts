/** The one command line that an exec sends to the login shell. Pure. */
import type { Become } from '../model/host.ts'

/** Words that stand out from whatever else the host prints; random for every exec. */
export interface Markers {
  /** Printed to stdout and stderr once a script may be sent. */
  ready: string
  /** sudo's prompt. */
  password: string
  /** Printed instead of `ready` where the host has no timeout(1). */
  noTimeout: string
  /** Before the script's exit status on stderr, where the channel does not tell it. */
  end: string
}

export function markersOf(nonce: string): Markers {
  return {
    ready: `${nonce}-ready\n`,
    password: `${nonce}-pw`,
    noTimeout: `${nonce}-no-timeout\n`,
    end: `${nonce}-end-`,
  }
}

/**
 * Runs the script that stdin brings, and ends it and all it started when its time is over: timeout(1) sends SIGTERM
 * to its process group, but goes away as soon as its child has; this shell outlives the script to kill those who
 * ignored SIGTERM. Processes that left the group (daemons) are meant to stay.
 */
const RUNNER = 'trap t=1 TERM; sh -s; r=$?; test -z "$t" || kill -s KILL 0; exit "$r"'

/**
 * The command line for a nonce of letters and digits. With `tellsEnd` the script's exit status is printed to stderr. It must mean the same to sh, bash, dash, zsh and fish, hence
 * single quotes with neither quotes nor backslashes inside, and no assignment before a command.
 */
export function commandLine(nonce: string, timeoutSeconds: number, become: Become | null, tellsEnd = false): string {
  const timeout = `timeout -k 5 ${timeoutSeconds} sh -c "$2"`
  const run = tellsEnd ? `${timeout}; r=$?; echo ${nonce}-end-$r >&2; exit $r` : `exec ${timeout}`
  const starter =
    'MPTCP_FLEET_SSH="$1"; export MPTCP_FLEET_SSH; ' +
    `command -v timeout >/dev/null || { echo ${nonce}-no-timeout; exit 127; }; ` +
    `echo ${nonce}-ready >&2; echo ${nonce}-ready; ` +
    run
  const shell = `sh -c '${starter}' sh "$SSH_CONNECTION" '${RUNNER}'`
  // -n: it never asks, since it would ask on a terminal.
  if (become?.method === 'doas') return `exec doas -n -u '${become.user}' -- ${shell}`
  // LC_ALL so that sudo's refusals can be told apart; env because fish and csh cannot set a variable for one command.
  if (become !== null) return `exec env LC_ALL=C sudo -S -p ${nonce}-pw -u '${become.user}' -- ${shell}`
  return `exec ${shell}`
}

/** Whether a user name may stand on the command line: what useradd(8) allows, and numeric ids as sudo writes them. */
export function isUserName(name: string): boolean {
  return /^([A-Za-z_][\w.@-]*\$?|#\d+)$/.test(name)
}
