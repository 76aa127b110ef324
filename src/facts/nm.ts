import { FactUnreadable } from '../model/fact.ts'
import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { nmcliColumns, nmIsAway } from './read/nmcli.ts'
import { endPiece, firstLine, lines, piece } from './read/output.ts'

export interface NmDevice {
  device: string
  type: string
  /** `connected`, `disconnected`, `unmanaged`, `unavailable`, … */
  state: string
  /** False also where NetworkManager only watches what others set up (`connected (externally)`). */
  managed: boolean
  /** UUID of the active profile. */
  profileUuid: string | null
}

/** NetworkManager's daemon and its devices by name. Path of a change: `devices/eth0`. */
export interface Nm {
  /** Installed (nmcli is there). */
  installed: boolean
  running: boolean
  /** Only where it does not run: systemd starts it at the next boot. */
  startsAtBoot?: true
  version: string | null
  devices: Record<string, NmDevice>
}

const VERSION = /^nmcli tool, version (\d+(?:\.\d+)+).*\n?/m
const OTHER_VERSION = /NetworkManager \((\d+(?:\.\d+)+)\) versions don't match/

export const nm = defineFact<Nm>({
  key: 'nm',
  summary: 'NetworkManager: whether it runs, its version, its devices.',
  // `nmcli --version` asks no daemon and costs half of what `nmcli general` does; where the daemon is of another
  // version than the tool, the second command says so.
  probe: `command -v nmcli >/dev/null || exit 0
nmcli --version
nmcli -t -f DEVICE,TYPE,STATE,CON-UUID device status 2>&1
${endPiece('devices')}
u=/etc/systemd/system n=NetworkManager.service
[ -d /run/systemd/system ] && [ -f $u/multi-user.target.wants/$n ] && [ ! -c $u/$n ] && echo 'starts at boot'`,
  parse: (output) => {
    if (output.stdout.trim() === '')
      return { installed: false, running: false, version: null, devices: namedRecord<NmDevice>([]) }
    const answer = piece(output, 'devices')
    if (nmIsAway(answer)) {
      const away = { installed: true, running: false, version: null, devices: namedRecord<NmDevice>([]) }
      return /^starts at boot$/m.test(output.stdout) ? { ...away, startsAtBoot: true } : away
    }
    const { text, rc } = answer
    if (rc !== 0) throw new FactUnreadable(`nmcli failed: ${firstLine(text.replace(VERSION, ''))}`)
    return {
      installed: true,
      running: true,
      version: (OTHER_VERSION.exec(text) ?? VERSION.exec(text))?.[1] ?? null,
      devices: namedRecord(
        lines(text).flatMap((line): [string, NmDevice][] => {
          const [device, type, state, uuid] = nmcliColumns(line)
          if (device === undefined || type === undefined || state === undefined) return []
          const managed = state !== 'unmanaged' && !state.endsWith('(externally)')
          return [[device, { device, type, state, managed, profileUuid: uuid || null }]]
        }),
      ),
    }
  },
  get: (nm, path) => nm.devices[path.replace(/^devices\//, '')],
  set: (nm, path, value) => {
    const devices = { ...nm.devices }
    const device = path.replace(/^devices\//, '')
    if (value === null) delete devices[device]
    else devices[device] = value as NmDevice
    return { ...nm, devices }
  },
  example: `nmcli tool, version 1.52.1
eth0:ethernet:connected:96ba3487-e973-8a3e-8ace-82620f8489ae
wlan0:ethernet:connected:9e920c77-30bc-812e-8b0c-f491e4ddb399
lo:loopback:connected (externally):a9ee2469-eb1b-4053-bb1b-28ede9c927c3
mgmt0:ethernet:unmanaged:

== devices 0
starts at boot
`,
})
