import { FactUnreadable } from '../model/fact.ts'
import { SYSCTL_DIRECTORIES } from '../mptcp/sysctl-files.ts'
import { RESTORE_SCRIPT_PATH, RESTORE_UNIT_PATH } from '../mptcp/restore-script.ts'
import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { ENABLING_LINK } from './mptcp_persisted.ts'
import { lines } from './read/output.ts'

/** When the host booted, and since when what its boot reads is as it is. Times in seconds since 1970, by the host's clock. */
export interface Boot {
  /** When its first process started: in a container that is later than the kernel's boot. */
  startedAt: number
  /** By path: files that MPTCP comes from at boot, with the time of their last change (also of mode, name or owner). */
  changed: Record<string, number>
}

const FILES = [RESTORE_SCRIPT_PATH, RESTORE_UNIT_PATH, ENABLING_LINK, '/etc/sysctl.conf'].join(' ')
const GLOBS = [
  ...SYSCTL_DIRECTORIES.map((folder) => `${folder}/*.conf`),
  '/etc/NetworkManager/system-connections/*',
].join(' ')
const MOST = 5000

export const boot = defineFact<Boot>({
  key: 'boot',
  summary: 'When the host booted, and when the files that MPTCP comes from at boot were last changed.',
  // The first process counts its start in ticks of 1/100 s since the kernel's boot (proc(5)).
  probe: `set -- $(sed 's/.*) //' /proc/1/stat)
echo "started \${20}"
sed -n 's/^btime /boot /p' /proc/stat
stat -c '%Z %n' -- ${FILES} ${GLOBS} 2>/dev/null | head -n ${MOST}`,
  parse: ({ stdout }) => {
    const number = (name: string): number | null => {
      const text = new RegExp(`^${name} (\\d{1,15})$`, 'm').exec(stdout)?.[1]
      return text === undefined ? null : Number(text)
    }
    const [kernel, ticks] = [number('boot'), number('started')]
    if (kernel === null || ticks === null) throw new FactUnreadable('/proc does not say when the host booted')
    const times = lines(stdout).flatMap((line): [string, number][] => {
      const match = /^(\d{1,15}) (\/.*)$/.exec(line)
      return match === null ? [] : [[match[2]!, Number(match[1])]]
    })
    return { startedAt: kernel + Math.floor(ticks / 100), changed: namedRecord(times) }
  },
  // The kernel works its boot out anew from the clock.
  steady: ({ changed }) => ({ startedAt: 0, changed }),
  example: `started 4715725
boot 1795336722
1795383912 /usr/local/libexec/mptcp-fleet/restore
1795383912 /etc/systemd/system/mptcp-fleet.service
1795383911 /etc/sysctl.d/90-mptcp.conf
1795380001 /etc/NetworkManager/system-connections/eth0.nmconnection
`,
})
