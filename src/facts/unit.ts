import { FactUnreadable } from '../model/fact.ts'
import { shellQuote } from '../text/shell.ts'
import type { DocumentedFact } from './define.ts'
import { defineFact } from './define.ts'
import { firstLine, lines } from './read/output.ts'

/** State of one systemd unit. Key of the fact: `unit/NAME`. */
export interface Unit {
  exists: boolean
  /** As `systemctl is-enabled`: enabled, disabled, static, masked, generated, not-found, … */
  enabled: string
  /** As `systemctl is-active`; `unknown` where systemd does not run. */
  active: string
  dropIns: string[]
  needDaemonReload: boolean
  mainPid: number | null
}

/** The fact of one unit; `name` with its ending, for example `sshd.service`. */
export function unitFact(name: string): DocumentedFact<Unit> {
  const unit = shellQuote(name)
  return defineFact<Unit>({
    key: `unit/${name}`,
    summary: `State of ${name}.`,
    // Where systemd does not run, is-enabled still answers from the files, and drop-ins are listed by the shell.
    steady: (unit) => ({ ...unit, mainPid: null }),
    probe: `command -v systemctl >/dev/null || { echo 'no systemctl'; exit 0; }
if [ -d /run/systemd/system ]; then
systemctl show -p LoadState,UnitFileState,ActiveState,DropInPaths,NeedDaemonReload,MainPID -- ${unit}
else
echo "offline $(systemctl is-enabled -- ${unit} 2>&1)"
for f in /etc/systemd/system/${unit}.d/*.conf /usr/lib/systemd/system/${unit}.d/*.conf; do [ -e "$f" ] && echo "dropin $f"; done
fi`,
    parse: ({ stdout, stderr }) => {
      const text = lines(stdout)
      if (text[0] === 'no systemctl') throw new FactUnreadable('systemd is not installed', `${name} needs it`)
      if (text[0]?.startsWith('offline ') === true) return parseOffline(text)
      const fields = new Map(
        text.map((line): [string, string] => [line.split('=', 1)[0]!, line.replace(/^[^=]*=/, '')]),
      )
      const load = fields.get('LoadState')
      if (load === undefined) {
        throw new FactUnreadable(`systemctl did not show ${name}: ${firstLine(stderr) || 'it said nothing'}`)
      }
      const exists = load !== 'not-found'
      const pid = Number(/^\d{1,10}$/.exec(fields.get('MainPID') ?? '')?.[0] ?? 0)
      return {
        exists,
        enabled: exists ? fields.get('UnitFileState') || 'unknown' : 'not-found',
        active: fields.get('ActiveState') || 'unknown',
        dropIns: (fields.get('DropInPaths') ?? '').split(/\s+/).filter((path) => path !== ''),
        needDaemonReload: fields.get('NeedDaemonReload') === 'yes',
        mainPid: pid > 0 ? pid : null,
      }
    },
    example: `MainPID=59
LoadState=loaded
ActiveState=active
DropInPaths=/etc/systemd/system/ssh.service.d/50-mptcp.conf
UnitFileState=enabled
NeedDaemonReload=no
`,
  })
}

function parseOffline(text: readonly string[]): Unit {
  const state = text[0]!.slice('offline '.length).trim()
  // Before systemd 254 is-enabled complains on stderr where newer ones print not-found.
  const enabled = /^[a-z-]+$/.test(state) ? state : 'not-found'
  return {
    exists: enabled !== 'not-found',
    enabled,
    active: 'unknown',
    dropIns: text.filter((line) => line.startsWith('dropin ')).map((line) => line.slice('dropin '.length)),
    needDaemonReload: false,
    mainPid: null,
  }
}
