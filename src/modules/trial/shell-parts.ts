/** Shell functions that both ends' scripts share. Each line they print starts with `@` or follows one that does. */
import { shellQuote } from '../../text/shell.ts'

/** One way to ask the routing for: from an own address to one of the peer. */
export interface RouteQuestion {
  src: string
  dst: string
}

/**
 * Defines `now` (seconds since boot), `counters WHEN` (MPTCP counters, bytes of the devices) and `routes`, which prints
 * one `@route SRC DST` and the kernel's answer for each question.
 */
export function observerFunctions(devices: readonly string[], routes: readonly RouteQuestion[]): string {
  const wanted = devices.map((device) => `${shellQuote(`${device}:`)}*`).join('|')
  const questions = routes.map(({ src, dst }) => `  one_route ${shellQuote(src)} ${shellQuote(dst)}`)
  return `now() { read -r up _ </proc/uptime; printf '%s\\n' "$up"; }
counters() {
  echo "@mib $1"
  grep '^MPTcpExt:' /proc/net/netstat
  echo "@dev $1"
  while read -r line; do
    case $line in
      ${wanted === '' ? "''" : wanted}) printf '%s\\n' "$line" ;;
    esac
  done </proc/net/dev
}
one_route() {
  echo "@route $1 $2"
  ip route get "$2" from "$1" 2>&1 </dev/null | { read -r line; printf '%s\\n' "$line"; }
}
routes() {
${[...questions, '  :'].join('\n')}
}
`
}
