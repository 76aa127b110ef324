import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import type { FileBlock } from './read/file-block.ts'
import { BLOCK_FUNCTION, parseBlocks } from './read/file-block.ts'

/** A drop-in of this tool, which makes a unit use MPTCP. */
export interface MptcpDropIn {
  /** Absolute path of the drop-in. */
  path: string
  file: FileBlock
  /** What is in force in its place until the next boot; null where it is itself. */
  runtime: FileBlock | null
  /** ActiveState of the unit; `unknown` where systemd does not run. */
  active: string
  /** The services that a socket starts, with their ActiveState. */
  triggers: Record<string, string>
  /** TCP ports that a socket unit listens on. */
  ports: number[]
  /** The main process; null where none runs. */
  mainPid: number | null
}

/** By name of the unit. Key of the fact: `mptcp_dropins`. */
export type MptcpDropIns = Record<string, MptcpDropIn>

/** Base name of such drop-ins, on every host. */
export const DROP_IN = '50-mptcp.conf'

/** Where drop-ins of administrators lie. */
export const UNIT_FOLDER = '/etc/systemd/system'

/** Where drop-ins stand before those of UNIT_FOLDER until the next boot: one of the same name hides the other. */
const RUNTIME_FOLDER = '/run/systemd/system.control'

/** Shell function that prints the state of a unit, and of the services that it starts. */
export const STATES_FUNCTION = `states() {
[ -d /run/systemd/system ] || return 0
systemctl show -p ActiveState,MainPID,Listen -- "$1"
for t in $(systemctl show -P Triggers -- "$1"); do printf 'trigger %s %s\\n' "$t" "$(systemctl show -P ActiveState -- "$t")"; done
}`

export const mptcpDropIns = defineFact<MptcpDropIns>({
  key: 'mptcp_dropins',
  summary: 'Units that a drop-in of this tool makes use MPTCP.',
  probe: `${BLOCK_FUNCTION}
${STATES_FUNCTION}
for f in ${UNIT_FOLDER}/*.d/${DROP_IN}; do
[ -e "$f" ] || [ -L "$f" ] || continue
u=\${f%.d/${DROP_IN}}; u=\${u##*/}
printf 'unit %s\\n' "$u"; states "$u"; block "$f"; block "${RUNTIME_FOLDER}/$u.d/${DROP_IN}"
done`,
  parse: ({ stdout }) => {
    const found: MptcpDropIns = namedRecord([])
    for (const text of stdout.split(/^(?=unit )/m)) {
      const unit = /^unit (\S+)$/m.exec(text)?.[1]
      const at = text.search(/^@/m)
      if (unit === undefined || at < 0) continue
      const path = `${UNIT_FOLDER}/${unit}.d/${DROP_IN}`
      const [file = null, runtime = null] = parseBlocks(text.slice(at), [path, runtimePath(unit)])
      if (file !== null) found[unit] = { path, file, runtime, ...parseStates(text.slice(0, at)) }
    }
    return found
  },
  example: `unit nginx.service
ActiveState=active
MainPID=661
@file 644 root root 0 0 144
IyBXcml0dGVuIGJ5IG1wdGNwLWZsZWV0OiB0aGlzIHVuaXQgdXNlcyBNdWx0aXBhdGggVENQLgpb
U2VydmljZV0KRW52aXJvbm1lbnQ9IkxEX1BSRUxPQUQ9L3Vzci9saWIveDg2XzY0LWxpbnV4LWdu
dS9tcHRjcGl6ZS9saWJtcHRjcHdyYXAuc28uMCIK
.
@absent
`,
  // Processes come and go.
  steady: (dropIns) =>
    namedRecord(Object.entries(dropIns).map(([unit, one]) => [unit, { ...one, mainPid: null }] as const)),
})

/** Path of what is in force in place of a unit's drop-in until the next boot. */
export function runtimePath(unit: string): string {
  return `${RUNTIME_FOLDER}/${unit}.d/${DROP_IN}`
}

/** What STATES_FUNCTION printed. */
export function parseStates(text: string): Pick<MptcpDropIn, 'active' | 'triggers' | 'ports' | 'mainPid'> {
  const pairs = [...text.matchAll(/^trigger (\S+) (\S+)$/gm)].map(([, unit = '', state = '']) => [unit, state] as const)
  const pid = Number(/^MainPID=(\d{1,10})$/m.exec(text)?.[1] ?? 0)
  return {
    active: /^ActiveState=(\S+)$/m.exec(text)?.[1] ?? 'unknown',
    triggers: namedRecord(pairs),
    ports: [...text.matchAll(/^Listen=.*?:(\d{1,5}) \(Stream\)$/gm)].map(([, port]) => Number(port)),
    mainPid: pid > 0 ? pid : null,
  }
}
