/** One change of a plan as lines: a sign, what changes, and before → after. */
import type { PlannedChange } from '../model/change.ts'
import { renderFileDiffs } from './file-diff.ts'
import { sanitize } from './sanitize.ts'
import type { Paint, Style } from './style.ts'
import { paint } from './style.ts'
import { describeValue, differences, isKnownAfterApply } from './values.ts'
import { wrap } from './wrap.ts'

/** How much of a plan is shown. */
export interface PlanOptions {
  /** Unified diffs of files. */
  diff: boolean
  /** Summaries of changes, details of notes, and every group of hosts however many there are. */
  verbose: boolean
}

const INDENT = '    '
const DEEPER = `${INDENT}    `
/** Parts of one value that are shown before the rest is only counted. */
const MAX_PARTS = 20

/** `+` created, `-` removed, `~` changed. */
export function changeSign(change: Pick<PlannedChange, 'before' | 'after'>): '+' | '-' | '~' {
  if (change.before === null) return '+'
  return change.after === null ? '-' : '~'
}

const COLORS: Record<'+' | '-' | '~', Paint> = { '+': 'green', '-': 'red', '~': 'yellow' }

/** Lines of one change, indented to stand below their task. */
export function renderChange(change: PlannedChange, style: Style, options: PlanOptions): string[] {
  const sign = changeSign(change)
  const painted = paint(style, COLORS[sign], sign)
  const head = (text: string): string => `${INDENT}${painted} ${text}`
  const fact = sanitize(change.fact)
  const lines: string[] = []
  const parts = sign === '~' ? differences(change.before, change.after) : []
  if (parts.length > 0 && parts[0]?.path !== '') {
    lines.push(head(fact), ...renderParts(parts, style))
  } else {
    const text = `${fact}: ${contrast(change, sign)}`
    if (INDENT.length + 2 + text.length <= style.width) lines.push(head(text))
    else lines.push(head(fact), wrap(contrast(change, sign), style.width, DEEPER))
  }
  if (options.verbose || isKnownAfterApply(change.after)) lines.push(remark(change.summary, style))
  if (change.disruptive) lines.push(paint(style, 'yellow', `${DEEPER}! may cut the connection that carries SSH`))
  if (change.checkOnly) lines.push(remark('check_mode: shown, never applied', style))
  if (options.diff) lines.push(...renderFileDiffs(change, style).map((line) => `${DEEPER}${line}`))
  return lines
}

function remark(text: string, style: Style): string {
  return paint(style, 'dim', wrap(sanitize(text), style.width, `${DEEPER}# `))
}

function contrast(change: PlannedChange, sign: '+' | '-' | '~'): string {
  if (sign === '+') return describeValue(change.after)
  if (sign === '-') return describeValue(change.before)
  const [only] = differences(change.before, change.after)
  return only === undefined ? 'written again' : `${only.before} → ${only.after}`
}

function renderParts(parts: ReturnType<typeof differences>, style: Style): string[] {
  const shown = parts.slice(0, MAX_PARTS)
  const lines = shown.map(({ path, before, after }) =>
    wrap(`${path}: ${before} → ${after}`, style.width, DEEPER, `${DEEPER}  `),
  )
  if (parts.length > shown.length) lines.push(`${DEEPER}and ${parts.length - shown.length} more`)
  return lines
}
