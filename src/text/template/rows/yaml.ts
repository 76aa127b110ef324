/** YAML as PyYAML writes it, and as Ansible reads it. */
import { parseYaml } from '../../yaml.ts'
import { toValue } from '../../yaml-node.ts'
import { resolvePlain } from '../../yaml-scalar.ts'
import { floatText, isMapping, pythonText } from '../python.ts'

/** Throws where the text is no YAML. */
export function readYaml(value: string): unknown {
  const { node, diagnostics } = parseYaml(value, 'yaml')
  const [problem] = diagnostics
  if (problem !== undefined) throw new TypeError(`no YAML: ${problem.summary}`)
  return node === null ? null : toValue(node)
}

export function readYamlDocuments(value: string): unknown[] {
  const documents = value.replace(/^---[ \t]*\n?/, '').split(/^---[ \t]*(?:\n|$)/m)
  return documents.map(readYaml)
}

interface Layout {
  indent: number
  width: number
  sort: boolean
  /** In braces: always, never, or (null) what holds nothing nested. */
  flow: boolean | null
}

/** Ends with a line break. */
export function yamlText(value: unknown, layout: Layout): string {
  const writer = new Writer(layout)
  writer.node(value, -1, 'top')
  return `${writer.text}\n`
}

type Place = 'top' | 'key' | 'value' | 'item'

class Writer {
  text = ''
  readonly #layout: Layout

  constructor(layout: Layout) {
    this.#layout = { ...layout, indent: layout.indent > 1 && layout.indent < 10 ? layout.indent : 2 }
  }

  node(value: unknown, indent: number, place: Place): void {
    if (typeof value !== 'object' || value === null)
      this.#scalar(value, Math.max(0, indent) + this.#layout.indent, place)
    else if (isFlow(value, this.#layout.flow)) this.#flow(value, indent)
    else if (Array.isArray(value))
      this.#list(value, place === 'value' ? indent : indent < 0 ? 0 : indent + this.#layout.indent, place)
    else this.#mapping(value, indent < 0 ? 0 : indent + this.#layout.indent, place)
  }

  get #column(): number {
    return this.text.length - (this.text.lastIndexOf('\n') + 1)
  }

  #break(indent: number): void {
    this.text += `\n${' '.repeat(indent)}`
  }

  #list(value: readonly unknown[], indent: number, place: Place): void {
    for (const [i, item] of value.entries()) {
      if (i === 0 && place === 'item') this.text += ' '.repeat(Math.max(1, indent - this.#column))
      else if (i > 0 || place !== 'top') this.#break(indent)
      this.text += '-'
      if (isBlockMapping(item, this.#layout.flow) || isBlockList(item, this.#layout.flow))
        this.node(item, indent, 'item')
      else {
        this.text += ' '
        this.node(item, indent, 'item')
      }
    }
  }

  #mapping(value: object, indent: number, place: Place): void {
    for (const [i, [key, item]] of this.#entries(value).entries()) {
      if (i === 0 && place === 'item') this.text += ' '.repeat(Math.max(1, indent - this.#column))
      else if (i > 0 || place !== 'top') this.#break(indent)
      this.#scalar(key, indent, 'key')
      this.text += ':'
      if (typeof item !== 'object' || item === null || isFlow(item, this.#layout.flow)) this.text += ' '
      this.node(item, indent, 'value')
    }
  }

  #entries(value: object): [string, unknown][] {
    const entries = Object.entries(value)
    return this.#layout.sort ? entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) : entries
  }

  #flow(value: object, indent: number): void {
    const inner = Math.max(0, indent) + this.#layout.indent
    this.text += Array.isArray(value) ? '[' : '{'
    for (const [i, [key, item]] of (Array.isArray(value) ? Object.entries(value) : this.#entries(value)).entries()) {
      if (i > 0) this.text += ','
      if (this.#column > this.#layout.width) this.#break(inner)
      else if (i > 0) this.text += ' '
      if (!Array.isArray(value)) {
        this.#scalar(key, inner, 'key')
        this.text += ': '
      }
      if (typeof item === 'object' && item !== null) this.#flow(item, inner)
      else this.#scalar(item, inner + this.#layout.indent, 'value', true)
    }
    this.text += Array.isArray(value) ? ']' : '}'
  }

  #scalar(value: unknown, indent: number, place: Place, inFlow = false): void {
    if (typeof value !== 'string') {
      this.text +=
        value === null ? 'null' : typeof value === 'number' ? numeral(value) : pythonText(value).toLowerCase()
      return
    }
    const multiline = /[\n\u0085\u2028\u2029]/.test(value)
    const plain =
      value !== '' && !multiline && !needsQuotes(value, inFlow) && resolvePlain(value) === value && !isDate(value)
    const special = /(?![\n\u0085])[\p{Cc}\ufeff]/u.test(value) || /[ \t]\n|\n[ \t]/.test(value)
    if (plain) this.#words(value, indent, place, '')
    else if (special || (multiline && place === 'key')) this.text += doubleQuoted(value)
    else this.#words(value.replaceAll("'", "''"), indent, place, "'")
  }

  /** Broken at blanks where a line is full; a line break is an empty line. */
  #words(value: string, indent: number, place: Place, quote: string): void {
    this.text += quote
    for (const [i, part] of value.split(/((?<=[^ \n]) (?=[^ \n])|\n+)/).entries()) {
      if (part.startsWith('\n')) this.text += `\n${part}${' '.repeat(indent)}`
      else if (i % 2 === 1 && place !== 'key' && this.#column > this.#layout.width) this.#break(indent)
      else this.text += part
    }
    this.text += quote
  }
}

function isFlow(value: object, flow: boolean | null): boolean {
  const items = Object.values(value)
  return items.length === 0 || (flow ?? items.every((item) => typeof item !== 'object' || item === null))
}

function isBlockMapping(value: unknown, flow: boolean | null): boolean {
  return isMapping(value) && !isFlow(value, flow)
}

function isBlockList(value: unknown, flow: boolean | null): boolean {
  return Array.isArray(value) && !isFlow(value, flow)
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return Number.isInteger(value) ? String(value) : floatText(value).replace(/^(-?\d+)e/, '$1.0e')
}

function needsQuotes(value: string, inFlow: boolean): boolean {
  if (/^[#,[\]{}&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)|^\s|\s$|:(?:\s|$)|\s#/.test(value)) return true
  return (inFlow && /[,?[\]{}:]/.test(value)) || /\p{Cc}/u.test(value)
}

/** Dates, `=` and `<<` mean something to YAML 1.1. */
function isDate(value: string): boolean {
  return /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$|^(?:=|<<)$/.test(
    value,
  )
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
}

function doubleQuoted(value: string): string {
  return `"${value.replace(/["\\\p{Cc}\ufeff]/gu, (char) => ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}"`
}
