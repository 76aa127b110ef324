/** A plan as text: hosts with the same plan once, with their names; changes by task; a last line that counts. */
import type { HostPlan, PlayPlan } from '../model/events.ts'
import { plainValue } from '../model/plain.ts'
import { renderHint } from './diagnostics.ts'
import type { PlanOptions } from './plan-change.ts'
import { opaqueTexts, renderChange, ROLLBACK, stepText } from './plan-change.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { count, wrap } from './wrap.ts'

/** Groups shown in full unless verbose; hosts of the others are listed with the number of their changes. */
const MAX_GROUPS = 25

/** The plan of one batch. Every host of it is named exactly once. Ends with a line end. */
export function renderPlan(plan: PlayPlan, style: Style, options: PlanOptions): string {
  const idle = plan.hosts.filter((host) => isIdle(host, options))
  const groups = groupHosts(
    plan.hosts.filter((host) => !isIdle(host, options)),
    options,
  )
  const isWhole = options.verbose || plan.hosts.some(({ changes }) => changes.some(({ module }) => module === ROLLBACK))
  const shown = isWhole ? groups : groups.slice(0, MAX_GROUPS)
  const blocks = [title(plan, style), ...shown.map((hosts) => renderGroup(hosts, plan.tasks, style, options))]
  const rest = groups.slice(shown.length).flat()
  if (rest.length > 0) blocks.push(renderRest(rest, style))
  if (idle.length > 0) blocks.push(names('Unchanged: ', idle, style))
  if (plan.trials.length > 0) blocks.push(renderTrialList(plan, style))
  blocks.push(renderCount(plan, style))
  return `${blocks.join('\n\n')}\n`
}

function isIdle(host: HostPlan, options: PlanOptions): boolean {
  const told = host.changes.length + host.problems.length + host.afterApply.length
  const notes = host.notes.filter((note) => options.verbose || note.isWarning === true)
  return told + notes.length === 0
}

function title(plan: PlayPlan, style: Style): string {
  const batch = plan.batches > 1 ? ` (batch ${plan.batch} of ${plan.batches})` : ''
  return paint(style, 'bold', `PLAY ${sanitize(plan.play)}${batch}`)
}

/** Hosts whose plans would read the same, in their order. */
function groupHosts(hosts: readonly HostPlan[], options: PlanOptions): HostPlan[][] {
  const groups = new Map<string, HostPlan[]>()
  for (const host of hosts) {
    const changes = host.changes.map((change) => [
      change.taskIndex,
      change.fact,
      plainValue(change.before),
      plainValue(change.after),
      change.summary,
      change.disruptive,
      options.steps ? change.apply.map(stepText) : [],
      opaqueTexts(change),
    ])
    const key = JSON.stringify([changes, host.notes, host.problems, host.afterApply])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [host])
    else group.push(host)
  }
  return [...groups.values()]
}

function names(head: string, hosts: readonly HostPlan[], style: Style): string {
  const list = hosts.map((host) => sanitize(host.host)).join(', ')
  return wrap(list, style.width, head, '  ')
}

function renderGroup(hosts: HostPlan[], tasks: readonly string[], style: Style, options: PlanOptions): string {
  const [first] = hosts as [HostPlan]
  const lines = [paint(style, 'bold', names('', hosts, style))]
  for (const task of tasksOf(first, tasks)) {
    lines.push(`  ${paint(style, 'cyan', sanitize(task))}`)
    for (const change of first.changes.filter((item) => item.task === task)) {
      // One by one: a call takes so many arguments, and a diff may have more lines.
      for (const line of renderChange(change, style, options)) lines.push(line)
    }
    for (const note of first.notes.filter((item) => item.task === task)) {
      lines.push(wrap(sanitize(note.summary), style.width, '    note: ', '      '))
      if (options.verbose && note.detail !== undefined) lines.push(block(note.detail, style))
    }
    for (const problem of first.problems.filter((item) => item.task === task)) {
      const text = wrap(sanitize(problem.summary), style.width, `    problem: ${problem.code}: `, '      ')
      lines.push(paint(style, 'red', text))
      if (problem.detail !== undefined && problem.detail !== '') lines.push(block(problem.detail, style))
      if (problem.hint !== undefined && problem.hint !== '') lines.push(renderHint(problem.hint, style, '      '))
    }
    for (const later of first.afterApply.filter((item) => item.task === task)) {
      lines.push(wrap(`known after apply: ${sanitize(later.reason)}`, style.width, '    ', '      '))
    }
  }
  return lines.join('\n')
}

function block(text: string, style: Style): string {
  return wrap(sanitize(text, { lines: true }), style.width, '      ')
}

/** Names of tasks with something to tell, in the order of the play. */
function tasksOf(host: HostPlan, tasks: readonly string[]): string[] {
  const told = [host.changes, host.notes, host.problems, host.afterApply].flatMap((list) =>
    list.map((item) => item.task),
  )
  return [...new Set([...tasks, ...told])].filter((task) => told.includes(task))
}

function renderRest(hosts: HostPlan[], style: Style): string {
  const list = hosts.map((host) => `${sanitize(host.host)} (${host.changes.length})`).join(', ')
  const head = `${count(hosts.length, 'more host')} with plans of their own, and the number of changes of each:`
  return `${wrap(head, style.width)}\n${wrap(list, style.width, '  ')}\n  -v shows them all, --limit one of them.`
}

function renderTrialList(plan: PlayPlan, style: Style): string {
  const lines = plan.trials
    .slice(0, MAX_GROUPS)
    .map((trial) => `  ${sanitize(trial.task)}: ${sanitize(trial.client)} → ${sanitize(trial.server)}`)
  const more = plan.trials.length - lines.length
  if (more > 0) lines.push(`  and ${more} more`)
  return [paint(style, 'bold', 'Trials that follow'), ...lines].join('\n')
}

/** `Plan: 7 changes on 2 hosts, 1 unchanged.` */
function renderCount(plan: PlayPlan, style: Style): string {
  const changing = plan.hosts.filter((host) => host.changes.length > 0)
  const changes = changing.reduce((sum, host) => sum + host.changes.length, 0)
  const failing = plan.hosts.filter((host) => host.problems.length > 0)
  const open = plan.hosts.filter((host) => host.afterApply.length > 0)
  const same = plan.hosts.filter((host) => host.changes.length + host.problems.length + host.afterApply.length === 0)
  const parts = [changes === 0 ? 'no changes' : `${count(changes, 'change')} on ${count(changing.length, 'host')}`]
  if (same.length > 0) parts.push(`${same.length} unchanged`)
  if (open.length > 0) parts.push(`${open.length} with more that is known after apply`)
  if (failing.length > 0) parts.push(`${failing.length} that cannot be planned`)
  return paint(style, 'bold', wrap(`Plan: ${parts.join(', ')}.`, style.width))
}
