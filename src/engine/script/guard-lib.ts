/**
 * Shell functions of the guard: what runs the undo script on the host unless the changes are confirmed. systemd's where it
 * runs, else detached processes; both outlive the session and the controller.
 */

/**
 * All expect the lock, which holds the undo script. `arm_timer SECONDS` undoes after that time; one that nothing could call
 * off is ended at once. `disarm FOLDER` calls it off, the lock being that folder by now. `leads PID` waits until a new process
 * has the group of its own by which it is ended. `arm_watch LOCK UNDO SECONDS` watches this script: where it is killed, or
 * takes longer than that, while it holds the lock as `LOCK-RUN`, the script UNDO undoes. A watch ends by itself.
 */
export const GUARD_LIB = `arm_timer() {
by_systemd "guard-$RUN" --on-active="$1" --timer-property=AccuracySec=100ms /bin/sh "$B/armed-$RUN/undo" && return 0
setsid sh -c 'sleep "$1"; exec sh "$2"' mptcp-fleet-guard "$1" "$B/armed-$RUN/undo" </dev/null >/dev/null 2>&1 &
g=$!
echo "$g" >>"$B/armed-$RUN/timers" && leads "$g" && return 0
kill -s TERM -- "-$g" || kill -s TERM "$g"
return 1
}
leads() {
n=0
until kill -s 0 -- "-$1" 2>/dev/null; do
[ $n -lt 20 ] && kill -0 "$1" || return 1
n=$((n+1)); sleep 0.1 2>/dev/null || sleep 1
done
}
arm_watch() {
b=$(born $$) || return 1
set -- "$2" watch "$1" "$3" $$ "$b"
by_systemd "watch-$RUN-$3" /bin/sh "$@" && return 0
setsid sh "$@" </dev/null >/dev/null 2>&1 &
kill -0 "$!"
}
by_systemd() {
[ -d /run/systemd/system ] || return 1
n=mptcp-fleet-$1; shift
systemd-run --quiet --collect --unit="$n" --description="Takes back run $RUN of mptcp-fleet unless it is confirmed" "$@"
}
disarm() {
[ -d /run/systemd/system ] && systemctl stop "mptcp-fleet-guard-$RUN.timer" >/dev/null 2>&1
if [ -f "$1/timers" ]; then while read -r g; do [ "$g" = $$ ] || kill -s TERM -- "-$g"; done <"$1/timers"; fi 2>/dev/null
:
}
`
