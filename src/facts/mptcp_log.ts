import { RESTORE_UNIT } from '../mptcp/restore-script.ts'
import { defineFact } from './define.ts'
import { endPiece, firstLine, lines, piece } from './read/output.ts'
import type { Piece } from './read/output.ts'

/** One log's lines that speak of MPTCP, since boot. */
export interface LogPart {
  /** The last MAX_LINES. */
  lines: string[]
  /** All of them. */
  total: number
  /** Why the log could not be looked at, else null. */
  absent: string | null
}

export interface MptcpLog {
  /** `dmesg`. */
  kernel: LogPart
  /** Kernel messages in the journal (`journalctl -k`). */
  journal: LogPart
  /** What the unit that restores limits and endpoints, and mptcpd's, said in the journal. */
  service: LogPart
}

const MAX_LINES = 20
/** Seconds for each look at the journal, which may be large and on a slow disk. */
const JOURNAL_SECONDS = 10

/** Lines about MPTCP in `$o`, or what the program complained of; then their number. */
const SHOW = (name: string): string => `if [ $r -eq 0 ]; then printf '%s\\n' "$o" | grep -i mptcp | tail -n ${MAX_LINES}
else printf '%s\\n' "$o" | head -n 3; fi
(exit $r)
${endPiece(name)}
printf '%s\\n' "$o" | grep -ci mptcp
${endPiece(`${name}-total`)}`

const JOURNALCTL = `timeout ${JOURNAL_SECONDS} journalctl -q -b --no-pager -o short-iso`

export const mptcpLog = defineFact<MptcpLog>({
  key: 'mptcp_log',
  summary: 'Lines about MPTCP in the kernel log and the journal since boot.',
  probe: `echo "uid $(id -u)"
echo "container $(systemd-detect-virt -c 2>/dev/null || cat /run/host/container-manager /run/systemd/container 2>/dev/null)"
for f in /run/log/journal/* /var/log/journal/*; do [ -e "$f" ] && { echo 'journal yes'; break; }; done
o=$(dmesg 2>&1); r=$?
${SHOW('kernel')}
o=$(${JOURNALCTL} -k 2>&1); r=$?
[ -n "$o" ] || echo empty
${SHOW('journal')}
o=$(${JOURNALCTL} -u ${RESTORE_UNIT} -u mptcp.service 2>&1); r=$?
${SHOW('service')}`,
  parse: (output) => {
    const container = /^container (?!none)([\w.-]+)/m.exec(output.stdout)?.[1] ?? null
    // Asked quietly, journalctl says nothing of it.
    const journal = /^journal yes$/m.test(output.stdout)
    const root = /^uid 0$/m.test(output.stdout)
    const read = (name: string): LogPart => {
      const found = piece(output, name)
      if (name !== 'kernel' && !journal) return { lines: [], total: 0, absent: 'there is no journal' }
      if (found.rc !== 0) return { lines: [], total: 0, absent: whyAbsent(found, name, container) }
      // A journal that may not be looked into answers as an empty one does; inside a container the kernel's is empty.
      const empty = name === 'journal' && lines(found.text).includes('empty')
      const shown = lines(found.text).filter((line) => /mptcp/i.test(line))
      const total = Number(/^\d{1,9}$/m.exec(piece(output, `${name}-total`).text)?.[0] ?? shown.length)
      if (empty && container !== null) return { lines: [], total: 0, absent: inContainer(container) }
      const hidden = shown.length === 0 && name !== 'kernel' && !root
      return { lines: shown.slice(-MAX_LINES), total, absent: hidden ? NEEDS_ROOT : null }
    }
    return { kernel: read('kernel'), journal: read('journal'), service: read('service') }
  },
  example: `uid 0
container systemd-nspawn
journal yes
dmesg: read kernel buffer failed: Operation not permitted

== kernel 1
0

== kernel-total 1
empty

== journal 0
0

== journal-total 1
2026-11-22T11:58:25+00:00 system-b systemd[1]: Starting mptcp-fleet.service - Bring back MPTCP limits and endpoints...
2026-11-22T11:58:25+00:00 system-b systemd[1]: Finished mptcp-fleet.service - Bring back MPTCP limits and endpoints.

== service 0
2

== service-total 0
`,
})

const NEEDS_ROOT = 'needs root: use --become or connect as root'

function inContainer(container: string): string {
  return `the kernel's messages do not reach the inside of a container (${container})`
}

function whyAbsent({ text, rc }: Piece, name: string, container: string | null): string {
  const program = name === 'kernel' ? 'dmesg' : 'journalctl'
  if (rc === 127 || /not found|no such file/i.test(text)) return `${program} is not there`
  if (rc === 124) return `journalctl took longer than ${JOURNAL_SECONDS} s`
  if (container !== null && name !== 'service') return inContainer(container)
  if (/not permitted|permission denied|access denied|insufficient permissions/i.test(text)) return NEEDS_ROOT
  return firstLine(text) === '' ? `${program} ended with ${rc}` : firstLine(text)
}
