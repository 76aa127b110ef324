import { FactUnreadable } from '../model/fact.ts'
import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { NMCLI_NAMES, nmcliColumns, nmIsAway } from './read/nmcli.ts'
import { endPiece, firstLine, piece } from './read/output.ts'

/**
 * Settings of one NetworkManager profile as `nmcli -t` prints them, with the names nmcli uses:
 * `connection.id`, `connection.uuid`, `connection.interface-name`, `connection.autoconnect`, `connection.mptcp-flags`
 * (a decimal number as text, `0` is default; absent before NetworkManager 1.40), `ipv4.method`, `ipv4.addresses`,
 * `ipv4.gateway`, the same for ipv6. Beside them `filename`, the file that holds them (see isSaved).
 */
export type NmSettings = Record<string, string>

/**
 * By name (by UUID where two have the same name). Path of a change: `eth0/connection.mptcp-flags`. Key of the fact:
 * `nm_profile`. Empty without NetworkManager.
 */
export type NmProfiles = Record<string, NmSettings>

const CONNECTION = ['id', 'uuid', 'interface-name', 'autoconnect'].map((name) => `connection.${name}`)
const IP = ['ipv4', 'ipv6'].flatMap((family) => ['method', 'addresses', 'gateway'].map((name) => `${family}.${name}`))
const OLD = [...CONNECTION, ...IP]
const NEW = [...CONNECTION, 'connection.mptcp-flags', ...IP]

export const nmProfiles = defineFact<NmProfiles>({
  key: 'nm_profile',
  summary: 'Profiles of NetworkManager, with addresses and MPTCP flags.',
  // nmcli refuses a whole list of fields for one it does not know: asked again without those that came later.
  probe: `command -v nmcli >/dev/null || exit 0
${NMCLI_NAMES}
l=$(nmcli -t -f UUID,FILENAME connection show 2>/dev/null) || l=$(nmcli -t -f UUID connection show); r=$?
if [ $r -ne 0 ]; then printf '\\n== profiles %s\\n' $r; exit 0; fi
[ -n "$l" ] || exit 0
printf '%s\\n' "$l"
u=$(printf '%s\\n' "$l" | cut -d : -f 1)
set -f
if o=$(nmcli -t -f ${NEW.join(',')} connection show $u 2>/dev/null); then printf '%s\\n' "$o"
else nmcli -t -f ${OLD.join(',')} connection show $u; fi
${endPiece('profiles')}`,
  parse: (output) => {
    if (output.stdout.trim() === '') return namedRecord([])
    const { text, rc } = piece(output, 'profiles')
    if (nmIsAway({ text: output.stderr, rc })) return namedRecord([])
    if (rc !== 0) throw new FactUnreadable(`nmcli failed: ${firstLine(output.stderr)}`)
    const profiles: NmSettings[] = []
    const files = new Map<string, string>()
    let settings: NmSettings = {}
    for (const line of text.split('\n')) {
      const [uuid, path] = /^[\da-f-]{36}:\//.test(line) ? nmcliColumns(line) : []
      if (uuid !== undefined && path !== undefined) files.set(uuid, path)
      const match = /^((?:connection|ipv[46])\.[a-z\d-]+):(.*)$/.exec(line)
      if (match === null) continue
      const [, name = '', value = ''] = match
      // Every profile starts with its id.
      if (name === 'connection.id') {
        settings = {}
        profiles.push(settings)
      }
      settings[name] = name === 'connection.mptcp-flags' ? decimal(value) : value
      const file = name === 'connection.uuid' ? files.get(value) : undefined
      if (file !== undefined) settings['filename'] = file
    }
    return byName(profiles)
  },
  get: (profiles, path) => {
    const [name = '', ...rest] = path.split('/')
    return rest.length === 0 ? profiles[name] : profiles[name]?.[rest.join('/')]
  },
  set: (profiles, path, value) => {
    const [name = '', ...rest] = path.split('/')
    const copy = { ...profiles }
    if (rest.length === 0) {
      if (value === null) delete copy[name]
      // Of a profile that is there, a change names only the settings that it alters.
      else copy[name] = { ...copy[name], ...(value as NmSettings) }
      return copy
    }
    const settings = { ...copy[name] }
    if (value === null) delete settings[rest.join('/')]
    else settings[rest.join('/')] = value as string
    return { ...copy, [name]: settings }
  },
  example: `96ba3487-e973-8a3e-8ace-82620f8489ae:/etc/NetworkManager/system-connections/eth0.nmconnection
connection.id:eth0
connection.uuid:96ba3487-e973-8a3e-8ace-82620f8489ae
connection.interface-name:eth0
connection.autoconnect:yes
connection.mptcp-flags:0x1e
ipv4.method:manual
ipv4.addresses:192.0.2.20/24
ipv4.gateway:
ipv6.method:link-local
ipv6.addresses:
ipv6.gateway:

== profiles 0
`,
})

/** The profile with this UUID and the name it goes by in the fact, or null. */
export function profileWith(profiles: NmProfiles, uuid: string): { name: string; settings: NmSettings } | null {
  const entry = Object.entries(profiles).find(([, settings]) => settings['connection.uuid'] === uuid)
  return entry === undefined ? null : { name: entry[0], settings: entry[1] }
}

/**
 * Whether NetworkManager finds the profile as it is at the next boot. Below /run it keeps what was made or changed in memory
 * only; netplan makes its profiles there anew at each boot. Where no file is told it is taken for saved.
 */
export function isSaved(settings: NmSettings): boolean {
  const file = settings['filename'] ?? ''
  return !file.startsWith('/run/') || /\/netplan-[^/]*$/.test(file)
}

/** The file on the disk that a profile is read from at boot, as far as it is told: null for one in memory. */
export function fileOf(settings: NmSettings): string | null {
  const file = settings['filename'] ?? ''
  return file === '' || file.startsWith('/run/') ? null : file
}

function byName(profiles: readonly NmSettings[]): NmProfiles {
  const times = new Map<string, number>()
  const nameOf = (settings: NmSettings): string => settings['connection.id'] ?? ''
  for (const settings of profiles) times.set(nameOf(settings), (times.get(nameOf(settings)) ?? 0) + 1)
  const isClear = (name: string): boolean => name !== '' && !name.includes('/') && times.get(name) === 1
  return namedRecord(
    profiles.map((settings) => [
      isClear(nameOf(settings)) ? nameOf(settings) : (settings['connection.uuid'] ?? ''),
      settings,
    ]),
  )
}

/** `0x2a (enabled,…)`, `0 (default)` and `18` all as decimal text. */
function decimal(flags: string): string {
  const number = /^(?:0x[\da-f]{1,8}|\d{1,10})\b/i.exec(flags.trim())?.[0]
  if (number === undefined)
    throw new FactUnreadable(`nmcli printed mptcp-flags that are no number: ${flags.slice(0, 40)}`)
  return String(Number(number))
}
