/** Hosts of a run: search, filter by status, order, and each host's changes in full. */
import type { HostReport, RunReport } from '../../../model/report.ts'
import { findingsByHost } from '../../found.ts'
import { hostDetails } from '../run/host.ts'
import type { GridCell, GridColumn } from '../grid-cells.ts'
import { code, h } from '../tree.ts'
import { createDialog } from './dialog.ts'
import { byId } from './dom.ts'
import { createGrid } from './grid.ts'
import { createToolbar } from './toolbar.ts'

const COLUMNS: readonly (GridColumn & { of: (host: HostReport) => string | number })[] = [
  { key: 'host', label: 'host', short: 'host', kind: 'name', of: ({ name }) => name },
  { key: 'address', label: 'address', short: 'address', kind: 'word', of: ({ address }) => address },
  { key: 'status', label: 'status', short: 'status', kind: 'word', of: ({ status }) => status },
  { key: 'changes', label: 'changes', short: 'changes', kind: 'number', of: ({ changes }) => changes.length },
  { key: 'execs', label: 'execs', short: 'execs', kind: 'number', of: ({ metrics }) => metrics.execs },
]

export function showRun(report: RunReport): void {
  const open = createDialog()
  const found = findingsByHost(report.findings)
  const words = new Map(report.hosts.map((host) => [host, JSON.stringify([host, found.get(host.name)]).toLowerCase()]))
  const collator = new Intl.Collator('en', { numeric: true })
  let hosts: HostReport[] = []
  let order = { key: 'host', ascending: true }

  const cellAt = (row: number, column: number): GridCell => {
    const { key, of } = COLUMNS[column]!
    const text = String(of(hosts[row]!))
    return { text, kind: key === 'status' ? text : '' }
  }
  const sort = (key: string): void => {
    order = { key, ascending: order.key === key ? !order.ascending : true }
    update()
  }
  const openHost = (row: number): void => {
    open(h('span', {}, code(hosts[row]!.name)), hostDetails(report, hosts[row]!))
  }
  const update = (): void => {
    const { text, status } = toolbar.values()
    const { of } = COLUMNS.find(({ key }) => key === order.key)!
    const sign = order.ascending ? 1 : -1
    hosts = report.hosts
      .filter(
        (host) => (status === '' || host.status === status) && words.get(host)!.includes(text.trim().toLowerCase()),
      )
      .toSorted((a, b) => sign * collator.compare(String(of(a)), String(of(b))))
    grid.show({ columns: COLUMNS, rows: hosts.length, cell: cellAt, order })
    toolbar.tell(`${hosts.length} of ${report.hosts.length} hosts`)
  }
  const statuses = [...new Set(report.hosts.map(({ status }) => status))].toSorted()
  const choices = [{ value: '', text: 'any' }, ...statuses.map((status) => ({ value: status, text: status }))]
  const toolbar = createToolbar('host, address, fact, error, finding', { status: choices }, update)
  const grid = createGrid('All hosts', sort, openHost)
  byId('explore').append(toolbar.element, grid.element)
  update()
}
