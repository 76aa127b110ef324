/**
 * What systemd-sysctl will set at boot, computed from the files that it reads (sysctl.d(5) and src/sysctl/sysctl.c of
 * systemd): which file hides which, which line wins, which names a glob reaches.
 */

import { namedRecord } from '../text/record.ts'
import { globMatches } from './glob.ts'

/** One file of a sysctl.d directory. */
export interface SysctlSource {
  /** Where it was found: `/etc/sysctl.d/99-sysctl.conf`. */
  path: string
  /** Where it leads, all links resolved, or null where it is no symlink. */
  target: string | null
  content: string
}

/** One assignment of a net.mptcp.* name in a file that the boot reads. */
export interface SysctlLine {
  /** The file that really holds the line; of a symlink its target. */
  file: string
  /** From 1. */
  line: number
  /** With dots; a glob keeps its `*`. */
  name: string
  value: string
  /** True of a line `-NAME` without value, which sets nothing and keeps globs away from the name. */
  unset?: true
}

/** In the order of precedence: of equal file names only the first is read. */
export const SYSCTL_DIRECTORIES = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
]

/** The files that are read, in the order in which they are: by name, each name from the first directory that has it. */
export function readingOrder<S extends { path: string }>(sources: readonly S[]): S[] {
  const byName = new Map<string, S>()
  const rank = (source: S): number => SYSCTL_DIRECTORIES.indexOf(directory(source.path))
  for (const source of sources.filter((source) => rank(source) >= 0 && source.path.endsWith('.conf'))) {
    const name = baseName(source.path)
    const other = byName.get(name)
    if (other === undefined || rank(source) < rank(other)) byName.set(name, source)
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source)
}

/** All lines about net.mptcp.* in the order in which they are read. */
export function sysctlLines(sources: readonly SysctlSource[]): SysctlLine[] {
  return readingOrder(sources).flatMap((source) =>
    source.content.split('\n').flatMap((text, index) => {
      const setting = parseSysctlLine(text)
      if (setting === null || !reachesMptcp(setting.name)) return []
      return [{ file: source.target ?? source.path, line: index + 1, ...setting }]
    }),
  )
}

/**
 * The winning line of each name: an explicit line before any glob, the later before the earlier. Globs reach only
 * names that exist; `names` are those of the running kernel. The line of a glob keeps its pattern as name.
 */
export function winningLines(lines: readonly SysctlLine[], names: Iterable<string>): Record<string, SysctlLine> {
  // As systemd keeps them: a line replaces an earlier one of the same name and goes to the end, unless it says the same.
  const options = new Map<string, SysctlLine>()
  for (const line of lines) {
    const earlier = options.get(line.name)
    if (earlier === undefined || earlier.value !== line.value || earlier.unset !== line.unset) options.delete(line.name)
    options.set(line.name, line)
  }
  const values = namedRecord<SysctlLine>([])
  for (const [name, line] of options) {
    if (line.unset === true) continue
    if (!isGlob(name)) values[name] = line
    else for (const reached of names) if (!options.has(reached) && globMatches(name, reached)) values[reached] = line
  }
  return values
}

/** One line of a file; null for comments, blank lines and what is no setting. */
export function parseSysctlLine(text: string): { name: string; value: string; unset?: true } | null {
  const line = text.trim()
  if (line === '' || line.startsWith('#') || line.startsWith(';')) return null
  const at = line.indexOf('=')
  const bare = (at < 0 ? line : line.slice(0, at)).replace(/^-/, '').trim()
  if (bare === '') return null
  if (at >= 0) return { name: normalName(bare), value: line.slice(at + 1).trim() }
  return line.startsWith('-') ? { name: normalName(bare), value: '', unset: true } : null
}

/** The name with dots between its parts; the first separator decides which of `.` and `/` separates. */
function normalName(name: string): string {
  const slashes = name.search(/[./]/) >= 0 && name[name.search(/[./]/)] === '/'
  return slashes ? name.replaceAll(/[./]/g, (sign) => (sign === '/' ? '.' : '/')) : name
}

/** Whether a name in a file is a pattern for several. */
export function isGlob(name: string): boolean {
  return /[*?[]/.test(name)
}

/** No name of the kernel's is as long; a pattern that is has no sense in it. */
const LONGEST_NAME = 255

function reachesMptcp(name: string): boolean {
  if (name.length > LONGEST_NAME) return false
  if (name.startsWith('net.mptcp.')) return true
  const [net = '', mptcp = '', ...rest] = name.split('.')
  return isGlob(name) && rest.length === 1 && globMatches(net, 'net') && globMatches(mptcp, 'mptcp')
}

function directory(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
