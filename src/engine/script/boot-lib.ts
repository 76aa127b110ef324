/**
 * What takes a guarded run back where the host is restarted in it: a unit of systemd's on the disk, from before the first
 * step until the commit is over, puts every file back at the next boot before anything reads it. So the commit comes to
 * be by one step, the removal of the link that has the unit run.
 */
import { shellQuote } from '../../text/shell.ts'
import { copyOf } from './file-lib.ts'

/**
 * Shell functions; expect $RUN. `boot_off FOLDER` calls off what is noted in that lock. `back PATH QUOTED COPY QUOTED` prints
 * the lines that put a file back, as it is now: a link, a copy, or nothing, then without the folders that there are not.
 */
export const BOOT_LIB = `boot_off() {
{ read -r g <"$1/boot"; } 2>/dev/null || return 0
rm -f "\${g%/*}/sysinit.target.wants/\${g##*/}.service" && { sync "\${g%/*}/sysinit.target.wants" 2>/dev/null || :; }
rm -f "$g.service" "$g.sh"
# Where the run has had systemd read its files, it would go on wanting the unit.
[ "$(systemctl show -p LoadState --value "\${g##*/}.service" 2>/dev/null)" != loaded ] || systemctl daemon-reload
}
plain() { case $1 in *[!A-Za-z0-9@%_.:/+-]*) return 1;; esac; }
back() {
if [ -L "$1" ]; then
t=$(readlink "$1"); plain "$t" || { echo "$1 is a link to $t: refused" >&2; return 1; }
printf '%s\\n' "ln -sfnT $t $2"
elif [ -e "$3" ]; then printf '%s\\n' "if [ -e $4 ]; then mv -fT $4 $2; fi"
elif [ ! -e "$1" ]; then
printf '%s\\n' "rm -f $2"; d=\${1%/*}
while [ -n "$d" ] && [ ! -e "$d" ] && plain "$d"; do printf '%s\\n' "rmdir $d 2>/dev/null"; d=\${d%/*}; done
fi
printf '%s\\n' "rm -f $4.new"
}
`

/**
 * Shell text that leaves the unit, for files whose copies are made; nothing where systemd does not run. Status 1: it cannot
 * be left. `id`: the run's.
 */
export function armBoot(id: string, copies: readonly string[]): string {
  const lasting = copies.filter((path) => !path.startsWith('/run/'))
  if (lasting.length === 0) return ':'
  const backs = lasting.map((path) => {
    const copy = copyOf(path, id)
    return `back ${[path, shellQuote(path), copy, shellQuote(copy)].map(shellQuote).join(' ')} || exit 1\n`
  })
  return `if [ -d /run/systemd/system ] && [ "$(id -u)" -eq 0 ]; then
g=/etc/systemd/system/mptcp-fleet-undo-$RUN
echo "$g" >"$B/armed-$RUN/boot" &&
(
${backs.join('')}printf '%s\\n' "rm -f /etc/systemd/system/sysinit.target.wants/\${g##*/}.service $g.service" "systemctl daemon-reload" "rm -f $g.sh"
) >"$g.sh" &&
printf '%s\\n' '[Unit]' "Description=Takes back run $RUN of mptcp-fleet, in which this host was restarted" DefaultDependencies=no After=local-fs.target 'Before=sysinit.target systemd-sysctl.service' "ConditionPathExists=!$R" "ConditionPathExists=$g.sh" '[Service]' Type=oneshot "ExecStart=/bin/sh $g.sh" >"$g.service" && chmod 644 "$g.service" &&
mkdir -p "\${g%/*}/sysinit.target.wants" && { sync "$g.sh" "$g.service" "\${g%/*}" 2>/dev/null || :; } &&
ln -s "$g.service" "\${g%/*}/sysinit.target.wants/" && { sync "\${g%/*}/sysinit.target.wants" 2>/dev/null || :; } ||
{ echo "$g.service, which would take the changes back after a restart, cannot be written" >&2; exit 1; }
fi
`
}
