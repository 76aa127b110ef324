/** What curl's exit codes mean for a trial; the numbers are of curl(1), EXIT CODES. */
const MEANINGS: Readonly<Record<number, string>> = {
  7: 'the connection was refused or has no route: look for a firewall on the server, and at the port',
  18: 'the transfer ended before all bytes were there',
  22: 'the server answered with an HTTP error: another program answers on this port',
  28: 'the time was up: packets are dropped on the way, or the transfer hangs',
  52: 'the server answered nothing',
  56: 'the connection broke while receiving',
  127: 'mptcpize or curl was not found',
  137: 'it was killed',
}

/** A phrase for an exit code; others are named by their number alone. */
export function curlMeaning(rc: number): string {
  return MEANINGS[rc] ?? `see EXIT CODES in curl(1) for ${rc}`
}
