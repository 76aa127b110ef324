/** Plans what the boot sets net.mptcp.* to: this tool's own drop-in, and later lines that would override it. */
import type { FileState } from '../../facts/file.ts'
import type { SysctlFile, SysctlPersisted } from '../../facts/sysctl_persisted.ts'
import type { Change, Note, PlanResult, Problem, Step } from '../../model/change.ts'
import type { SysctlLine } from '../../mptcp/sysctl-files.ts'
import { sysctlLines, winningLines } from '../../mptcp/sysctl-files.ts'
import { commentOut, editSettings, SYSCTL_FILE } from './sysctl-file.ts'
import { makeFolder, removeFolder } from './steps.ts'

export interface SysctlPersistFacts {
  persisted: SysctlPersisted
  /** Fact of SYSCTL_FILE. */
  file: FileState
  /** Fact of its folder. */
  folder: FileState
  /** Names that the running kernel has, which globs may reach. */
  names: string[]
}

/** Folder of the drop-in. */
export const SYSCTL_FOLDER = SYSCTL_FILE.slice(0, SYSCTL_FILE.lastIndexOf('/'))

/**
 * Makes each setting have its value at boot; null: no line of ours for it. A value that another file sets already is
 * left to that file. Lines in /etc that would win over ours are commented out; elsewhere they are a problem.
 */
export function planSysctlPersist(
  values: Readonly<Record<string, string | null>>,
  have: SysctlPersistFacts,
): Required<PlanResult> {
  const result = { changes: [] as Change[], notes: [] as Note[], problems: [] as Problem[] }
  const wanted = Object.entries(values).filter(([name, value]) => !settled(name, value, have, result.notes))
  if (wanted.length === 0) return result
  if (have.file !== null && have.file.kind !== 'file') {
    result.problems.push({
      code: 'not-a-file',
      summary: `${SYSCTL_FILE} is ${have.file.kind === 'symlink' ? 'a symbolic link' : 'not a plain file'}, so it is not written`,
      hint: 'remove it and run again',
    })
    return result
  }
  const own = editSettings(have.file?.content ?? null, Object.fromEntries(wanted))
  const over = wanted.flatMap(([name, value]) => overriding(name, value, have.persisted.lines))
  const fixed = over.filter((line) => !line.file.startsWith('/etc/'))
  result.problems.push(...fixed.map(overriddenProblem))
  if (result.problems.length > 0) return result
  let persisted = have.persisted
  if (own !== (have.file?.content ?? null)) {
    persisted = withContent(persisted, SYSCTL_FILE, own, have.names)
    result.changes.push(fileChange(SYSCTL_FILE, have.file, own, persisted, wanted, have.folder === null))
  }
  for (const path of new Set(over.map((line) => line.file))) {
    const old = have.persisted.files[path]
    if (old === undefined) continue
    const numbers = over.filter((line) => line.file === path).map((line) => line.line)
    const content = commentOut(old.content, numbers)
    persisted = withContent(persisted, path, content, have.names)
    result.changes.push(commentChange(path, old, content, persisted, numbers))
  }
  return result
}

/** Whether the boot sets the value already (or, for null, no line of ours is there). */
function settled(name: string, value: string | null, have: SysctlPersistFacts, notes: Note[]): boolean {
  if (value === null) return !have.persisted.lines.some((line) => line.name === name && line.file === SYSCTL_FILE)
  // What stands in /run is gone at the next boot, so it neither helps nor hurts what is written now.
  const lasting = have.persisted.lines.filter((line) => !line.file.startsWith('/run/'))
  const winner = winningLines(lasting, have.names)[name]
  const now = have.persisted.values[name]
  if (winner?.value !== value || now?.value !== value) return false
  if (winner.file !== SYSCTL_FILE) {
    notes.push({
      summary: `${name} = ${value} is set at boot by ${winner.file}:${winner.line}; that line is left to do it`,
    })
  }
  return true
}

/** The lines read after ours that would win: all up to the last that says something else. */
function overriding(name: string, value: string | null, lines: readonly SysctlLine[]): SysctlLine[] {
  if (value === null) return []
  const later = lines.filter(
    (line) => line.name === name && line.unset !== true && readName(line.file) > readName(SYSCTL_FILE),
  )
  const lastEqual = later.findLastIndex((line) => line.value === value)
  return later.slice(lastEqual + 1)
}

/** The file name by which the boot sorts; /etc/sysctl.conf is read through a link that is named so everywhere. */
function readName(file: string): string {
  return file === '/etc/sysctl.conf' ? '99-sysctl.conf' : file.slice(file.lastIndexOf('/') + 1)
}

function withContent(
  persisted: SysctlPersisted,
  path: string,
  content: string | null,
  names: readonly string[],
): SysctlPersisted {
  const name = readName(path)
  const stay = persisted.lines.filter((line) => readName(line.file) !== name)
  const own = content === null ? [] : sysctlLines([{ path: `/etc/sysctl.d/${name}`, target: path, content }])
  const before = stay.filter((line) => readName(line.file) < name)
  const lines = [...before, ...own, ...stay.filter((line) => readName(line.file) > name)]
  const files: Record<string, SysctlFile> = { ...persisted.files }
  if (content === null) delete files[path]
  else files[path] = { mode: '0644', owner: 'root', group: 'root', ...files[path], content }
  return { values: winningLines(lines, names), lines, files }
}

function fileChange(
  path: string,
  old: FileState,
  content: string | null,
  persisted: SysctlPersisted,
  wanted: [string, string | null][],
  folderMissing: boolean,
): Change {
  const root = { mode: '0644', owner: 'root', group: 'root' }
  const file = content === null ? null : { kind: 'file' as const, ...root, ...old, content }
  const made = folderMissing && content !== null
  return {
    fact: `file/${path}`,
    before: old,
    after: file,
    effects: { sysctl_persisted: persisted },
    summary: wanted
      .map(([name, value]) => (value === null ? `no line for ${name} in ${path}` : `set ${name} = ${value} in ${path}`))
      .join('; '),
    apply: [...(made ? [makeFolder(SYSCTL_FOLDER)] : []), place(path, file)],
    undo: [place(path, old), ...(made ? [removeFolder(SYSCTL_FOLDER)] : [])],
    disruptive: false,
  }
}

function commentChange(
  path: string,
  old: SysctlFile,
  content: string,
  persisted: SysctlPersisted,
  lines: readonly number[],
): Change {
  return {
    fact: `file/${path}`,
    before: { kind: 'file', ...old },
    after: { kind: 'file', ...old, content },
    effects: { sysctl_persisted: persisted },
    summary: `comment out line ${lines.join(', ')} of ${path}, which would override ${SYSCTL_FILE}`,
    apply: [place(path, { ...old, content })],
    undo: [place(path, old)],
    disruptive: false,
  }
}

function place(path: string, file: SysctlFile | null): Step {
  if (file === null) return { kind: 'remove', path }
  return { kind: 'write', path, bytes: file.content, mode: file.mode, owner: file.owner, group: file.group }
}

function overriddenProblem(line: SysctlLine): Problem {
  return {
    code: 'sysctl-overridden',
    summary: `${line.file}:${line.line} sets ${line.name} = ${line.value} at boot and is read after ${SYSCTL_FILE}`,
    hint: line.file.startsWith('/run/')
      ? 'remove that file; what made it may make it again'
      : `copy it to /etc/sysctl.d/ under the same name without that line: a file there hides the one below /usr`,
  }
}
