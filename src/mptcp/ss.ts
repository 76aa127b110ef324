/**
 * Reads what `ss -HOMni` (MPTCP connections) and `ss -HOtni` (their subflows) print; ss has no JSON. Also takes the
 * two-line form without -O, the extra column of `-M -t`, and the missing state column of `state established`.
 */

/** One end of a socket. `device` is what the socket is bound to (`%eth1`); port null where it is `*` or a name. */
interface SocketEnd {
  address: string
  device: string | null
  port: number | null
}

interface SocketLine {
  /** `ESTAB`, `SYN-SENT`, …; ESTAB where ss left the column out (`state established`). */
  state: string
  local: SocketEnd
  peer: SocketEnd
}

/** One line of `ss -M`: a connection. */
export interface MptcpConnection extends SocketLine {
  token: number | null
  /** It carries plain TCP although both programs asked for MPTCP. */
  fallback: boolean
  /** Numbers of the line by name (`subflows`, `bytes_received`, …); a name is absent where the value is 0. */
  numbers: Record<string, number>
  /** Names of the programs that hold it, each once; empty where ss was not asked (`-p`) or may not see them. */
  programs: string[]
}

/** One line of `ss -t`: a subflow where the kernel says `tcp-ulp-mptcp`, else plain TCP (`mptcp` null). */
export interface TcpSocket extends SocketLine {
  bytesReceived: number
  bytesAcked: number
  mptcp: {
    /** M/m capable, J/j join, B/b backup, e fully established, c connected, v mapping valid. */
    flags: string
    /** Equals the connection's token. */
    localToken: number
    remoteToken: number
  } | null
}

/** Connections of `ss -M`; lines that are no socket (the heading, errors) are left out. */
export function parseMptcpConnections(text: string): MptcpConnection[] {
  return socketLines(text).map(({ line: { state, local, peer }, rest, programs }) => {
    const token = /^token:([0-9a-f]{1,8})$/i
    const found = rest.map((word) => token.exec(word)?.[1]).find((hex) => hex !== undefined)
    return {
      state,
      local,
      peer,
      token: found === undefined ? null : Number.parseInt(found, 16),
      fallback: rest.includes('fallback'),
      numbers: decimals(rest),
      programs,
    }
  })
}

/** Sockets of `ss -t`, subflows and plain TCP. */
export function parseTcpSockets(text: string): TcpSocket[] {
  return socketLines(text).map(({ line: { state, local, peer }, rest }) => {
    const numbers = decimals(rest)
    return {
      state,
      local,
      peer,
      bytesReceived: numbers['bytes_received'] ?? 0,
      bytesAcked: numbers['bytes_acked'] ?? 0,
      mptcp: subflowPart(rest),
    }
  })
}

function subflowPart(words: readonly string[]): TcpSocket['mptcp'] {
  for (const word of words) {
    const tokens = /^token:([0-9a-f]{1,8})\(id:\d+\)\/([0-9a-f]{1,8})\(id:\d+\)$/i.exec(word)
    if (tokens === null) continue
    const flags = words.find((other) => other.startsWith('flags:'))?.slice('flags:'.length) ?? ''
    return { flags, remoteToken: Number.parseInt(tokens[1]!, 16), localToken: Number.parseInt(tokens[2]!, 16) }
  }
  return null
}

/** `name:123` words. Sequence numbers, which old tools print in hexadecimal, are of no use and may be wrong here. */
function decimals(words: readonly string[]): Record<string, number> {
  const pairs = words.map((word) => /^(\w+):(\d{1,20})$/.exec(word)).filter((match) => match !== null)
  return Object.fromEntries(pairs.map((match) => [match[1]!, Number(match[2])]))
}

function socketLines(text: string): { line: SocketLine; rest: string[]; programs: string[] }[] {
  const joined = text.replaceAll(/\r?\n[ \t]+(?=\S)/g, ' ')
  return joined.split('\n').flatMap((line) => {
    const { row, programs } = cutPrograms(line)
    const words = row.split(/\s+/).filter((word) => word !== '')
    let at = /^(mptcp|tcp)$/.test(words[0] ?? '') ? 1 : 0
    const state = /^[A-Z][A-Z0-9-]+$/.test(words[at] ?? '') ? words[at++]! : 'ESTAB'
    while (/^\d+$/.test(words[at] ?? '')) at++
    const local = socketEnd(words[at])
    const peer = socketEnd(words[at + 1])
    return local === null || peer === null
      ? []
      : [{ line: { state, local, peer }, rest: words.slice(at + 2), programs }]
  })
}

/** Takes ` users:((…))` out of a line: a program names itself, with blanks if it likes, in at most 15 bytes. */
function cutPrograms(line: string): { row: string; programs: string[] } {
  const from = line.search(/\susers:\(\(/)
  const to = line.lastIndexOf('))')
  if (from < 0 || to < from) return { row: line, programs: [] }
  const names = [...line.slice(from, to + 1).matchAll(/\("(.{0,15}?)",pid=\d{1,10},fd=\d{1,10}\)/gs)]
  return { row: line.slice(0, from) + line.slice(to + 2), programs: [...new Set(names.map((match) => match[1]!))] }
}

function socketEnd(word = ''): SocketEnd | null {
  const match = /^(?:\[([^\]%]{1,64})(?:%([^\]]{1,64}))?\]|([^[\]%:]{1,64}))(?:%(\S{1,64}))?:(\*|[\w-]{1,64})$/.exec(
    word,
  )
  if (match === null) return null
  const address = (match[1] ?? match[3] ?? '').toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return { address, device: match[2] ?? match[4] ?? null, port: /^\d+$/.test(match[5]!) ? Number(match[5]) : null }
}
