/** Hosts × controls of an audit: search, filters, a heat map that is a table, and each host's evidence. */
import type { ControlStatus } from '../../../model/audit.ts'
import { isFailing, LETTERS, statusAt } from '../../../model/audit-status.ts'
import { WEIGHTS } from '../../../model/audit-score.ts'
import { hostDetails } from '../audit/host.ts'
import type { GridCell, GridColumn } from '../grid-cells.ts'
import { code, h } from '../tree.ts'
import type { AuditData, Filter, HostLine, Order, View } from '../view.ts'
import { createSearch, hostLines, viewOf } from '../view.ts'
import type { Scale } from '../../spark.ts'
import { scaleOf, sparkLine } from '../../spark.ts'
import { createDialog } from './dialog.ts'
import { build, byId } from './dom.ts'
import { createGrid } from './grid.ts'
import { createOverview } from './overview.ts'
import type { Choice } from './toolbar.ts'
import { createToolbar } from './toolbar.ts'

/** What stands in a cell, so that nobody needs the colours. */
const MARKS: Readonly<Record<ControlStatus, string>> = {
  fail: '✕',
  error: 'E',
  'not-tested': '?',
  unreachable: 'U',
  waived: 'W',
  pass: '✓',
  'not-applicable': '–',
}
const FIXED: readonly GridColumn[] = [
  { key: 'host', label: 'host', short: 'host', kind: 'name' },
  { key: 'score', label: 'score', short: 'score', kind: 'number' },
  { key: 'failing', label: 'failing controls', short: 'failing', kind: 'number' },
]
/** Only where there were audits before. */
const CHANGE: GridColumn = { key: 'change', label: 'trend of the score', short: 'trend', kind: 'word' }
/** Columns of its picture. */
const SPARK_WIDTH = 8

export function showAudit(data: AuditData): void {
  const { matrix } = data
  const all = hostLines(data)
  const search = createSearch(data)
  const open = createDialog()
  let order: Order = { key: 'failing', ascending: false }
  let view: View = { columns: [], lines: [] }

  const fixed = all.some(({ past }) => past.length > 0) ? [...FIXED, CHANGE] : FIXED
  const scale = { least: scaleOf(all.map(({ past, score }) => [...past, score]))?.least ?? 0, most: 100 }
  const colours = coloursOf(data)
  const cellAt = (row: number, column: number): GridCell => {
    const line = view.lines[row]!
    if (column === 0) return { text: line.host.name, kind: '' }
    if (column < fixed.length) return numberCell(line, fixed[column]!.key, scale)
    const index = view.columns[column - fixed.length]!
    const status = statusAt(matrix.rows[line.at] ?? '', index)
    return { text: MARKS[status], kind: colours(status, index), label: status }
  }
  const sort = (key: string): void => {
    const ascending = order.key === key ? !order.ascending : key !== 'failing'
    order = { key, ascending }
    update()
  }
  const openHost = (row: number): void => {
    const { at, host } = view.lines[row]!
    open(h('span', {}, code(host.name)), hostDetails(data, at))
  }
  const grid = createGrid('Hosts and controls', sort, openHost)
  const overview = createOverview(grid, (row, column) => {
    const index = view.columns[column]!
    return colours(statusAt(matrix.rows[view.lines[row]!.at] ?? '', index), index)
  })
  const update = (): void => {
    view = viewOf(data, all, search, toolbar.values() as Filter, order)
    const controls = view.columns.map((index): GridColumn => {
      const { id, title, severity } = matrix.controls[index]!
      return { key: `control:${id}`, label: `${id}, ${severity}: ${title}`, short: id, kind: 'mark' }
    })
    grid.show({ columns: [...fixed, ...controls], rows: view.lines.length, cell: cellAt, order })
    overview.show(view.lines.length, view.columns.length)
    toolbar.tell(
      `${view.lines.length} of ${all.length} hosts, ${view.columns.length} of ${matrix.controls.length} controls`,
    )
  }
  const toolbar = createToolbar('host, address, control, finding', choicesOf(data), update)
  const box = build(h('div', { class: 'beside' }))
  box.append(grid.element, overview.element)
  byId('explore').append(toolbar.element, legend(), box)
  update()
}

function numberCell(line: HostLine, key: string, scale: Scale): GridCell {
  if (key === 'change') return changeCell(line, scale)
  if (key === 'failing') return { text: String(line.failing), kind: line.failing > 0 ? 'bad' : '' }
  return { text: line.score === null ? '–' : line.score.toFixed(1), kind: '' }
}

/** A small picture of the score over time, and how it changed; screen readers say the latter. */
function changeCell({ past, score, change }: HostLine, scale: Scale): GridCell {
  if (change === null) return { text: '', kind: '', label: 'no earlier audit to compare with' }
  const signed = change === 0 ? '±0' : `${change > 0 ? '+' : '−'}${Math.abs(change)}`
  const label = `${signed} since the first of the last ${past.filter((one) => one !== null).length + 1} audits`
  return {
    text: `${sparkLine([...past, score], scale, SPARK_WIDTH, true)} ${signed}`,
    kind: change < 0 ? 'bad' : '',
    label,
  }
}

/** A failing cell has the colour of its severity, another one that of its status. */
function coloursOf({ matrix }: AuditData): (status: ControlStatus, control: number) => string {
  return (status, control) => {
    const { required, severity } = matrix.controls[control]!
    return isFailing(status, required) ? severity : status
  }
}

function choicesOf({ matrix }: AuditData): Record<'status' | 'severity' | 'group' | 'control', Choice[]> {
  const any = { value: '', text: 'any' }
  const groups = [...new Set(matrix.hosts.flatMap((host) => host.groups))].toSorted()
  return {
    status: [any, choice('failing'), ...Object.keys(LETTERS).map((value) => choice(value))],
    severity: [any, ...Object.keys(WEIGHTS).map((value) => choice(value))],
    group: [any, ...groups.map((value) => choice(value))],
    control: [any, ...matrix.controls.map(({ id }) => choice(id))],
  }
}

function choice(value: string): Choice {
  return { value, text: value }
}

function legend(): HTMLElement {
  const items = (Object.keys(LETTERS) as ControlStatus[]).map((status) =>
    h(
      'li',
      {},
      h('span', { class: `mark ${status === 'fail' ? 'high' : status}`, 'aria-hidden': 'true' }, MARKS[status]),
      ` ${status}`,
    ),
  )
  return build(h('ul', { class: 'legend', 'aria-label': 'Legend' }, ...items))
}
