/** Command lines of OpenSSH's own client. Pure. */

/**
 * Runs the program that its arguments name, until it ends or stdin does: with us goes what we started, even where we are
 * killed.
 */
export const KEEPER =
  'exec 3<&0 </dev/null; "$@" 3<&- & program=$!; ' +
  '{ read -r _; kill "$program"; } <&3 & keeper=$!; exec 3<&-; ' +
  '{ wait "$program"; status=$?; } 2>/dev/null; kill "$keeper" 2>/dev/null; exit "$status"'

/**
 * Makes a connection and offers it at `socket`; once it is there, `ready` (letters and digits) is printed. `given` are the
 * connection's own arguments, options and then `--` and the destination. The first value of an option counts, but for -S.
 */
export function masterCommand(
  given: readonly string[],
  { socket, ready, timeoutSeconds }: { socket: string; ready: string; timeoutSeconds: number | null },
): string[] {
  const end = given.lastIndexOf('--')
  return [
    'ssh',
    '-N',
    '-T',
    ...options({
      BatchMode: 'yes',
      ControlMaster: 'yes',
      ControlPersist: 'no',
      PermitLocalCommand: 'yes',
      LocalCommand: `echo ${ready}`,
      RemoteCommand: 'none',
      // Ports that a person's own sessions forward are none of ours.
      ClearAllForwardings: 'yes',
      LogLevel: 'INFO',
      ...(timeoutSeconds === null ? {} : { ConnectTimeout: String(timeoutSeconds) }),
    }),
    ...given.slice(0, end),
    // Ansible's, and ours; what the connection's arguments say of them stands before.
    ...options({ ConnectTimeout: '10', ServerAliveInterval: '15', ServerAliveCountMax: '3' }),
    '-S',
    socket,
    ...given.slice(end),
  ]
}

/** Runs a command over the connection at `socket`, and never over one that it would make itself. */
export function execCommand(socket: string, command: string): string[] {
  const never = options({ BatchMode: 'yes', ControlMaster: 'no', ProxyCommand: 'false', LogLevel: 'ERROR' })
  // Nothing is read from configuration: agents and terminals of a person's own sessions are none of ours.
  return ['ssh', '-F', 'none', '-T', ...never, '-S', socket, '--', 'host', command]
}

function options(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}
