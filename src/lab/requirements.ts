// Whether this machine can hold a lab, said before anything is made.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { DiagnosticsError, errorDiagnostic, type Diagnostic } from '../model/diagnostic.ts'

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

/** Throws DiagnosticsError with everything that this machine lacks. */
export async function checkMachine(dir: string): Promise<void> {
  const problems: Diagnostic[] = []
  if (process.getuid?.() !== 0) {
    problems.push(
      errorDiagnostic('lab-needs-root', 'the lab makes namespaces and mounts, so it needs root: run it with sudo'),
    )
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const missing = PROGRAMS.filter((program) => !folders.some((folder) => existsSync(join(folder, program))))
  if (missing.length > 0) {
    problems.push(
      errorDiagnostic('lab-program-missing', `the lab needs programs that are not installed: ${missing.join(', ')}`, {
        hint: 'install them: .ci/setup lab',
      }),
    )
  }
  if (!existsSync('/proc/sys/net/mptcp')) {
    problems.push(
      errorDiagnostic(
        'lab-kernel-without-mptcp',
        'the kernel of this machine is built without MPTCP, so its hosts have none',
        {
          hint: 'run the lab on Linux 5.6 or later with CONFIG_MPTCP',
        },
      ),
    )
  }
  if (/[:,\\]/.test(dir)) {
    problems.push(
      errorDiagnostic(
        'lab-folder-name',
        `${dir}: a lab's folder may hold no colon, comma or backslash (overlay mounts)`,
        {
          hint: 'run it from a folder with another name',
        },
      ),
    )
  }
  if (problems.length > 0) throw new DiagnosticsError(problems)
}
