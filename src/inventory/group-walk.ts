/** One walk over the tree of groups, however deep or tangled it is: an order without surprises, and the circles in it. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Draft } from './draft.ts'

/** More names of a circle say no more. */
const SHOWN = 8
/** Groups in groups in groups: each host has the variables of all of them. */
const DEEPEST = 500

interface Step {
  name: string
  children: Iterator<[string, Source | null]>
}

/** Circles of groups, each at the line that closes it, too many groups in each other, and `ungrouped` where it cannot stand. */
export function findTreeProblems(draft: Draft): Diagnostic[] {
  return [...walk(draft).problems, ...findUngrouped(draft)]
}

/** Names of all groups, each before the groups in it. The draft has no circles. */
export function parentsFirst(draft: Draft): string[] {
  return walk(draft).childrenFirst.toReversed()
}

function walk(draft: Draft): { childrenFirst: string[]; problems: Diagnostic[] } {
  const problems: Diagnostic[] = []
  const done = new Set<string>()
  let isDeep = false
  for (const root of draft.groups.keys()) {
    const trail: Step[] = []
    const open = new Set<string>()
    const enter = (name: string): void => {
      if (done.has(name)) return
      trail.push({ name, children: (draft.groups.get(name)?.children ?? new Map()).entries() })
      open.add(name)
    }
    enter(root)
    for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
      const { done: isLast, value } = step.children.next()
      if (isLast === true) {
        trail.pop()
        open.delete(step.name)
        done.add(step.name)
      } else if (open.has(value[0])) problems.push(cycle([...open], ...value))
      else if (trail.length < DEEPEST) enter(value[0])
      else if (!isDeep) {
        isDeep = true
        problems.push(tooDeep(...value))
      }
    }
  }
  return { childrenFirst: [...done], problems }
}

/** Hosts in `ungrouped` would be in a group then, and so not in `ungrouped`: Ansible loses them. */
function findUngrouped(draft: Draft): Diagnostic[] {
  return [...draft.groups.values()].flatMap(({ name, children }) => {
    if (name === 'all' || !children.has('ungrouped')) return []
    const summary = `"ungrouped" is for hosts in no group: it cannot be a child of "${name}"`
    const hint = 'give these hosts a group of their own'
    return [errorDiagnostic('reserved-name', summary, { source: children.get('ungrouped') ?? null, hint })]
  })
}

function tooDeep(child: string, source: Source | null): Diagnostic {
  const summary = `group "${child}" is more than ${DEEPEST} groups deep`
  return errorDiagnostic('groups-too-deep', summary, { source, hint: 'put groups beside each other' })
}

function cycle(trail: readonly string[], child: string, source: Source | null): Diagnostic {
  const round = [...trail.slice(trail.indexOf(child)), child]
  const names = round.length <= SHOWN ? round : [...round.slice(0, SHOWN - 2), '…', ...round.slice(-2)]
  const summary = `the groups go round in a circle: ${names.join(' → ')}`
  const hint = `remove "${child}" from the children of "${trail.at(-1)}"`
  return errorDiagnostic('group-cycle', summary, { source, hint })
}
