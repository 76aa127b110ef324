/** Which hosts and controls of an audit are shown, and in which order. Pure, and quick for thousands of hosts. */
import type { Severity, AuditedControl, AuditHost, ControlStatus } from '../../model/audit.ts'
import type { AuditEvidence, AuditMatrix } from '../../model/audit-columns.ts'
import { scoreOf, severitiesOf, WEIGHTS } from '../../model/audit-score.ts'
import { isFailing, LETTERS, statusAt } from '../../model/audit-status.ts'

/** Empty: all of them. */
export interface Filter {
  text: string
  status: '' | 'failing' | ControlStatus
  severity: '' | Severity
  group: string
  control: string
}

/** `key`: `host`, `score`, `change`, `failing`, or `control:` and the id of one. */
export interface Order {
  key: string
  ascending: boolean
}

export interface HostLine {
  /** Index of the host in the matrix. */
  at: number
  host: AuditMatrix['hosts'][number]
  score: number | null
  /** Of earlier audits, the oldest first; and by how much it is another now than in the first that read it. */
  past: readonly (number | null)[]
  change: number | null
  /** Controls that fail, and their weight. */
  failing: number
  weight: number
  /** Lower case: what is searched. */
  words: string
}

export interface AuditData {
  matrix: AuditMatrix
  evidence: AuditEvidence
}

/** Every host, counted once. */
export function hostLines({ matrix, evidence: { hostScores } }: AuditData): HostLine[] {
  const { controls, hosts, rows } = matrix
  const severityOf = severitiesOf(matrix)
  return hosts.map((host, at) => {
    const results = controls.map(({ id, severity, required }, index) => {
      const status = statusAt(rows[at] ?? '', index)
      return { control: id, severity, status, failing: isFailing(status, required) }
    })
    const failing = results.filter((one) => one.failing)
    const weight = failing.reduce((sum, { severity }) => sum + WEIGHTS[severity], 0)
    const score = scoreOf(results, severityOf)
    const past = Object.hasOwn(hostScores, host.name) ? hostScores[host.name]! : []
    const change = changeOf(past, score)
    return { at, host, score, past, change, failing: failing.length, weight, words: wordsOf(host) }
  })
}

/** null where nothing can be compared. */
function changeOf(past: readonly (number | null)[], score: number | null): number | null {
  const first = past.find((one) => one !== null) ?? null
  return first === null || score === null ? null : Math.round((score - first) * 10) / 10
}

function wordsOf({ name, address, groups, error }: Pick<AuditHost, 'name' | 'address' | 'groups' | 'error'>): string {
  return [name, address, ...groups, error?.summary ?? ''].join('\n').toLowerCase()
}

export interface View {
  /** Indexes of the controls that are columns. */
  columns: number[]
  lines: HostLine[]
}

/** Which findings hold a text, once they were made ready for it. */
export type Search = (text: string) => readonly boolean[]

export function createSearch({ evidence }: AuditData): Search {
  let words: string[] | null = null
  return (text) => {
    words ??= evidence.findings.map((finding) => JSON.stringify(finding).toLowerCase())
    return words.map((word) => word.includes(text))
  }
}

/** `text` is of a host, of a control that is shown, or of what that found on the host. */
export function viewOf(
  { matrix, evidence }: AuditData,
  all: readonly HostLine[],
  search: Search,
  filter: Filter,
  order: Order,
): View {
  const columns = matrix.controls.flatMap((control, index) => (isColumn(control, filter) ? [index] : []))
  const text = filter.text.trim().toLowerCase()
  const found = text === '' ? [] : search(text)
  const titled = new Set(columns.filter((index) => controlWords(matrix.controls[index]!).includes(text)))
  const lines = all.filter(({ at, host, words }) => {
    if (filter.group !== '' && !host.groups.includes(filter.group)) return false
    const row = matrix.rows[at] ?? ''
    const matching = columns.filter((index) => hasStatus(row, index, matrix.controls[index]!, filter.status))
    if (filter.status !== '' && matching.length === 0) return false
    if (text === '' || words.includes(text)) return true
    return matching.some((index) => titled.has(index) || found[evidence.rows[at]?.[index] ?? -1] === true)
  })
  return { columns, lines: lines.toSorted(comparison(matrix, order)) }
}

function isColumn({ id, severity }: AuditedControl, filter: Filter): boolean {
  return (filter.severity === '' || severity === filter.severity) && (filter.control === '' || id === filter.control)
}

function controlWords({ id, title }: AuditedControl): string {
  return `${id}\n${title}`.toLowerCase()
}

function hasStatus(row: string, index: number, { required }: AuditedControl, wanted: Filter['status']): boolean {
  if (wanted === '') return true
  const status = statusAt(row, index)
  return wanted === 'failing' ? isFailing(status, required) : status === wanted
}

/** web2 before web10. */
const collator = new Intl.Collator('en', { numeric: true })
const RANK = new Map(Object.values(LETTERS).map((letter, rank) => [letter, rank]))

function comparison({ controls, rows }: AuditMatrix, { key, ascending }: Order): (a: HostLine, b: HostLine) => number {
  const sign = ascending ? 1 : -1
  const control = controls.findIndex(({ id }) => `control:${id}` === key)
  const rank = ({ at }: HostLine): number => RANK.get(rows[at]?.charAt(control) ?? '') ?? 0
  const keys: Readonly<Record<string, (a: HostLine, b: HostLine) => number>> = {
    host: byName,
    score: (a, b) => (a.score ?? 101) - (b.score ?? 101),
    change: (a, b) => (a.change ?? 101) - (b.change ?? 101),
    failing: (a, b) => a.weight - b.weight || a.failing - b.failing,
  }
  const chosen = control >= 0 ? (a: HostLine, b: HostLine) => rank(a) - rank(b) : (keys[key] ?? byName)
  return (a, b) => sign * chosen(a, b) || byName(a, b)
}

function byName(a: HostLine, b: HostLine): number {
  return collator.compare(a.host.name, b.host.name)
}
