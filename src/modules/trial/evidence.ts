/** What the two scripts of a trial printed, as values. Lines outside our `@` sections are noise and are left out. */
import type { DeviceBytes, MibCounters } from '../../mptcp/counters.ts'
import { deviceGrowth, mibGrowth, parseDeviceBytes, parseMibCounters } from '../../mptcp/counters.ts'
import type { RouteTaken } from '../../mptcp/proof-evidence.ts'
import { parseMptcpConnections, parseTcpSockets } from '../../mptcp/ss.ts'
import type { Sample } from '../../mptcp/subflow-tally.ts'

interface Section {
  name: string
  words: string[]
  body: string
}

/** What an end gained from before to after, and how it would send. */
interface Observed {
  counters: MibCounters
  devices: DeviceBytes
  routes: RouteTaken[]
}

export interface ServerEvidence extends Observed {
  /** Why it could not serve, as the script says. */
  failure: { code: string; text: string } | null
  /** Whether the program listened for MPTCP; null where not seen. */
  listensMptcp: boolean | null
  sha256: string | null
}

export interface ClientEvidence extends Observed {
  samples: Sample[]
  /** Null where the script did not get so far. */
  transfer: { curlRc: number; message: string; sha256: string; durationMs: number } | null
}

/** Reads the server script's stdout. */
export function parseServerEvidence(stdout: string): ServerEvidence {
  const sections = parseSections(stdout)
  const failed = sections.find(({ name }) => name === 'fail')
  const listener = sections.find(({ name }) => name === 'listener')?.words[0]
  return {
    ...observed(sections),
    failure: failed === undefined ? null : { code: failed.words[0] ?? '', text: failed.words.slice(1).join(' ') },
    listensMptcp: listener === 'mptcp' ? true : listener === 'plain' ? false : null,
    sha256: /^READY \d+ ([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? null,
  }
}

/** Reads the client script's stdout. */
export function parseClientEvidence(stdout: string): ClientEvidence {
  const sections = parseSections(stdout)
  return { ...observed(sections), samples: samples(sections), transfer: transfer(sections) }
}

function parseSections(stdout: string): Section[] {
  const sections: Section[] = []
  for (const line of stdout.split('\n')) {
    const head = /^@([a-z0-9]+)(?: (.*))?$/.exec(line)
    const last = sections.at(-1)
    if (head !== null) sections.push({ name: head[1]!, words: (head[2] ?? '').split(' '), body: '' })
    else if (last !== undefined) last.body += `${line}\n`
  }
  return sections
}

function observed(sections: readonly Section[]): Observed {
  const body = (name: string, when: string): string =>
    sections.find((section) => section.name === name && section.words[0] === when)?.body ?? ''
  return {
    counters: mibGrowth(parseMibCounters(body('mib', 'before')), parseMibCounters(body('mib', 'after'))),
    devices: deviceGrowth(parseDeviceBytes(body('dev', 'before')), parseDeviceBytes(body('dev', 'after'))),
    routes: sections
      .filter(({ name }) => name === 'route')
      .map(({ words: [src = '', dst = ''], body }) => ({ src, dst, dev: / dev (\S+)/.exec(body)?.[1] ?? null })),
  }
}

function samples(sections: readonly Section[]): Sample[] {
  return sections.flatMap(({ name, body }, i) => {
    const next = sections[i + 1]
    if (name !== 'sample' || next?.name !== 'tcp') return []
    return [{ connections: parseMptcpConnections(body), sockets: parseTcpSockets(next.body) }]
  })
}

function transfer(sections: readonly Section[]): ClientEvidence['transfer'] {
  const find = (wanted: string): Section | undefined => sections.find(({ name }) => name === wanted)
  const curl = find('curl')
  const sum = find('sha256')
  const [begin = '', end = ''] = find('transfer')?.words ?? []
  const curlRc = curl?.words[0] ?? ''
  if (curl === undefined || sum === undefined || !isSeconds(begin) || !isSeconds(end) || !/^\d{1,3}$/.test(curlRc))
    return null
  return {
    curlRc: Number(curlRc),
    message: curl.body.trim(),
    sha256: sum.words[0] ?? '',
    durationMs: Math.round((Number(end) - Number(begin)) * 1000),
  }
}

/** As /proc/uptime has them. */
function isSeconds(word: string): boolean {
  return /^\d{1,12}(?:\.\d{1,9})?$/.test(word)
}
