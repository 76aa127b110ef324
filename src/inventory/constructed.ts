/** Constructed inventories: variables and groups that expressions make out of the variables of hosts. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { guardSecrets } from '../text/secrets.ts'
import { newCondition, newExpression } from './constructed-evaluate.ts'
import { newKeyedGroup } from './constructed-keyed.ts'
import type { Expression } from './constructed-fields.ts'
import type { ConstructedOptions } from './constructed-options.ts'
import type { Problems } from './constructed-problems.ts'
import { newProblems, safeGroupName } from './constructed-problems.ts'
import type { Draft, Variables } from './draft.ts'
import { draftGroup } from './draft.ts'

/** The variables that expressions can name for one host: its own, its groups', and Ansible's (group_names and the like). */
export type VarsOf = (host: string) => Readonly<Record<string, unknown>>

type Vars = Readonly<Record<string, unknown>>

/**
 * Sets variables of hosts and puts hosts into groups as the options say, host after host in the order given, each: compose,
 * then groups, then keyed_groups. `varsOf` is asked before compose and again after it. What expressions give is never a
 * template again. Returns what is wrong, each expression once with the hosts it fails for.
 */
export function applyConstructed(
  draft: Draft,
  hostNames: Iterable<string>,
  options: ConstructedOptions,
  varsOf: VarsOf,
): Diagnostic[] {
  const problems = newProblems(options.strict)
  const compose = [...options.compose].map(([name, each]) => newComposed(name, each, problems))
  const groups = [...options.groups].map(([name, each]) => newConditional(name, each, problems))
  const keyed = options.keyedGroups.map((each) => newKeyedGroup(each, options.leadingSeparator, problems))
  for (const host of hostNames) {
    // As Ansible: of a group and a host of one name, the group gets what is said of the host.
    const own = draft.groups.get(host)?.vars ?? draft.hosts.get(host)
    if (own === undefined) continue
    let vars = varsOf(host)
    for (const set of compose) set(host, vars, own)
    if (compose.length > 0) vars = varsOf(host)
    for (const join of groups) join(host, vars, draft)
    for (const join of keyed) join(host, vars, draft)
  }
  return problems.diagnostics()
}

function newComposed(name: string, { text, source }: Expression, problems: Problems) {
  const evaluate = newExpression(text)
  return (host: string, vars: Vars, into: Variables): void => {
    const outcome = evaluate(vars)
    if ('error' in outcome) return problems.failed(`compose.${name}`, host, outcome.error, source)
    const guarded = guardSecrets(name, outcome.value, source)
    if ('diagnostic' in guarded) problems.wrong(guarded.diagnostic.summary, host, guarded.diagnostic.hint, source)
    else into.set(name, { value: guarded.value, source })
  }
}

function newConditional(name: string, { text, source }: Expression, problems: Problems) {
  const evaluate = newCondition(text)
  const group = safeGroupName(name)
  return (host: string, vars: Vars, draft: Draft): void => {
    const outcome = evaluate(vars)
    if ('error' in outcome) problems.failed(`groups.${name}`, host, outcome.error, source)
    else if (group === '') problems.wrong('groups: a group needs a name', host, '', source)
    else if (outcome.value && !draft.groups.has(host)) draftGroup(draft, group).hosts.add(host)
    else if (outcome.value && !draftGroup(draft, group).children.has(host))
      draftGroup(draft, group).children.set(host, source)
  }
}
