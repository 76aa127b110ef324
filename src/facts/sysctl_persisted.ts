import { FactUnreadable } from '../model/fact.ts'
import type { SysctlLine, SysctlSource } from '../mptcp/sysctl-files.ts'
import { isGlob, readingOrder, SYSCTL_DIRECTORIES, sysctlLines, winningLines } from '../mptcp/sysctl-files.ts'
import { defineFact } from './define.ts'
import { BLOCK_FUNCTION, parseBlock } from './read/file-block.ts'

export type { SysctlLine }

/** A file that has such lines, with what is needed to rewrite it. */
export interface SysctlFile {
  content: string
  mode: string
  owner: string
  group: string
}

/**
 * What systemd-sysctl will set at boot: files sorted by name over /etc, /run, /usr/local/lib, /usr/lib; a masked name
 * hides lower ones; /etc/sysctl.conf counts only where a 99-sysctl.conf links to it; later wins.
 */
export interface SysctlPersisted {
  /** The winning line of each name. */
  values: Record<string, SysctlLine>
  /** All assignments in the order in which they are read. */
  lines: SysctlLine[]
  /** By path, links resolved. */
  files: Record<string, SysctlFile>
}

/** Names of the kernel, and patterns in files: each is tried on each. A kernel has 20 names, a host hardly any pattern. */
const MOST = 1000

/** Lines that may set a net.mptcp name, also by a glob; files without one are listed but not carried. */
const RELEVANT = String.raw`^[[:space:]]*-?[[:space:]]*([^]#;=./[]*[]*?[][^=./]*|net)[./]([^]=./[]*[]*?[][^=./]*|mptcp)[./]`

export const sysctlPersisted = defineFact<SysctlPersisted>({
  key: 'sysctl_persisted',
  summary: 'What the boot will set net.mptcp.* to, and by which file and line.',
  // /lib is listed only where it is a folder of its own, else its files would come twice.
  probe: `${BLOCK_FUNCTION}
[ -L /lib ] && l= || l=/lib/sysctl.d
for d in ${SYSCTL_DIRECTORIES.slice(0, -1).join(' ')} $l; do
[ -d "$d" ] || continue
if [ ! -r "$d" ] || [ ! -x "$d" ]; then echo "hidden $d"; continue; fi
for f in "$d"/*.conf; do
if [ ! -e "$f" ]; then [ -L "$f" ] && echo "name $f"
elif [ ! -r "$f" ]; then echo "hidden $f"
elif [ ! -f "$f" ] || [ ! -s "$f" ]; then echo "name $f"
else echo "name $f"; set -- "$@" "$f"; fi
done
done
[ $# -eq 0 ] || grep -lE '${RELEVANT}' -- "$@" | while read -r f; do
t=$f; [ -L "$f" ] && t=$(readlink -f -- "$f")
printf 'file %s\\ntarget %s\\n' "$f" "$t"; block "$t"
done
for f in /proc/sys/net/mptcp/*; do [ -e "$f" ] && echo "sysctl \${f##*/}"; done`,
  parse: ({ stdout }) => {
    const read = readProbe(stdout)
    const sources = read.sources.map(({ source }) => source)
    const lines = sysctlLines(sources)
    if (Math.max(read.names.length, lines.filter(({ name }) => isGlob(name)).length) > MOST) {
      throw new FactUnreadable(`the host has more than ${MOST} settings or patterns below net.mptcp`)
    }
    const order = new Set(readingOrder(sources))
    const hidden = readingOrder([...sources, ...read.hidden.map((path) => ({ path }))]).find(
      (item) => !('content' in item),
    )
    if (hidden !== undefined || read.hiddenDirectory !== null) {
      throw new FactUnreadable(
        `reading ${hidden?.path ?? read.hiddenDirectory} needs root`,
        'use --become or connect as root',
      )
    }
    return {
      values: winningLines(lines, read.names),
      lines,
      files: Object.fromEntries(
        read.sources.flatMap(({ source, file }) =>
          file !== null && order.has(source) ? [[source.target ?? source.path, file]] : [],
        ),
      ),
    }
  },
  get: (persisted, path) => persisted.values[path],
  set: (persisted, path, value) => {
    const values = { ...persisted.values }
    if (value === null) delete values[path]
    else values[path] = value as SysctlLine
    return { ...persisted, values }
  },
  example: `name /etc/sysctl.d/90-mptcp.conf
name /usr/lib/sysctl.d/50-pid-max.conf
file /etc/sysctl.d/90-mptcp.conf
target /etc/sysctl.d/90-mptcp.conf
@file 644 root root 0 0 99
IyBNUFRDUCBzZXR0aW5ncywgd3JpdHRlbiBieSBtcHRjcC1mbGVldC4gT3RoZXIgbGluZXMgaW4g
dGhpcyBmaWxlIGFyZSBrZXB0LgpuZXQubXB0Y3AuZW5hYmxlZCA9IDEK
.
sysctl checksum_enabled
sysctl enabled
`,
})

interface ProbeText {
  sources: { source: SysctlSource; file: SysctlFile | null }[]
  hidden: string[]
  hiddenDirectory: string | null
  names: string[]
}

function readProbe(stdout: string): ProbeText {
  const read: ProbeText = { sources: [], hidden: [], hiddenDirectory: null, names: [] }
  const files = new Map<string, { target: string; file: SysctlFile | null }>()
  for (const text of stdout.split(/^(?=(?:name|hidden|file|sysctl) )/m)) {
    const [head = '', ...rest] = text.trimEnd().split('\n')
    const at = head.indexOf(' ')
    const [word, what] = [head.slice(0, at), head.slice(at + 1)]
    if (word === 'sysctl' && /^[\w-]{1,100}$/.test(what)) read.names.push(`net.mptcp.${what}`)
    else if (word === 'name') read.sources.push({ source: { path: what, target: null, content: '' }, file: null })
    else if (word === 'hidden' && what.endsWith('.conf')) read.hidden.push(what)
    else if (word === 'hidden') read.hiddenDirectory = what
    else if (word === 'file') {
      const target = (rest.shift() ?? '').replace(/^target /, '')
      const block = parseBlock(rest.join('\n'), what)
      if (block !== null) {
        const { content, mode, owner, group } = block
        files.set(what, { target, file: { content, mode, owner, group } })
      }
    }
  }
  read.sources = read.sources.map(({ source }) => {
    const found = files.get(source.path)
    if (found?.file === undefined || found.file === null) return { source, file: null }
    const target = found.target === source.path ? null : found.target
    return { source: { ...source, target, content: found.file.content }, file: found.file }
  })
  return read
}
