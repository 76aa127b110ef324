// A person at a host of the lab: through the system's own ssh, or straight into the host where there is none.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { shellQuote } from '../text/shell.ts'
import { knownHostsOption } from './credentials.ts'
import { labError } from './fail.ts'
import type { Lab } from './lab.ts'
import { hasProgram } from './requirements.ts'
import { programEnv } from './run.ts'

/**
 * Runs a command in a host, or a login shell where there is none, on this process's terminal. One word is a line for
 * the shell, several are a program and its arguments. Resolves to the exit status, 128 plus the signal's number where a
 * signal ended it.
 */
export async function openShell(lab: Lab, name: string, command: readonly string[]): Promise<number> {
  // Asked for first: an unknown host is told before anything is started.
  const line = command.length === 1 ? command[0]! : command.map(shellQuote).join(' ')
  const direct = await lab.command(name, command.length > 0 ? ['/bin/sh', '-c', line] : ['/bin/bash', '--login'])
  if (!hasProgram('ssh')) {
    if (direct !== null) return attach(direct)
    throw labError('lab-host-not-up', `${name} does not run`, { hint: `boot it: mptcp-fleet lab reboot ${name}` })
  }
  return attach(['ssh', ...sshArguments(lab, name), ...(command.length > 0 ? [line] : [])])
}

/** Arguments of OpenSSH's client for a host of the lab, up to and including the address. */
export function sshArguments(lab: Lab, name: string, user = 'root'): string[] {
  const host = lab.hosts.find((host) => host.name === name)
  if (host === undefined) throw labError('lab-unknown-host', `there is no host ${name} in the lab`)
  return [
    // No configuration of this machine's users: the lab's key and host keys only.
    '-F',
    '/dev/null',
    '-i',
    lab.keyFile,
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'LogLevel=ERROR',
    '-o',
    knownHostsOption(lab.knownHostsFile),
    '-o',
    'StrictHostKeyChecking=yes',
    `${user}@${host.address}`,
  ]
}

/** Ctrl-C is for the program in the host; this one ends when that one does. */
function ignore(): void {}

function attach(argv: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { stdio: 'inherit', env: programEnv() })
    process.on('SIGINT', ignore)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
