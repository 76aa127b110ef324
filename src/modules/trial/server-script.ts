/**
 * The server's end of a trial: random bytes in a private folder, served by python3's http.server under mptcpize.
 *
 * What must not outlive the trial belongs to one process group of its own, whose leader (`timeout`) bounds it in time
 * and which ends itself and removes the folder when stdin ends: so it does even where this script was killed. The script
 * ends the group on every exit path of its own, and prints evidence only then: a connection that has stalled may block
 * the printing for ever, never the cleaning up.
 */
import { shellQuote } from '../../text/shell.ts'
import type { RouteQuestion } from './shell-parts.ts'
import { observerFunctions } from './shell-parts.ts'

export interface ServerScriptOptions {
  bytes: number
  /** 0: any free one. */
  port: number
  family: 4 | 6
  /** The group ends itself after so many seconds. */
  timeoutSeconds: number
  /** Whose bytes are counted. */
  devices: readonly string[]
  routes: readonly RouteQuestion[]
}

/** Room that is wanted beside the file, in KiB: logs, and air for other programs. */
const MARGIN_KIB = 4096

/** How long python3 may take until it listens, in tenths of a second. */
const LISTEN_TENTHS = 150

/** Runs in the group of its own with folder, port, address and the folder above to remove; fd 3 is the script's stdin. */
const HOLDER = `trap : TERM INT
mptcpize run python3 -u -m http.server "$2" --bind "$3" --directory "$1/www" </dev/null >"$1/out" 2>"$1/err" 3<&- &
echo "$!" >"$1/pid"
cat <&3 >/dev/null &
wait "$!"
rm -rf -- "$1"
[ -z "$4" ] || rmdir "$4" 2>/dev/null
kill -s KILL 0`

/**
 * The server listens on all addresses: the kernel refuses joins to an announced address on which nothing listens.
 * Prints `READY PORT SHA256`, at the end counters and devices; on failure `@fail CODE TEXT`.
 */
export function serverScript(options: ServerScriptOptions): string {
  const { bytes, port, family, timeoutSeconds, devices, routes } = options
  return `umask 077
cd /
exec 3<&0
bytes=${bytes}
base= made= dir= group=
stop() {
  trap '' TERM INT
  [ -z "$group" ] || kill -s KILL -- "-$group" 2>/dev/null || kill -s KILL "$group" 2>/dev/null
  [ -z "$dir" ] || rm -rf -- "$dir"
  [ -z "$made" ] || rmdir "$base" 2>/dev/null
}
fail() { printf '@fail %s %s\\n' "$1" "$2"; exit 1; }
trap stop EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
${observerFunctions(devices, routes)}
if [ "$(id -u)" = 0 ]; then
  base=/run/mptcp-fleet
  mkdir -m 0700 "$base" 2>/dev/null && made=1 # else it is in use already
else
  base=\${TMPDIR:-/tmp}
fi
dir=$(mktemp -d "$base/trial.XXXXXX") || fail no-folder "no private folder could be made in $base"
need=$(( bytes / 1024 + ${MARGIN_KIB} ))
room=$(df -Pk "$dir" | { read -r _; read -r _ _ _ room _; echo "$room"; })
[ "\${room:-0}" -ge "$need" ] || fail no-space "no space in $base: $room KiB are free, $need KiB are needed for $bytes bytes"
mkdir "$dir/www" && head -c "$bytes" /dev/urandom >"$dir/www/random" || fail no-space "$bytes bytes could not be written in $base"
sum=$(sha256sum <"$dir/www/random")
sum=\${sum%% *}
counters before
routes
timeout -k 5 ${timeoutSeconds} sh -c ${shellQuote(HOLDER)} holder "$dir" ${port} ${family === 4 ? '0.0.0.0' : '::'} "\${made:+$base}" >/dev/null 2>&1 &
group=$!
port= tries=0
while [ -z "$port" ]; do
  [ -d "$dir" ] || fail called-off 'called off before the web server listened'
  port=$(sed -n 's/^Serving HTTP on .* port \\([0-9]*\\) .*/\\1/p' "$dir/out" 2>/dev/null)
  pid=$(cat "$dir/pid" 2>/dev/null)
  if [ -z "$port" ] && [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null; then
    fail web-server "the web server died: $(tail -n 1 "$dir/err" | cut -c 1-500)"
  fi
  [ "$tries" -lt ${LISTEN_TENTHS} ] || fail web-server 'the web server did not listen within ${LISTEN_TENTHS / 10} s'
  tries=$(( tries + 1 ))
  [ -n "$port" ] || sleep 0.1 2>/dev/null || sleep 1
done
case $(ss -HOtnli "sport = :$port") in
  '') kind=unknown ;;
  *tcp-ulp-mptcp*) kind=mptcp ;;
  *) if [ -n "$(ss -HMnl "sport = :$port")" ]; then kind=mptcp; else kind=plain; fi ;;
esac
echo "@listener $kind"
echo "READY $port $sum"
wait "$group" 2>/dev/null
evidence=$(counters after)
stop
printf '%s\\n@end\\n' "$evidence"
`
}
