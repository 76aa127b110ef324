import { FactUnreadable } from '../model/fact.ts'
import { unitEnvironment, unitSetting } from '../mptcp/unit-environment.ts'
import { shellQuote } from '../text/shell.ts'
import type { DocumentedFact } from './define.ts'
import { defineFact } from './define.ts'
import { DROP_IN, parseStates, runtimePath, STATES_FUNCTION, UNIT_FOLDER } from './mptcp_dropins.ts'
import type { FileBlock } from './read/file-block.ts'
import { BLOCK_FUNCTION, blockCall, parseBlock, parseBlocks } from './read/file-block.ts'
import { firstLine } from './read/output.ts'

/** The variables by which a program is made to use MPTCP. */
const VARIABLES = ['LD_PRELOAD', 'GODEBUG'] as const
type Variable = (typeof VARIABLES)[number]
export type Environment = Record<Variable, string | null>

/** A unit as far as it matters for having it use MPTCP. Key of the fact: `service/UNIT`. */
export interface Service {
  /** Version of the running systemd; null where it does not run. */
  systemd: number | null
  /** The unit's own name where it was asked for by another one. */
  id: string
  /** LoadState: loaded, not-found, masked, error, … */
  load: string
  active: string
  needDaemonReload: boolean
  /** What the unit's files say, without this tool's drop-in. */
  own: Environment & { SocketProtocol: string | null }
  /** Files of EnvironmentFile=, which wins over Environment=, by the variable that they set. */
  overriddenBy: Partial<Record<Variable, string>>
  /** This tool's drop-in; null where absent. */
  dropIn: FileBlock | null
  /** What is in force in its place until the next boot; null where it is itself. */
  runtime: FileBlock | null
  /** Its folder exists. */
  folder: boolean
  /** What the main process was started with; null where none runs. */
  process: (Environment & { /** It has loaded libmptcpwrap. */ mapped: boolean }) | null
  /** TCP ports that a socket unit listens on. */
  ports: number[]
  /** The services that a socket starts, with their ActiveState. */
  triggers: Record<string, string>
  /** The main process; null where none runs. */
  mainPid: number | null
}

/** Path of this tool's drop-in for a unit. */
export function dropInPath(unit: string): string {
  return `${UNIT_FOLDER}/${unit}.d/${DROP_IN}`
}

const SHOWN = 'Id,LoadState,NeedDaemonReload'
const ASSIGNS = VARIABLES.join('|')

/** The fact of one unit, by its name with ending. */
export function serviceFact(name: string): DocumentedFact<Service> {
  const unit = shellQuote(name)
  const [own, runtime] = [dropInPath(name), runtimePath(name)]
  return defineFact<Service>({
    key: `service/${name}`,
    summary: `Whether ${name} uses MPTCP, by its files and by its main process.`,
    chained: true,
    probe: `command -v systemctl >/dev/null && [ -d /run/systemd/system ] || { echo offline; exit 0; }
${BLOCK_FUNCTION}
${STATES_FUNCTION}
v() { systemctl show -p "$1" --value -- ${unit}; }
systemctl --version | head -n 1
systemctl show -p ${SHOWN} -- ${unit}
states ${unit}
[ -d ${shellQuote(`${UNIT_FOLDER}/${name}.d`)} ] && echo folder
p=$(v MainPID)
if [ "\${p:-0}" -gt 0 ] && [ -e "/proc/$p" ]; then
if [ -r "/proc/$p/environ" ]; then echo "process $p"; else echo hidden; fi
tr '\\0' '\\n' <"/proc/$p/environ" | grep -E '^(${ASSIGNS})=' | sed 's/^/environ /'
grep -q libmptcpwrap "/proc/$p/maps" && echo mapped
fi
v EnvironmentFiles | sed 's/ (ignore_errors=.*//' | while IFS= read -r f; do
[ -r "$f" ] && grep -oE '^[[:space:]]*(${ASSIGNS})=' "$f" | while IFS='= ' read -r n _; do echo "envfile $n $f"; done
done
for f in $(v FragmentPath) $(v DropInPaths); do
case $f in ${shellQuote(own)}|${shellQuote(runtime)}) ;; *) echo "source $f"; block "$f";; esac
done
echo 'source own'
${blockCall(own)}
${blockCall(runtime)}`,
    parse: ({ stdout, stderr }) => {
      if (stdout.trim() === 'offline') return OFFLINE
      const [head = '', ...blocks] = stdout.split(/^source .*\n/m)
      const version = /^systemd (\d{1,6})\b/m.exec(head)?.[1]
      const load = /^LoadState=(\S+)$/m.exec(head)?.[1]
      if (version === undefined || load === undefined || blocks.length === 0) {
        throw new FactUnreadable(`systemctl did not show ${name}: ${firstLine(stderr) || 'it said nothing'}`)
      }
      if (/^hidden$/m.test(head)) throw new FactUnreadable(`reading the process of ${name} needs root`, 'use --become')
      const [dropIn = null, runtimeDropIn = null] = parseBlocks(blocks.pop()!, [own, runtime])
      const files = blocks.map((block) => parseBlock(block, name)?.content ?? '')
      const environment = unitEnvironment(files)
      const sets = [...head.matchAll(/^envfile (\S+) (.+)$/gm)].map(([, variable = '', file = '']) => [variable, file])
      return {
        systemd: Number(version),
        id: /^Id=(\S+)$/m.exec(head)?.[1] ?? name,
        load,
        ...parseStates(head),
        needDaemonReload: /^NeedDaemonReload=yes$/m.test(head),
        own: {
          LD_PRELOAD: environment['LD_PRELOAD'] ?? null,
          GODEBUG: environment['GODEBUG'] ?? null,
          SocketProtocol: unitSetting(files, 'Socket', 'SocketProtocol'),
        },
        overriddenBy: Object.fromEntries(sets) as Service['overriddenBy'],
        dropIn,
        runtime: runtimeDropIn,
        folder: /^folder$/m.test(head),
        process: parseProcess(head),
      }
    },
    example: `systemd 257 (257.13-1~deb13u1)
Id=nginx.service
LoadState=loaded
NeedDaemonReload=no
ActiveState=active
MainPID=661
folder
process 661
environ LD_PRELOAD=/usr/lib/x86_64-linux-gnu/mptcpize/libmptcpwrap.so.0
mapped
source /etc/systemd/system/nginx.service
@file 644 root root 0 0 139
W1VuaXRdCkRlc2NyaXB0aW9uPUEgc3RhbmQtaW4KW1NlcnZpY2VdCkV4ZWNTdGFydD0vdXNyL2Jp
bi9weXRob24zIC1tIGh0dHAuc2VydmVyIDgwIC0tZGlyZWN0b3J5IC9zcnYKW0luc3RhbGxdCldh
bnRlZEJ5PW11bHRpLXVzZXIudGFyZ2V0Cg==
.
source own
@file 644 root root 0 0 144
IyBXcml0dGVuIGJ5IG1wdGNwLWZsZWV0OiB0aGlzIHVuaXQgdXNlcyBNdWx0aXBhdGggVENQLgpb
U2VydmljZV0KRW52aXJvbm1lbnQ9IkxEX1BSRUxPQUQ9L3Vzci9saWIveDg2XzY0LWxpbnV4LWdu
dS9tcHRjcGl6ZS9saWJtcHRjcHdyYXAuc28uMCIK
.
@absent
`,
    // A process that does the same under another number is the same here.
    steady: (service) => ({ ...service, mainPid: null }),
  })
}

const OFFLINE: Service = {
  systemd: null,
  id: '',
  load: 'unknown',
  active: 'unknown',
  needDaemonReload: false,
  own: { LD_PRELOAD: null, GODEBUG: null, SocketProtocol: null },
  overriddenBy: {},
  dropIn: null,
  runtime: null,
  folder: false,
  process: null,
  ports: [],
  triggers: {},
  mainPid: null,
}

function parseProcess(text: string): Service['process'] {
  if (!/^process \d+$/m.test(text)) return null
  const value = (name: Variable): string | null => new RegExp(`^environ ${name}=(.*)$`, 'm').exec(text)?.[1] ?? null
  return { LD_PRELOAD: value('LD_PRELOAD'), GODEBUG: value('GODEBUG'), mapped: /^mapped$/m.test(text) }
}
