/** The fleet at a glance: one row a host, as many columns as the width holds. */
import type { StatusHost } from '../../model/status.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { drawTable, tableWidth } from '../table.ts'
import { OWNERS, reasonText, VERDICT_COLORS, verdictWord, worstFirst } from './words.ts'
import { count, wrap } from '../wrap.ts'

/** Rows shown; of more hosts the worst come first. Laying out 5000 rows takes seconds, and nobody reads them. */
const MAX_ROWS = 50

interface Column {
  head: string
  cell: (host: StatusHost, style: Style) => string
  /** Left out first: the highest. */
  rank: number
}

/** Rank of the column that says what is missing. */
const TELLING = 4

const COLUMNS: readonly Column[] = [
  { head: 'host', cell: (host) => sanitize(host.name), rank: 0 },
  { head: 'verdict', cell: (host, style) => paint(style, VERDICT_COLORS[host.verdict], verdictWord(host)), rank: 0 },
  { head: 'enabled', cell: enabledCell, rank: 1 },
  { head: 'limits', cell: limitsCell, rank: 3 },
  { head: 'endpoints', cell: endpointsCell, rank: 2 },
  { head: 'connections', cell: connectionsCell, rank: 1 },
  { head: 'owned by', cell: ownersCell, rank: 5 },
  { head: 'links', cell: linksCell, rank: 6 },
  { head: 'what is missing', cell: (host) => reasonText(host), rank: TELLING },
]

/** Ends with a line end. `told`: it says itself what is missing on every host it shows. */
export function statusTable(hosts: readonly StatusHost[], style: Style): { text: string; told: boolean } {
  const many = hosts.length > MAX_ROWS
  const shown = (many ? worstFirst(hosts) : hosts).slice(0, MAX_ROWS)
  const { text, columns } = fitting(shown, style)
  const whole = shown.every((host) => host.reasons.length < 2)
  const rest = many ? `${restText(hosts, shown, style)}\n` : ''
  return {
    text: `${text}\n${narrow(columns, style)}${rest}`,
    told: !many && whole && columns.some((column) => column.rank === TELLING),
  }
}

/** The table with the most columns that the width holds; the first two are always there. */
function fitting(hosts: readonly StatusHost[], style: Style): { text: string; columns: readonly Column[] } {
  for (let rank = 6; rank > 0; rank--) {
    const columns = COLUMNS.filter(
      (column) => column.rank <= rank && (column.rank < TELLING || isTold(column, hosts, style)),
    )
    const text = draw(columns, hosts, style)
    if (tableWidth(text) <= style.width) return { text, columns }
  }
  const columns = COLUMNS.filter((column) => column.rank === 0)
  return { text: draw(columns, hosts, style), columns }
}

/** Names the columns that the width leaves out, but for those that only add to what sections below tell. */
function narrow(columns: readonly Column[], style: Style): string {
  const left = COLUMNS.filter((column) => column.rank < TELLING && !columns.includes(column))
  if (left.length === 0) return ''
  return `${wrap(`too narrow for: ${left.map(({ head }) => head).join(', ')}; -v shows all`, style.width)}\n`
}

/** A wide column that has nothing to tell is no column. */
function isTold(column: Column, hosts: readonly StatusHost[], style: Style): boolean {
  return hosts.some((host) => column.cell(host, style) !== '')
}

function draw(columns: readonly Column[], hosts: readonly StatusHost[], style: Style): string {
  const rows = hosts.map((host) => columns.map((column) => column.cell(host, style)))
  return drawTable(
    columns.map((column) => column.head),
    rows,
  )
}

function restText(hosts: readonly StatusHost[], shown: readonly StatusHost[], style: Style): string {
  const rest = hosts.filter((host) => !shown.includes(host))
  const words = new Map<string, number>()
  for (const host of rest) words.set(verdictWord(host), (words.get(verdictWord(host)) ?? 0) + 1)
  const parts = [...words].map(([word, number]) => `${number} ${word}`)
  return wrap(`and ${count(rest.length, 'more host')}: ${parts.join(', ')}; --output json has them all`, style.width)
}

/** When it is enabled. */
function enabledCell({ reading }: StatusHost): string {
  if (reading === null) return ''
  const { running, persistent } = reading.enabled
  if (running === null) return '?'
  const when = [running ? 'now' : '', persistent === true ? 'at boot' : ''].filter((part) => part !== '')
  return when.length === 0 ? 'no' : when.join(', ')
}

/** Extra subflows, and announced addresses that are accepted. */
function limitsCell({ reading }: StatusHost): string {
  if (reading === null) return ''
  const { limits } = reading
  return limits === null ? '?' : `${limits.subflows.running}, accept ${limits.addAddrAccepted.running}`
}

function declared({ reading }: StatusHost): NonNullable<NonNullable<StatusHost['reading']>['endpoints']> {
  return (reading?.endpoints ?? []).filter((endpoint) => !endpoint.flags.includes('implicit'))
}

function endpointsCell(host: StatusHost): string {
  if (host.reading === null) return ''
  if (host.reading.endpoints === null) return '?'
  const own = declared(host)
  const flags = [...new Set(own.map((endpoint) => endpoint.flags.join('+')))]
  return own.length === 0 ? '0' : `${own.length} ${flags.length === 1 ? flags[0]! : 'mixed'}`.trimEnd()
}

function ownersCell(host: StatusHost): string {
  return [...new Set(declared(host).map(({ owner }) => OWNERS[owner]))].join(', ')
}

function connectionsCell({ reading }: StatusHost, style: Style): string {
  if (reading === null) return ''
  const { connections } = reading
  if (connections === null) return '?'
  const fallbacks = connections.fallbacks === 0 ? '' : paint(style, 'yellow', `, ${connections.fallbacks} fell back`)
  return `${connections.total}${fallbacks}`
}

function linksCell({ reading }: StatusHost): string {
  const links = (reading?.links ?? []).filter((link) => link.name !== 'lo')
  return links
    .map((link) =>
      sanitize(
        `${link.name} ${link.up ? '' : 'down '}${link.addresses.filter((one) => !one.startsWith('fe80:')).join(' ')}`,
      ),
    )
    .join('\n')
}
