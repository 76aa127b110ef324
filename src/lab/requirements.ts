// Whether this machine can hold a lab, said before anything is made.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DiagnosticsError, errorDiagnostic, type Diagnostic } from '../model/diagnostic.ts'
import { programFolders } from './run.ts'
import type { Topology } from './topology.ts'

/** Programs that the lab runs on this machine. */
const PROGRAMS = [
  'chroot',
  'ip',
  'mmdebstrap',
  'mount',
  'nsenter',
  'setpriv',
  'sysctl',
  'systemd-nspawn',
  'tc',
  'umount',
  'unshare',
]

/** Measured on a booted host: systemd, journald, logind, dbus, NetworkManager. systemd gives up where it gets none. */
const INOTIFY_PER_HOST = 8

/** Whether a program lies where this machine's programs are looked for. */
export function hasProgram(program: string): boolean {
  return programFolders().some((folder) => existsSync(join(folder, program)))
}

/** Throws DiagnosticsError unless this process runs as root. */
export function checkRoot(): void {
  if (process.getuid?.() === 0) return
  const summary = 'the lab makes namespaces and mounts, so it needs root: run the same command with sudo'
  throw new DiagnosticsError([errorDiagnostic('lab-needs-root', summary)])
}

/** Throws DiagnosticsError with everything that this machine lacks for the topology in the lab's folder. */
export function checkMachine(dir: string, topology: Topology): void {
  checkRoot()
  const problems: Diagnostic[] = []
  const booting = Object.values(topology.hosts).filter((host) => host.kind === 'systemd').length
  const allowed = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'))
  if (booting * INOTIFY_PER_HOST > allowed) {
    const wanted = 2 ** Math.ceil(Math.log2(booting * INOTIFY_PER_HOST * 2))
    const summary = `${booting} hosts with systemd need ${booting * INOTIFY_PER_HOST} inotify instances, ${allowed} are allowed here`
    const hint = `allow more: sysctl -w fs.inotify.max_user_instances=${wanted}; or make hosts of kind light`
    problems.push(errorDiagnostic('lab-inotify-limit', summary, { hint }))
  }
  const missing = PROGRAMS.filter((program) => !hasProgram(program))
  if (missing.length > 0) {
    const summary = `the lab needs programs that are not installed: ${missing.join(', ')}`
    problems.push(
      errorDiagnostic('lab-program-missing', summary, { hint: 'install them; in a checkout .ci/setup lab does it' }),
    )
  }
  if (!existsSync('/proc/sys/net/mptcp')) {
    const summary = 'the kernel of this machine is built without MPTCP, and the hosts share it'
    const hint = 'run the lab on Linux 5.6 or later with CONFIG_MPTCP'
    problems.push(errorDiagnostic('lab-kernel-without-mptcp', summary, { hint }))
  }
  if (/[:,\\"'%$]/.test(dir)) {
    const summary = `${dir}: a lab's folder may hold none of : , \\ " ' % $, which overlay mounts or ssh do not take`
    problems.push(errorDiagnostic('lab-folder-name', summary, { hint: 'run it from a folder with another name' }))
  }
  if (problems.length > 0) throw new DiagnosticsError(problems)
}
