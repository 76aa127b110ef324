/**
 * Shell functions of the guard: a timer on the host that runs the undo script unless it is disarmed. systemd's where it
 * runs, else a detached process; both outlive the session and the controller.
 */

/** `arm PHASE SECONDS`; expects the lock, which holds the undo script. `disarm` stops the timers of both phases. */
export const GUARD_LIB = `arm() {
if [ -d /run/systemd/system ] && systemd-run --quiet --collect --unit="mptcp-fleet-guard-$RUN-$1" --on-active="$2" --timer-property=AccuracySec=100ms --description="Takes back run $RUN of mptcp-fleet unless it is confirmed" /bin/sh "$B/armed-$RUN/undo"; then return 0; fi
setsid sh -c 'sleep "$1"; exec sh "$2"' mptcp-fleet-guard "$2" "$B/armed-$RUN/undo" </dev/null >/dev/null 2>&1 &
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
