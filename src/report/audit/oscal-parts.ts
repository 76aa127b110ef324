/** Small parts of OSCAL's JSON. */
import { sanitize } from '../sanitize.ts'

/** Properties in our own namespace. Without those that are empty, which the schema does not have. */
export function propsOf(values: Readonly<Record<string, string>>): object {
  const props = Object.entries(values).flatMap(([name, value]) => {
    const text = sanitize(value).trim()
    return text === '' ? [] : [{ name, ns: 'urn:mptcp-fleet', value: text }]
  })
  return listed('props', props)
}

/** A list under its name; nothing where it is empty, which the schema does not have either. */
export function listed(name: string, items: readonly object[]): object {
  return items.length === 0 ? {} : { [name]: items }
}

/** Ids of the catalogue of SP 800-53: `CM-6 (1)` is `cm-6.1`. */
export function nistId(control: string): string {
  return control
    .toLowerCase()
    .replaceAll(/\s+/g, '')
    .replaceAll(/\((\w+)\)/g, '.$1')
}
