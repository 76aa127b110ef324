/** The figures of many seeds as a table in Markdown. */
import type { Outcome } from './round.ts'
import { stateOf } from './round.ts'
import type { Fault } from './scenario.ts'

const NAMES: Record<Fault['kind'], string> = {
  'controller-killed': 'controller killed',
  'connection-reset': 'connection reset',
  'sshd-stopped': 'sshd stopped',
  'host-frozen': 'host frozen',
  'disk-full': 'disk full',
  'link-cut': 'link cut',
  rebooted: 'host rebooted',
}

const HEAD = [
  'fault',
  'seeds',
  'old',
  'new',
  'told unknown',
  'longest until reachable',
  'longest until settled',
  'failed',
]

export function renderTable(outcomes: readonly Outcome[]): string {
  const row = (name: string, own: readonly Outcome[]): string => {
    const count = (is: (outcome: Outcome) => boolean): string => String(own.filter(is).length)
    const longest = (of: (outcome: Outcome) => number): string => `${Math.max(...own.map(of)).toFixed(1)} s`
    return line([
      name,
      String(own.length),
      count((outcome) => stateOf(outcome) === 'old'),
      count((outcome) => stateOf(outcome) === 'new'),
      count(({ told }) => told === 'unknown'),
      longest(({ reachable }) => reachable),
      longest(({ settled }) => settled),
      count(({ problems }) => problems.length > 0),
    ])
  }
  const rows = Object.entries(NAMES).flatMap(([kind, name]) => {
    const own = outcomes.filter(({ scenario }) => scenario.fault.kind === kind)
    return own.length === 0 ? [] : [row(name, own)]
  })
  return [line(HEAD), line(HEAD.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows, row('all', outcomes)].join(
    '',
  )
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}
