import { FactUnreadable } from '../model/fact.ts'
import { defineFact } from './define.ts'
import { nmcliColumns } from './read/nmcli.ts'
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

/** NetworkManager's daemon and its devices by name. */
export interface Nm {
  /** Installed (nmcli is there). */
  installed: boolean
  running: boolean
  version: string | null
  devices: Record<string, NmDevice>
}

export const nm = defineFact<Nm>({
  key: 'nm',
  summary: 'NetworkManager: whether it runs, its version, its devices.',
  probe: `command -v nmcli >/dev/null || exit 0
nmcli -t -f VERSION general status 2>&1
${endPiece('general')}
nmcli -t -f DEVICE,TYPE,STATE,CON-UUID device status 2>&1
${endPiece('devices')}`,
  parse: (output) => {
    if (output.stdout.trim() === '') return { installed: false, running: false, version: null, devices: {} }
    const general = piece(output, 'general')
    const devices = piece(output, 'devices')
    // nmcli(1): 8 means that NetworkManager is not running.
    if (general.rc === 8 || devices.rc === 8) return { installed: true, running: false, version: null, devices: {} }
    if (general.rc !== 0 || devices.rc !== 0) {
      throw new FactUnreadable(`nmcli failed: ${firstLine(general.text) || firstLine(devices.text)}`)
    }
    return {
      installed: true,
      running: true,
      version: /\d+(?:\.\d+)+/.exec(general.text)?.[0] ?? null,
      devices: Object.fromEntries(
        lines(devices.text).flatMap((line) => {
          const [device, type, state, uuid] = nmcliColumns(line)
          if (device === undefined || type === undefined || state === undefined) return []
          const managed = state !== 'unmanaged' && !state.endsWith('(externally)')
          return [[device, { device, type, state, managed, profileUuid: uuid || null }]]
        }),
      ),
    }
  },
})
