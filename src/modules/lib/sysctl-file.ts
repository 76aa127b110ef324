/** Edits the text of sysctl.d files by the name of a setting; all other lines stay as they are. */
import { parseSysctlLine } from '../../mptcp/sysctl-files.ts'

export const SYSCTL_FILE = '/etc/sysctl.d/90-mptcp.conf'

const HEADER = '# MPTCP settings, written by mptcp-fleet. Other lines in this file are kept.\n'

/**
 * The content with each setting at its value, or without a line for it where the value is null. `content` is null
 * where there is no file yet; null comes back where nothing would be left but the header.
 */
export function editSettings(content: string | null, values: Readonly<Record<string, string | null>>): string | null {
  let lines = (content ?? HEADER).split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const [name, value] of Object.entries(values)) {
    const last = lines.findLastIndex((line) => assigns(line, name))
    if (value === null) lines = lines.filter((line) => !assigns(line, name))
    else if (last < 0) lines.push(`${name} = ${value}`)
    else if (parseSysctlLine(lines[last]!)?.value !== value) lines[last] = `${name} = ${value}`
  }
  const text = lines.map((line) => `${line}\n`).join('')
  return text === HEADER || text === '' ? null : text
}

/** The content with these lines (from 1) turned into comments that say why; line numbers stay as they were. */
export function commentOut(content: string, lines: readonly number[]): string {
  const numbers = new Set(lines)
  return content
    .split('\n')
    .map((text, index) => (numbers.has(index + 1) ? `# now set in ${SYSCTL_FILE}: ${text}` : text))
    .join('\n')
}

function assigns(line: string, name: string): boolean {
  const setting = parseSysctlLine(line)
  return setting !== null && setting.name === name && setting.unset !== true
}
