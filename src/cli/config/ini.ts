/** INI as Python's configparser reads it for ansible.cfg: `;` begins a comment also within a line, `#` only a whole one. */
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'

export interface IniEntry {
  section: string
  /** In lower case. */
  key: string
  /** Lines that are indented deeper than their key belong to it. */
  value: string
  source: Source
}

/** All entries, in order; every mistake is a diagnostic. */
export function parseIni(text: string, file: string): { entries: IniEntry[]; diagnostics: Diagnostic[] } {
  const entries: IniEntry[] = []
  const diagnostics: Diagnostic[] = []
  const known = new Set<string>()
  let section: string | null = null
  let entry: IniEntry | null = null
  let depth = 0
  const wrong = (source: Source, summary: string, hint: string): void => {
    diagnostics.push(errorDiagnostic('bad-config', summary, { source, hint }))
  }
  const once = (name: string, source: Source, what: string): void => {
    if (known.has(name)) wrong(source, `${what} stands here a second time`, 'keep one of them')
    known.add(name)
  }
  for (const [index, whole] of text.split(/\r\n|\n|\r/).entries()) {
    const line = withoutComment(whole)
    const content = line.trim()
    if (content === '') {
      if (entry !== null && line === whole) entry.value += '\n'
      continue
    }
    const indent = line.length - line.trimStart().length
    const source = { file, line: index + 1, column: indent + 1 }
    if (entry !== null && indent > depth) {
      entry.value += `\n${content}`
      continue
    }
    depth = indent
    const header = /^\[(.+)\]/.exec(content)?.[1]
    const [, key = '', value = ''] = /^(.*?)\s*[=:]\s*(.*)$/.exec(content) ?? []
    if (header !== undefined) {
      section = header
      entry = null
      once(`[${header}]`, source, `[${header}]`)
    } else if (section === null && content.startsWith('[')) {
      wrong(source, `a section is not closed: ${content}`, 'write its name in brackets, such as [defaults]')
      return { entries, diagnostics }
    } else if (section === null) {
      wrong(source, `a setting stands before any section: ${content}`, 'begin with a section such as [defaults]')
      return { entries, diagnostics }
    } else if (key === '') {
      wrong(source, `expected NAME = VALUE, got: ${content}`, 'or a section: [NAME]')
    } else {
      once(`[${section}] ${key.toLowerCase()}`, source, key.toLowerCase())
      entry = { section, key: key.toLowerCase(), value, source }
      entries.push(entry)
    }
  }
  return { entries: entries.map((each) => ({ ...each, value: each.value.trimEnd() })), diagnostics }
}

function withoutComment(line: string): string {
  if (/^\s*[#;]/.test(line)) return ''
  const at = /\s;/.exec(line)?.index
  return at === undefined ? line : line.slice(0, at)
}
