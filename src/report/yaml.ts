/** Values as YAML that Ansible reads back. */
import { Pair, Scalar, stringify, YAMLMap } from 'yaml'

/** Keys under which Ansible's JSON keeps what has a tag in YAML. */
const TAGS: Readonly<Record<string, string>> = { __ansible_vault: '!vault', __ansible_unsafe: '!unsafe' }

/** The library writes `<<` for it, which would merge. */
const MERGE = 'tag:yaml.org,2002:merge'

/** What PyYAML does not read as it stands, or takes for a line end; the library escapes other control characters. */
const SPECIAL = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/
const TO_QUOTE = new RegExp(`\\t|${SPECIAL.source}`)

/** Ends with a line end. Ansible reads YAML 1.1: what is a number or truth there is put in quotes. */
export function renderYaml(value: unknown): string {
  const text = stringify(tagged(value), {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => tag !== 'merge' && (typeof tag === 'string' || tag.tag !== MERGE)),
    aliasDuplicateObjects: false,
    lineWidth: 0,
  })
  // They stand in double quotes alone.
  return text.replaceAll(new RegExp(SPECIAL, 'g'), (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function tagged(value: unknown): unknown {
  // These have a meaning of their own to Ansible's reader.
  if (value === '=' || value === '<<') return quoted(value)
  if (typeof value === 'string') return TO_QUOTE.test(value) ? quoted(value) : value
  if (Array.isArray(value)) return value.map(tagged)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [key = '', text] = entries.length === 1 ? entries[0]! : []
  const tag = TAGS[key]
  if (tag !== undefined)
    return Object.assign(typeof text === 'string' && TO_QUOTE.test(text) ? quoted(text) : new Scalar(text), { tag })
  const values = entries.map(([name, item]): [string, unknown] => [name, tagged(item)])
  if (!values.some(([name]) => TO_QUOTE.test(name))) return Object.fromEntries(values)
  const map = new YAMLMap()
  for (const [name, item] of values) map.items.push(new Pair(TO_QUOTE.test(name) ? quoted(name) : name, item))
  return map
}

function quoted(value: string): Scalar {
  return Object.assign(new Scalar(value), { type: Scalar.QUOTE_DOUBLE })
}
