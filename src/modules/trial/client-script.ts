/**
 * The client's end of a trial: fetches the server's bytes with curl under mptcpize, hashes them as they come (no file),
 * and samples `ss` meanwhile. The transfer and the sampling are one process group, bounded in time and ended on every
 * exit path.
 */
import { shellQuote } from '../../text/shell.ts'
import type { RouteQuestion } from './shell-parts.ts'
import { observerFunctions } from './shell-parts.ts'

export interface ClientScriptOptions {
  serverAddress: string
  port: number
  /** Ports of announced addresses that have one of their own; subflows may go there. */
  furtherPorts: readonly number[]
  /** For the transfer alone. */
  maxSeconds: number
  devices: readonly string[]
  routes: readonly RouteQuestion[]
}

/** Evenly spaced for a start, so that a short transfer is seen as often as can be. */
const EVEN_SAMPLES = 60
const MAX_SAMPLES = 200

/** Words of `ss` that no proof needs; without them a sample is a third as long. */
const NOISE =
  'wscale|rto|rtt|ato|mss|pmtu|rcvmss|advmss|cwnd|ssthresh|segs_out|segs_in|data_segs_out|data_segs_in|lastsnd|lastrcv|' +
  'lastack|rcv_rtt|rcv_space|rcv_ssthresh|minrtt|rcv_ooopack|snd_wnd|rcv_wnd|delivered|busy|seq|sfseq|ssnoff|maplen|' +
  'write_seq|snd_una|rcv_nxt|bbr|dctcp|reord_seen|dsack_dups'

/**
 * Runs in a group of its own with URL, seconds and filter. Samples lie 50 ms apart, after the first 60 a
 * twenty-fifth of the time gone by, so that 200 of them see also the end of a transfer of ten minutes.
 * The message of curl and the checksum travel through descriptors of their own, past the pipe with the bytes.
 */
const TRANSFER = `url=$1 max=$2 filter=$3
now() { read -r up _ </proc/uptime; printf '%s\\n' "$up"; }
hundredths() { read -r up _ </proc/uptime; echo "\${up%.*}\${up#*.}"; }
sample() {
  echo "@sample $(now)"
  ss -HOMni "$filter" 2>/dev/null
  echo @tcp
  ss -HOtni "$filter" 2>/dev/null
}
watch() {
  done= nap= taken=0 start=$(hundredths)
  trap 'done=1; kill "$nap" 2>/dev/null' TERM
  while [ -z "$done" ] && [ "$taken" -lt ${MAX_SAMPLES} ]; do
    sample | sed -E -e 's/ (${NOISE}):[^ ]*//g' -e 's/ (send|pacing_rate|delivery_rate) [^ ]*//g' -e 's/ +/ /g'
    taken=$(( taken + 1 )) pause=5
    [ "$taken" -lt ${EVEN_SAMPLES} ] || pause=$(( ($(hundredths) - start) / 25 ))
    [ "$pause" -ge 5 ] || pause=5
    sleep "$(printf '%d.%02d' $(( pause / 100 )) $(( pause % 100 )))" 2>/dev/null &
    nap=$!
    wait "$nap" || [ -n "$done" ] || sleep 1
  done
}
fetch() {
  {
    {
      message=$(mptcpize run curl -q -sSfg --noproxy '*' --connect-timeout 10 --speed-limit 1000 --speed-time 20 \\
        --max-time "$max" -o - "$url" 2>&1 >&5)
      echo "@curl $?" >&6
      printf '%s\\n' "$message" | tail -n 3 | cut -c 1-500 >&6
    } 5>&1 | sha256sum | {
      read -r sum _
      echo "@sha256 $sum" >&6
    }
  } 6>&1
}
watch &
watcher=$!
begin=$(now)
result=$(fetch)
end=$(now)
kill "$watcher"
wait "$watcher"
printf '@transfer %s %s\\n%s\\n' "$begin" "$end" "$result"`

/** Prints counters, routes, `@sample`s, `@transfer BEGIN END`, `@curl RC` with its message, `@sha256 SUM`, counters. */
export function clientScript(options: ClientScriptOptions): string {
  const { serverAddress, port, furtherPorts, maxSeconds, devices, routes } = options
  const url = `http://${serverAddress.includes(':') ? `[${serverAddress}]` : serverAddress}:${port}/random`
  const filter = [port, ...furtherPorts].map((number) => `dport = :${number}`).join(' or ')
  const argv = [url, String(maxSeconds), filter].map(shellQuote).join(' ')
  return `cd /
group=
stop() {
  trap '' TERM INT
  [ -z "$group" ] || kill -s KILL -- "-$group" 2>/dev/null || kill -s KILL "$group" 2>/dev/null
}
trap stop EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
${observerFunctions(devices, routes)}
counters before
routes
timeout -k 5 ${maxSeconds + 10} sh -c ${shellQuote(TRANSFER)} transfer ${argv} &
group=$!
wait "$group" 2>/dev/null
# Some cards bring their byte counters up to date only once a second.
sleep 1
counters after
echo @end
`
}
