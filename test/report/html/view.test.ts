/** What search, filters and order leave of an audit. */
import { describe, expect, test } from 'vitest'
import { toColumns } from '../../../src/model/audit-columns.ts'
import { nextPlace } from '../../../src/report/html/keys.ts'
import type { Filter, Order } from '../../../src/report/html/view.ts'
import { createSearch, hostLines, viewOf } from '../../../src/report/html/view.ts'
import { shownTime, timeBefore } from '../../../src/report/html/times.ts'
import { auditReport, host, hosts } from '../audit/sample.ts'

const report = auditReport({ hosts: [...hosts, host('good10', hosts[0]!.results, { groups: ['db'] })] })
const data = toColumns(report)
const lines = hostLines(data)
const search = createSearch(data)
const EVERYTHING: Filter = { text: '', status: '', severity: '', group: '', control: '' }
const BY_NAME: Order = { key: 'host', ascending: true }

function shown(filter: Partial<Filter>, order = BY_NAME): { hosts: string; controls: string } {
  const view = viewOf(data, lines, search, { ...EVERYTHING, ...filter }, order)
  return {
    hosts: view.lines.map((line) => line.host.name).join(' '),
    controls: view.columns.map((index) => report.controls[index]!.id).join(' '),
  }
}

test('hosts have their score and what fails', () => {
  expect(lines.map(({ host, score, failing }) => `${host.name} ${score} ${failing}`)).toEqual([
    'good 100 0',
    'bad 0 3',
    'idle 23 1',
    'gone null 0',
    'good10 100 0',
  ])
})

test('and how it changed since the first audit that read them', () => {
  expect(lines.map(({ host, change }) => `${host.name} ${change}`)).toEqual([
    'good 0',
    'bad -30',
    'idle null',
    'gone null',
    'good10 null',
  ])
})

describe('filters', () => {
  test.each<[Partial<Filter>, string]>([
    [{}, 'bad gone good good10 idle'],
    [{ status: 'failing' }, 'bad idle'],
    [{ status: 'error' }, 'bad'],
    [{ status: 'not-tested' }, 'bad idle'],
    [{ status: 'failing', severity: 'medium' }, 'bad'],
    [{ status: 'failing', control: 'enabled-running' }, 'bad idle'],
    [{ group: 'db' }, 'good10'],
    [{ group: 'db', status: 'failing' }, ''],
    [{ text: 'GOOD1' }, 'good10'],
    [{ text: ' no disk ' }, 'idle'],
    [{ text: '/etc/sysctl.conf:3' }, 'bad idle'],
    [{ text: 'refused' }, 'gone'],
    [{ text: 'no-fallback', status: 'failing' }, 'bad'],
    [{ text: 'nowhere' }, ''],
  ])('%j leave %j', (filter, names) => expect(shown(filter).hosts).toBe(names))

  test.each<[Partial<Filter>, string]>([
    [{}, 'enabled-running enabled-persistent limits-sufficient no-fallback'],
    [{ severity: 'high' }, 'enabled-persistent'],
    [{ control: 'no-fallback' }, 'no-fallback'],
    [{ control: 'no-fallback', severity: 'high' }, ''],
  ])('%j leave the controls %j', (filter, ids) => expect(shown(filter).controls).toBe(ids))
})

test.each<[Order, string]>([
  [{ key: 'host', ascending: false }, 'idle good10 good gone bad'],
  [{ key: 'failing', ascending: false }, 'bad idle gone good good10'],
  [{ key: 'score', ascending: true }, 'bad idle good good10 gone'],
  [{ key: 'change', ascending: true }, 'bad good gone good10 idle'],
  [{ key: 'control:limits-sufficient', ascending: true }, 'bad idle gone good good10'],
  [{ key: 'nothing', ascending: true }, 'bad gone good good10 idle'],
])('%j', (order, names) => expect(shown({}, order).hosts).toBe(names))

test.each([
  ['ArrowUp', false, { row: 1, column: 2 }],
  ['ArrowDown', false, { row: 3, column: 2 }],
  ['ArrowLeft', false, { row: 2, column: 1 }],
  ['ArrowRight', false, { row: 2, column: 3 }],
  ['PageDown', false, { row: 9, column: 2 }],
  ['PageUp', false, { row: 0, column: 2 }],
  ['Home', false, { row: 2, column: 0 }],
  ['End', false, { row: 2, column: 3 }],
  ['Home', true, { row: 0, column: 0 }],
  ['End', true, { row: 9, column: 3 }],
  ['x', false, null],
])('the key %s moves, with Ctrl %s', (key, ctrlKey, to) => {
  expect(nextPlace({ row: 2, column: 2 }, { key, ctrlKey }, { rows: 10, columns: 4, page: 20 })).toEqual(to)
})

test.each([
  ['2026-01-02T03:04:05.000Z', '2026-01-05T03:04:05.000Z', '3 days before'],
  ['2026-01-02T03:04:05Z', '2026-01-02T04:04:05.000Z', '1 hour before'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:06:05.000Z', '2 minutes before'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06.000Z', 'less than a minute before'],
  ['2026-01-02T03:04:05Z', '2026-01-01T03:04:06.000Z', ''],
  ['never', '2026-01-01T03:04:06.000Z', ''],
])('from %s to %s is %j', (at, then, words) => expect(timeBefore(at, then)).toBe(words))

test('times are shown in UTC, and what is none as it is', () => {
  expect(shownTime('2026-01-02T03:04:05.678Z')).toBe('2026-01-02 03:04:05 UTC')
  expect(shownTime('soon')).toBe('soon')
})
