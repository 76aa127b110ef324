/** Hosts as one line or key of an inventory names them, perhaps with ranges, on their way into the draft. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Draft, DraftGroup, Variables } from './draft.ts'
import { draftHost } from './draft.ts'
import { expandHostPattern, rangeLimit, tooManyHosts } from './host-range.ts'

/** Characters of a name in a message. */
const SHOWN = 80

/** What is wrong, or null once the hosts are in the group with these variables. */
export function addHosts(
  draft: Draft,
  group: DraftGroup,
  { pattern, vars, source }: { pattern: string; vars: Variables; source: Source },
): Diagnostic | null {
  if (pattern === '')
    return errorDiagnostic('inventory-shape', 'a host needs a name', { source, hint: 'write it first' })
  // Said already: the hosts of further ranges are not even counted.
  if (draft.ranged > rangeLimit() && pattern.includes('[')) return null
  const expanded = expandHostPattern(pattern)
  const shortened = pattern.length > SHOWN ? `${pattern.slice(0, SHOWN)}…` : pattern
  if ('error' in expanded)
    return errorDiagnostic(expanded.code, `host "${shortened}": ${expanded.error}`, { source, hint: expanded.hint })
  const { names, port } = expanded
  if (names.includes('all')) {
    const hint = 'rename it; a host of this name would be meant wherever all hosts are'
    return errorDiagnostic('reserved-name', 'a host cannot be named "all"', { source, hint })
  }
  if (names.length > 1) draft.ranged += names.length
  if (draft.ranged > rangeLimit()) {
    const { error, hint } = tooManyHosts('the ranges of all inventories stand for')
    return errorDiagnostic('range-cap', error, { source, hint })
  }
  for (const name of names) {
    const isNew = !draft.hosts.has(name)
    const own = draftHost(draft, group, name)
    if (isNew && port !== null) own.set('ansible_port', { value: port, source })
    // As Ansible: of a group and a host of one name, the group gets what is said of the host.
    const into = draft.groups.get(name)?.vars ?? own
    for (const [key, variable] of vars) into.set(key, variable)
  }
  return null
}
