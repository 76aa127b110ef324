/**
 * Shell functions with which scripts keep apart what runs on a host: the folder below /run, the lock in it, and who holds
 * it. The lock of run RUN is the folder `armed-RUN`; whoever commits or undoes takes it by one rename, so exactly one wins.
 */

/** Seconds that a lock is believed to be held beyond the guard time that it names. */
export const LOCK_GRACE = 5

/**
 * Expects $RUN and $OWNER. Status 9 of `lock`: another run is at work, named on stderr.
 * `held F`: whether the process that made F lives, or its guard time runs. Times are seconds of /proc/uptime.
 */
export const HOST_LIB = `case $(id -u) in
0) B=/run/mptcp-fleet;;
*) B=/run/user/$(id -u); [ -d "$B" ] || B=/tmp; B=$B/mptcp-fleet-$(id -u);;
esac
R=$B/$RUN
base() {
mkdir -m 0700 "$B" 2>/dev/null
if [ -L "$B" ] || [ "$(stat -c '%u %a %F' "$B" 2>/dev/null)" != "$(id -u) 700 directory" ]; then
echo "$B cannot be made, or is not a folder of this user alone (mode 0700, no symbolic link)" >&2; return 1
fi
mkdir -m 0700 "$R" 2>/dev/null && return 0
echo "$R cannot be made: $B is full or read-only, or a run of this name was here" >&2; return 1
}
up() { read -r u0 u1 </proc/uptime; echo "\${u0%%.*}"; }
born() {
{ IFS= read -r b0 <"/proc/$1/stat"; } 2>/dev/null || return 1
set -- \${b0##*) }; echo "\${20}"
}
sign() { printf '%s %s\\n' $$ "$(born $$)" >"$1/pid"; }
works() { { read -r h0 h1 <"$1/pid"; } 2>/dev/null && [ "$(born "$h0")" = "$h1" ]; }
held() {
works "$1" && return 0
{ read -r h2 <"$1/until"; } 2>/dev/null && [ "$(up)" -lt "$h2" ]
}
lock() {
n=$B/new-$RUN
mkdir -m 0700 "$n" && printf '%s\\n' "$RUN" >"$n/run" && printf '%s\\n' "$OWNER" >"$n/owner" && up >"$n/start" && sign "$n" &&
mv -T "$n" "$B/armed-$RUN" || { rm -rf "$n" "$R"; echo "cannot write below $B" >&2; return 1; }
for o in "$B"/armed-* "$B"/commit-* "$B"/undo-*; do
if [ -d "$o" ] && [ "$o" != "$B/armed-$RUN" ] && held "$o"; then
if works "$o"; then t="is at work on this host, since $(($(up) - $(cat "$o/start"))) s"; else t="waits to be confirmed, $((h2 - $(up))) s more"; fi
printf '%s\\n' "run $(cat "$o/run") of $(cat "$o/owner") $t" >&2
rm -rf "$B/armed-$RUN" "$R"; return 9
fi
done
for o in "$B"/armed-* "$B"/commit-* "$B"/undo-*; do
if [ -d "$o" ] && [ "$o" != "$B/armed-$RUN" ]; then breaks "$o"; fi
done
return 0
}
breaks() {
k=\${1##*/}; k=\${k#*-}; a=$B/armed-$k
[ "$1" = "$a" ] || mv -T "$1" "$a" 2>/dev/null || return 0
w="run $(cat "$a/run") of $(cat "$a/owner") ended here without a word; what it did"
if [ -f "$a/undo" ]; then sh "$a/undo" </dev/null; else rm -rf "$a"; fi
h3=; { read -r h3 <"$B/$k/outcome"; } 2>/dev/null
[ "$h3" = done ] && printf '%s\\n' "$w is final" || printf '%s\\n' "$w was undone first"
}
release() { mv -T "$B/armed-$RUN" "$B/commit-$RUN" && rm -rf "$B/commit-$RUN"; }
outcome() { printf '%s\\n' "$1" >"$R/outcome.new" && mv -fT "$R/outcome.new" "$R/outcome"; }
forget() { rm -rf "$R"; rmdir "$B" 2>/dev/null; :; }
`
