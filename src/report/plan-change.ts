/** One change of a plan as lines: a sign, what changes, and before → after. */
import { createHash } from 'node:crypto'
import type { PlannedChange, Step, WriteStep } from '../model/change.ts'
import { CENSORED } from '../model/no-log.ts'
import { Secret } from '../model/secret.ts'
import { shellJoin } from '../text/shell.ts'
import { renderFileDiffs } from './file-diff.ts'
import { sanitize } from './sanitize.ts'
import type { Paint, Style } from './style.ts'
import { paint } from './style.ts'
import type { Difference } from './values.ts'
import { describeValue, differences, isKnownAfterApply } from './values.ts'
import { displayWidth } from './width.ts'
import { wrap } from './wrap.ts'

/** How much of a plan is shown. */
export interface PlanOptions {
  /** Unified diffs of files. */
  diff: boolean
  /** Summaries of all changes, details of notes, and every group of hosts however many there are. */
  verbose: boolean
  /** The commands and files of the steps. */
  steps: boolean
}

const INDENT = '    '
const DEEPER = `${INDENT}    `
/** Parts of one value that are shown before the rest is only counted. */
const MAX_PARTS = 20

/** `+` created, `-` removed, `~` changed. */
function changeSign(change: Pick<PlannedChange, 'before' | 'after'>): '+' | '-' | '~' {
  if (change.before === null) return '+'
  return change.after === null ? '-' : '~'
}

const COLORS: Record<'+' | '-' | '~', Paint> = { '+': 'green', '-': 'red', '~': 'yellow' }

/** Facts whose values do not say what a change does: text of files, units that are restarted, profiles that are
 * brought up, bits. */
const SILENT = /^(?:file|service|nm_profile)\//

/** Module of the changes that take a run back: whatever else is left out of a plan, they are shown. */
export const ROLLBACK = 'rollback'

/** Modes of files that everybody may read. */
const OPEN = /[4-7]$/

/** Lines of one change, indented to stand below their task. */
export function renderChange(change: PlannedChange, style: Style, options: PlanOptions): string[] {
  const sign = changeSign(change)
  const painted = paint(style, COLORS[sign], sign)
  const head = (text: string): string => `${INDENT}${painted} ${text}`
  const fact = sanitize(change.fact)
  const lines: string[] = []
  const parts = sign === '~' ? differences(change.before, change.after) : []
  const [only] = parts
  const name = parts.length === 1 && only?.path ? `${fact} ${only.path}` : fact
  const text = contrast(change, sign, parts)
  if (parts.length > 1) lines.push(head(fact), ...renderParts(parts, style))
  else if (INDENT.length + 4 + displayWidth(name + text) <= style.width) lines.push(head(`${name}: ${text}`))
  else lines.push(head(name), wrap(text, style.width, DEEPER))
  // What does not fit on one line is hard to read without its meaning.
  const silent = SILENT.test(change.fact) || isKnownAfterApply(change.after) || change.opaque === true
  if (options.verbose || lines.length > 1 || silent) lines.push(remark(change.summary, style))
  if (change.disruptive) lines.push(paint(style, 'yellow', `${DEEPER}! may cut the connection that carries SSH`))
  lines.push(...opaqueTexts(change).map((text) => remark(text, style)))
  if (change.checkOnly) lines.push(remark('check_mode: shown, never applied', style))
  if (options.steps && change.module !== ROLLBACK)
    lines.push(...change.apply.map((step) => remark(stepText(step), style)))
  return options.diff ? [...lines, ...renderFileDiffs(change, style).map((line) => `${DEEPER}${line}`)] : lines
}

function remark(text: string, style: Style): string {
  return paint(style, 'dim', wrap(sanitize(text, { lines: true }), style.width, `${DEEPER}# `, `${DEEPER}#   `))
}

/**
 * Steps that are shown whole, since nothing else tells what they do: those that take an opaque task back, as its author wrote
 * them, and those of a rollback, which come from a file of a run that is over.
 */
export function opaqueTexts(change: PlannedChange): string[] {
  if (change.module === ROLLBACK) return change.apply.map((step) => wholeStep('run', step))
  return change.opaque === true ? change.undo.map((step) => wholeStep('undo', step)) : []
}

function wholeStep(label: string, step: Step): string {
  if (step.kind === 'remove') return stepText(step)
  if (step.kind === 'write') return `${stepText(step)}: ${bytesText(step)}`
  const folder = step.chdir === undefined ? '' : ` (in ${step.chdir})`
  const script = step.script === undefined ? '' : `\nscript: ${step.script.text.trimEnd()}`
  const stdin = step.stdin === undefined ? '' : `\nstdin: ${String(step.stdin).trimEnd()}`
  return `${label}: ${shellJoin(step.argv)}${folder}${script}${stdin}`
}

/** What is written; of a file that not everybody may read only its sum, as in diffs. */
function bytesText({ bytes, mode }: WriteStep): string {
  const text = String(bytes)
  if (OPEN.test(mode)) return text === '' ? 'nothing' : `\n${text.trimEnd()}`
  return bytes instanceof Secret ? text : `sha256 ${createHash('sha256').update(text).digest('hex')}`
}

/** One line for a step, without what it writes or reads. */
export function stepText(step: Step): string {
  if (step.kind === 'run') return `$ ${shellJoin(step.argv)}`
  if (step.kind === 'remove') return `remove ${step.path}`
  return `write ${step.path}, mode ${step.mode}, owner ${step.owner}:${step.group}`
}

function contrast(change: PlannedChange, sign: '+' | '-' | '~', parts: readonly Difference[]): string {
  if (change.noLog === true) return CENSORED
  if (sign === '+') return describeValue(change.after)
  if (sign === '-') return describeValue(change.before)
  const [only] = parts
  return only === undefined ? 'written again' : `${only.before} → ${only.after}`
}

function renderParts(parts: readonly Difference[], style: Style): string[] {
  const shown = parts.slice(0, MAX_PARTS)
  const lines = shown.map(({ path, before, after }) =>
    wrap(`${path}: ${before} → ${after}`, style.width, DEEPER, `${DEEPER}  `),
  )
  if (parts.length > shown.length) lines.push(`${DEEPER}and ${parts.length - shown.length} more`)
  return lines
}
