/**
 * Shell functions of the guard: a timer on the host that runs the undo script unless it is disarmed. systemd's where it
 * runs, else a detached process; both outlive the session and the controller.
 */

/**
 * `arm 1 SECONDS` watches the script that makes the changes, and undoes them where it ends without a word; `arm 2 SECONDS`
 * undoes them after that time. Both expect the lock, which holds the undo script. `disarm` calls it off; a watch ends by
 * itself.
 */
export const GUARD_LIB = `arm() {
u=$B/armed-$RUN/undo
n=mptcp-fleet-guard-$RUN-$1
sd() { [ -d /run/systemd/system ] && systemd-run --quiet --collect --unit="$n" --description="Takes back run $RUN of mptcp-fleet unless it is confirmed" "$@"; }
case $1 in
1) sd /bin/sh "$u" watch "$2" && return 0; set -- "$2" 'exec sh "$2" watch "$1"';;
*) sd --on-active="$2" --timer-property=AccuracySec=100ms /bin/sh "$u" && return 0; set -- "$2" 'sleep "$1"; exec sh "$2"';;
esac
setsid sh -c "$2" mptcp-fleet-guard "$1" "$u" </dev/null >/dev/null 2>&1 &
echo "$!" >>"$B/armed-$RUN/watch" && kill -0 "$!"
}
disarm() {
for g in 1 2; do
[ -d /run/systemd/system ] && systemctl stop "mptcp-fleet-guard-$RUN-$g.timer"
done >/dev/null 2>&1
if [ -f "$1/watch" ]; then while read -r g; do [ "$g" = $$ ] || kill -s TERM -- "-$g"; done <"$1/watch"; fi 2>/dev/null
:
}
`
