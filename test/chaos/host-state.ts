/** Reads a host by shell commands of its own, not through SSH; and sets it to a known state. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../../src/lab/lab.ts'
import { renderRestoreScript, renderRestoreUnit } from '../../src/mptcp/restore-script.ts'
import { shellQuote } from '../../src/text/shell.ts'
import { MADE, oldState } from './wishes.ts'
import type { HostState, Wish } from './wishes.ts'

const CONF = '/etc/sysctl.d/90-mptcp.conf'
const RESTORE = '/usr/local/libexec/mptcp-fleet/restore'
const UNIT = '/etc/systemd/system/mptcp-fleet.service'

/** One line for each name of HostState. */
const READ = `
p() { printf '%s\\t%s\\n' "$1" "$2"; }
lines() { sort | paste -sd';' -; }
file() { if [ -e "$1" ]; then echo "$(stat -c '%a %U' "$1") $(shift; "$@")"; else echo absent; fi; }
present() { if "$@" >/dev/null 2>&1; then echo present; else echo absent; fi; }
conf() { grep -v '^#' ${CONF} | lines; }
restore() { sed -n "/<<'ITEMS'$/,/^ITEMS$/p" ${RESTORE} | grep -E '^(limits|endpoint)' | lines; }
for n in enabled add_addr_timeout; do p "net.mptcp.$n" "$(sysctl -n "net.mptcp.$n")"; done
p limits "$(ip mptcp limits | xargs)"
p endpoints "$(ip mptcp endpoint | sed 's/ id [0-9]*//' | xargs -L1 | lines)"
p addresses "$(ip -4 -o addr show dev eth0 | awk '{ print $4 }' | sort -V | xargs)"
p profile "$(nmcli -g ipv4.addresses connection show eth0 | tr -d ,)"
p table "$(present nft list table inet chaos)"
p flag "$(present test -e /run/chaos.flag)"
p conf "$(file ${CONF} conf)"
p restore "$(file ${RESTORE} restore)"
p unit "$([ -e ${UNIT} ] && systemctl is-enabled mptcp-fleet.service || echo absent)"
`

/** Throws where the host cannot be read at all. */
export async function readState(lab: Lab, host: string): Promise<HostState> {
  const { rc, stdout, stderr } = await lab.exec(host, READ, { timeoutMs: 20_000 })
  const state = Object.fromEntries(stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')])))
  if (rc !== 0 || state['unit'] === undefined) throw new Error(`${host} cannot be read: ${stdout}${stderr}`)
  return state
}

/** Names in which two states differ, with both values. */
export function differences(is: HostState, expected: HostState): string[] {
  return Object.keys(expected)
    .filter((name) => is[name] !== expected[name])
    .map((name) => `${name} is ${is[name]}, not ${expected[name]}`)
}

/** Locks: all but those of a script that was killed before it could begin anything, which the next run removes. */
const LOCKS = `cd /run/mptcp-fleet 2>/dev/null && for lock in *-20*Z-*; do
case $lock in armed-*) [ -e "$lock/undo" ] && echo "$lock";; new-*|'*-20*Z-*') ;; *) echo "$lock";; esac
done`

/** Locks, timers, processes, copies and temporaries of runs: what must not be there once a host is settled. */
const LEFT = `
${LOCKS}
systemctl list-units --all --plain --no-legend 'mptcp-fleet-*'
pgrep -af 'mptcp-fleet-[g]uard|/run/mptcp-[f]leet/'
find / -xdev -name '.*.20*Z-*' 2>/dev/null
find / -xdev -path '*mptcp*' -name '*.new' 2>/dev/null
find /etc/systemd/system -name 'mptcp-fleet-*'
:`

/** Waits a moment for what ends by itself. */
export async function leftovers(lab: Lab, host: string): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const { stdout } = await lab.exec(host, LEFT, { timeoutMs: 20_000 })
    if (stdout === '' || tries === 5) return stdout.split('\n').filter((line) => line !== '')
    await sleep(500)
  }
}

/** Whether a script of a run is at work on the host, or may yet be. */
export async function isLocked(lab: Lab, host: string): Promise<boolean> {
  const { stdout } = await lab.exec(host, LOCKS, { timeoutMs: 20_000 })
  return stdout !== ''
}

/** Brings the host to the state before, whatever it is in. */
export async function reset(lab: Lab, host: string, index: number, before: Wish['before']): Promise<void> {
  const old = oldState(before, index)
  const script = renderRestoreScript({
    limits: { subflows: MADE.subflows, addAddrAccepted: MADE.accepted },
    endpoints: {},
  })
  const made = `
umask 022; mkdir -p ${RESTORE.replace(/\/[^/]*$/, '')}
printf '# by hand\\nnet.mptcp.add_addr_timeout = ${MADE.timeout}\\n' >${CONF}; chmod 640 ${CONF}
cat >${RESTORE}; chmod 755 ${RESTORE}
printf %s ${shellQuote(renderRestoreUnit())} >${UNIT}
systemctl enable -q mptcp-fleet.service`
  const text = `
nft destroy table inet chaos; rm -f /run/chaos.flag
rm -rf /run/mptcp-fleet; find / -xdev -name '.*.20*Z-*' -delete; find /etc/systemd/system -name 'mptcp-fleet-*' -delete
systemctl disable -q --now mptcp-fleet.service 2>/dev/null
rm -rf ${CONF} ${RESTORE.replace(/\/[^/]*$/, '')} ${UNIT}
sysctl -qw net.mptcp.enabled=0 net.mptcp.add_addr_timeout=${old['net.mptcp.add_addr_timeout']}
ip mptcp endpoint flush; ip mptcp limits set ${old['limits']}
${before === 'made' ? made : ':'}
systemctl daemon-reload
if [ "$(nmcli -g ipv4.addresses connection show eth0)" != ${old['profile']} ] || [ "$(ip -4 -o addr show dev eth0 | wc -l)" != 1 ]; then
nmcli connection modify eth0 ipv4.addresses ${old['profile']} && nmcli connection up eth0 >/dev/null
fi`
  const { rc, stderr } = await lab.exec(host, text, { input: script, timeoutMs: 60_000 })
  const wrong = differences(await readState(lab, host), old)
  if (rc !== 0 || wrong.length > 0) throw new Error(`${host} cannot be reset: ${wrong.join('; ')} ${stderr}`)
}
