import { FactUnreadable } from '../model/fact.ts'
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

/** NetworkManager's daemon and its devices by name. */
export interface Nm {
  /** Installed (nmcli is there). */
  installed: boolean
  running: boolean
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
${endPiece('devices')}`,
  parse: (output) => {
    if (output.stdout.trim() === '') return { installed: false, running: false, version: null, devices: {} }
    const answer = piece(output, 'devices')
    if (nmIsAway(answer)) return { installed: true, running: false, version: null, devices: {} }
    const { text, rc } = answer
    if (rc !== 0) throw new FactUnreadable(`nmcli failed: ${firstLine(text.replace(VERSION, ''))}`)
    return {
      installed: true,
      running: true,
      version: (OTHER_VERSION.exec(text) ?? VERSION.exec(text))?.[1] ?? null,
      devices: Object.fromEntries(
        lines(text).flatMap((line) => {
          const [device, type, state, uuid] = nmcliColumns(line)
          if (device === undefined || type === undefined || state === undefined) return []
          const managed = state !== 'unmanaged' && !state.endsWith('(externally)')
          return [[device, { device, type, state, managed, profileUuid: uuid || null }]]
        }),
      ),
    }
  },
})
