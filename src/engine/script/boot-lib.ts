/**
 * What takes a guarded run back where the host is restarted in it: a unit of systemd's on the disk, from before the first
 * step until the commit is over, puts every file back at the next boot before anything reads it. The commit comes to be by
 * one step: another program takes the place of the unit's, which at a boot only removes what the run no longer needs.
 */
import { shellQuote } from '../../text/shell.ts'
import { copyOf } from './file-lib.ts'

/**
 * Shell functions; expect $RUN and $R. `boot_done FOLDER` makes final the run whose lock that is, `final FOLDER` says whether
 * it is, `boot_off FOLDER` calls the unit off. `back PATH QUOTED COPY QUOTED` prints
 * the lines that put a file back, as it is now: a link, a copy, or nothing, then without the folders that there are not.
 */
export const BOOT_LIB = `boot_done() {
{ read -r g <"$1/boot"; } 2>/dev/null || return 0
mv -fT "$g.done" "$g.sh" && { sync "\${g%/*}" 2>/dev/null || :; }
}
final() {
o=; { read -r o <"$R/outcome"; } 2>/dev/null
[ "$o" != done ] || return 0
{ read -r g <"$1/boot"; } 2>/dev/null && [ -e "$g.sh" ] && [ ! -e "$g.done" ]
}
boot_off() {
{ read -r g <"$1/boot"; } 2>/dev/null || return 0
rm -f "\${g%/*}/sysinit.target.wants/\${g##*/}.service" && { sync "\${g%/*}/sysinit.target.wants" 2>/dev/null || :; }
rm -f "$g.service" "$g.done" "$g.sh"
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
 * be left. `id`: the run's; `emptied`: folders that go with the copies.
 */
export function armBoot({
  id,
  copies,
  emptied,
}: {
  id: string
  copies: readonly string[]
  emptied: readonly string[]
}) {
  const lasting = copies.filter((path) => !path.startsWith('/run/'))
  if (lasting.length === 0) return ':'
  const backs = lasting.map((path) => {
    const copy = copyOf(path, id)
    return `back ${[path, shellQuote(path), copy, shellQuote(copy)].map(shellQuote).join(' ')} || exit 1\n`
  })
  const names = lasting.map((path) => shellQuote(copyOf(path, id))).join(' ')
  const drops = [`rm -f ${names}`, ...emptied.map((path) => `rmdir ${shellQuote(path)} 2>/dev/null`)]
  return `if [ -d /run/systemd/system ] && [ "$(id -u)" -eq 0 ]; then
g=/etc/systemd/system/mptcp-fleet-undo-$RUN
last() { printf '%s\\n' "rm -f /etc/systemd/system/sysinit.target.wants/\${g##*/}.service $g.service" "systemctl daemon-reload" "rm -f $g.done $g.sh"; }
echo "$g" >"$B/armed-$RUN/boot" &&
( printf '%s\\n' ${drops.map(shellQuote).join(' ')} && last ) >"$g.done" &&
(
${backs.join('')}last
) >"$g.sh" &&
printf '%s\\n' '[Unit]' "Description=Takes back run $RUN of mptcp-fleet, in which this host was restarted" DefaultDependencies=no After=local-fs.target 'Before=sysinit.target systemd-sysctl.service' "ConditionPathExists=!$R" "ConditionPathExists=$g.sh" '[Service]' Type=oneshot "ExecStart=/bin/sh $g.sh" >"$g.service" && chmod 644 "$g.service" &&
mkdir -p "\${g%/*}/sysinit.target.wants" && { sync "$g.done" "$g.sh" "$g.service" "\${g%/*}" 2>/dev/null || :; } &&
ln -s "$g.service" "\${g%/*}/sysinit.target.wants/" && { sync "\${g%/*}/sysinit.target.wants" 2>/dev/null || :; } ||
{ echo "$g.service, which would take the changes back after a restart, cannot be written" >&2; exit 1; }
fi
`
}
