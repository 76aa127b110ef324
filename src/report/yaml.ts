/** Values as YAML that Ansible reads back. */
import { Scalar, stringify } from 'yaml'

/** Keys under which Ansible's JSON keeps what has a tag in YAML. */
const TAGS: Readonly<Record<string, string>> = { __ansible_vault: '!vault', __ansible_unsafe: '!unsafe' }

/** The library writes `<<` for it, which would merge. */
const MERGE = 'tag:yaml.org,2002:merge'

/** Ends with a line end. Ansible reads YAML 1.1: what is a number or truth there is put in quotes. */
export function renderYaml(value: unknown): string {
  return stringify(tagged(value), {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => tag !== 'merge' && (typeof tag === 'string' || tag.tag !== MERGE)),
    aliasDuplicateObjects: false,
    lineWidth: 0,
  })
}

function tagged(value: unknown): unknown {
  // These have a meaning of their own to Ansible's reader.
  if (value === '=' || value === '<<') return Object.assign(new Scalar(value), { type: Scalar.QUOTE_DOUBLE })
  if (Array.isArray(value)) return value.map(tagged)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [key = '', text] = entries.length === 1 ? entries[0]! : []
  const tag = TAGS[key]
  if (tag === undefined) return Object.fromEntries(entries.map(([name, item]) => [name, tagged(item)]))
  return Object.assign(new Scalar(text), { tag })
}
