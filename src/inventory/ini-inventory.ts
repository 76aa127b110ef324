/** Reads one INI inventory into the draft, as Ansible's ini plugin does. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import { pythonLiteral } from '../text/python-literal.ts'
import { guardSecrets } from '../text/secrets.ts'
import { splitWords } from '../text/words.ts'
import { addHosts } from './add-hosts.ts'
import type { Draft, Variables } from './draft.ts'
import { draftGroup } from './draft.ts'

const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/
const GROUP_NAME = /^([^:\]\s]+)\s*(?:#.*)?$/
const STATES = ['hosts', 'children', 'vars']
/** Where Python's splitlines ends a line, beside line feeds and returns. */
const LINE_ENDS = ['\v', '\f', '\u001C', '\u001D', '\u001E', '\u0085', '\u2028', '\u2029']
const LINE_END = new RegExp(['\r\n', '\n', '\r', ...LINE_ENDS].join('|'))

/** What Python's strip takes off: blanks of all kinds, but no byte order mark. */
const isBlank = (char: string): boolean =>
  (/\s/.test(char) && char !== '\uFEFF') || '\u001C\u001D\u001E\u001F\u0085'.includes(char)

interface Reading {
  draft: Draft
  diagnostics: Diagnostic[]
  group: string
  state: string
  /** Groups that were spoken of and have no section of their own yet. */
  pending: Map<string, Pending>
}

interface Pending {
  source: Source
  state: 'children' | 'vars'
  parents: { name: string; source: Source }[]
}

/** Adds what the text says to the draft; every mistake is a diagnostic, and reading goes on after it. */
export function readIniInventory(text: string, file: string, draft: Draft): Diagnostic[] {
  const reading: Reading = { draft, diagnostics: [], group: 'ungrouped', state: 'hosts', pending: new Map() }
  for (const [index, whole] of text.split(LINE_END).entries()) {
    const line = strip(whole)
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    readLine(reading, line, { file, line: index + 1, column: whole.indexOf(line) + 1 })
  }
  for (const [name, { source, state, parents }] of reading.pending) {
    const [summary, hint] =
      state === 'vars'
        ? [`[${name}:vars] is for a group that has no section`, `add a section [${name}]`]
        : [`[${parents.at(-1)?.name}:children] names the group "${name}", which has no section`, `add [${name}]`]
    reading.diagnostics.push(wrong(source, summary, hint))
  }
  return reading.diagnostics
}

function readLine(reading: Reading, line: string, source: Source): void {
  const { diagnostics, draft } = reading
  const section = SECTION.exec(line)
  if (section !== null) return openSection(reading, section[1]!, section[2] ?? 'hosts', source)
  if (line.startsWith('[') && line.endsWith(']')) {
    const hint = 'write [group], [group:vars] or [group:children], without blanks'
    diagnostics.push(wrong(source, `${line} is no section`, hint))
  } else if (reading.state === 'hosts') {
    readHosts(reading, line, source)
  } else if (reading.state === 'vars') {
    const at = line.indexOf('=')
    if (at === -1)
      diagnostics.push(
        wrong(
          source,
          `expected NAME=VALUE in [${reading.group}:vars], got: ${line}`,
          'write one variable on each line',
        ),
      )
    else
      setVariable(
        reading,
        draftGroup(draft, reading.group).vars,
        strip(line.slice(0, at)),
        strip(line.slice(at + 1)),
        source,
      )
  } else if (reading.state === 'children') {
    const child = GROUP_NAME.exec(line)?.[1]
    if (child === undefined)
      diagnostics.push(
        wrong(
          source,
          `expected the name of a group, got: ${line}`,
          'write one group on each line, without its variables',
        ),
      )
    else addChild(reading, child, source)
  }
}

function openSection(reading: Reading, name: string, state: string, source: Source): void {
  const { draft, pending } = reading
  reading.group = name
  reading.state = state
  if (!STATES.includes(state)) {
    const near = didYouMean(state, STATES)
    const summary = `[${name}:${state}]: unknown kind of section${near === '' ? '' : `, ${near}`}`
    reading.diagnostics.push(wrong(source, summary, 'kinds are hosts, vars and children'))
    return
  }
  if (!draft.groups.has(name)) {
    if (state === 'vars' && !pending.has(name)) pending.set(name, { source, state, parents: [] })
    draftGroup(draft, name)
  }
  const waiting = pending.get(name)
  if (waiting === undefined || state === 'vars') return
  pending.delete(name)
  for (const parent of waiting.parents) link(draft, parent.name, name, parent.source)
}

function addChild({ draft, pending, group }: Reading, child: string, source: Source): void {
  const waiting = pending.get(child)
  if (draft.groups.has(child)) link(draft, group, child, source)
  else if (waiting !== undefined) waiting.parents.push({ name: group, source })
  else pending.set(child, { source, state: 'children', parents: [{ name: group, source }] })
}

function link(draft: Draft, parent: string, child: string, source: Source): void {
  const { children } = draftGroup(draft, parent)
  if (!children.has(child)) children.set(child, source)
}

function readHosts(reading: Reading, line: string, source: Source): void {
  const { diagnostics, draft } = reading
  const words = splitWords(line, { comments: true })
  if (words === null) {
    diagnostics.push(
      wrong(source, 'a quotation mark is not closed', 'put values with blanks in quotes, as in: a="b c"'),
    )
    return
  }
  const [pattern = '', ...rest] = words
  const problem = refusal(pattern)
  if (problem !== null) {
    diagnostics.push(wrong(source, `host "${pattern}": ${problem[0]}`, problem[1]))
    return
  }
  const vars: Variables = new Map()
  for (const word of rest) {
    const at = word.indexOf('=')
    const found = line.indexOf(word.slice(0, Math.max(at, 1)), pattern.length)
    const place = { ...source, column: source.column + Math.max(0, found) }
    if (at === -1) {
      const hint = 'variables of a host are NAME=VALUE; a value with blanks stands in quotes'
      diagnostics.push(wrong(place, `host "${pattern}": expected NAME=VALUE, got: ${word}`, hint))
    } else setVariable(reading, vars, word.slice(0, at), word.slice(at + 1), place)
  }
  const refused = addHosts(draft, draftGroup(draft, reading.group), { pattern, vars, source })
  if (refused !== null) diagnostics.push(refused)
}

/** What is wrong with a name that only INI cannot have, and what to do. */
function refusal(pattern: string): [summary: string, hint: string] | null {
  if (pattern === '---') return ['this line begins a YAML file', 'give the file an ending: .yml']
  return pattern.endsWith(':')
    ? ['a name that ends in ":" lacks its port', 'remove the colon, or write NAME:PORT']
    : null
}

function setVariable({ diagnostics }: Reading, into: Variables, name: string, text: string, source: Source): void {
  const literal = pythonLiteral(text)
  if (literal !== 'none' && 'foreign' in literal) {
    const hint = 'put it in quotes, twice in the line of a host: a=\'"…"\''
    const summary = `${name}: ${literal.foreign} is no value for an inventory`
    diagnostics.push(errorDiagnostic('foreign-value', summary, { source, hint }))
    return
  }
  const guarded = guardSecrets(name, literal === 'none' ? text : literal.value, source)
  // A password of digits is one.
  const kept = 'diagnostic' in guarded ? guardSecrets(name, text, source) : guarded
  if ('diagnostic' in kept) diagnostics.push(kept.diagnostic)
  else into.set(name, { value: kept.value, source })
}

/** One character at a time: an expression would look again and again at a long row of blanks. */
function strip(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text.charAt(start))) start++
  while (end > start && isBlank(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

function wrong(source: Source, summary: string, hint = ''): Diagnostic {
  return errorDiagnostic('inventory-shape', summary, { source, hint })
}
