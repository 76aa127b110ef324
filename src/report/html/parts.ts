/** Sections that pages of audits and of runs share: what was noticed, tests of pairs; and what says that there is more. */
import type { Evidence } from '../../model/finding.ts'
import type { Generator } from '../../model/generator.ts'
import type { RunReport, TrialResult } from '../../model/report.ts'
import { count } from '../wrap.ts'
import { pairFigure } from './pair.ts'
import { shownTime, timeBefore } from './times.ts'
import type { Child, Tree } from './tree.ts'
import { chip, code, dataTable, h, section } from './tree.ts'

/** Beyond these a page without scripts is no longer read. */
const MOST_DIAGNOSTICS = 50
export const MOST_PAIRS = 12

/** What is left out of a list, and where it is. */
export function more(number: number, what: string): Tree[] {
  if (number <= 0) return []
  return [h('p', { class: 'more' }, `and ${count(number, `more ${what}`)}: the tables that scripts show have all`)]
}

/** A control's reasons, and the hosts named for one. */
const [MOST_REASONS, MOST_NAMES] = [6, 8]

/** A control that fails, with its hosts by what is said of them. */
export function controlBlock(
  head: readonly Child[],
  hosts: ReadonlyMap<string, readonly string[]>,
  note: string,
): Tree {
  const names = new Set([...hosts.values()].flat())
  const reasons = [...hosts].slice(0, MOST_REASONS).map(([reason, list]) => h('li', {}, ...named(list), ': ', reason))
  return h(
    'article',
    { class: 'control' },
    h('h3', {}, ...head, ` on ${count(names.size, 'host')}`),
    h('ul', {}, ...reasons),
    ...more(hosts.size - MOST_REASONS, 'reason'),
    h('p', { class: 'note' }, note),
  )
}

/** The first of many. */
export function named(hosts: readonly string[]): Child[] {
  const shown = hosts.slice(0, MOST_NAMES).flatMap((name, index) => [...(index === 0 ? [] : [', ']), code(name)])
  return hosts.length > MOST_NAMES ? [...shown, ` and ${hosts.length - MOST_NAMES} more`] : shown
}

/** Nothing where there is none. */
export function evidenceTable(control: string, evidence: readonly Evidence[]): Tree[] {
  if (evidence.length === 0) return []
  const rows = evidence.map(({ kind, fact, value, where }) => [
    kind,
    code(fact),
    code(typeof value === 'string' ? value : JSON.stringify(value)),
    where ?? '',
  ])
  return [dataTable(`Evidence of ${control}`, ['evidence', 'fact', 'value', 'where'], rows)]
}

/** Reports of before do not say which program made them. */
export function generatorFacts(generator: Generator | null): [string, Child][] {
  if (generator === null) return [['Program', 'mptcp-fleet']]
  const { name, version, account } = generator
  return [
    ['Program', `${name} ${version}`],
    ['Account (a claim, which nothing proves)', code(account)],
  ]
}

/** A test, and of an audit which run it was of and when. */
export type Tested = TrialResult & { runId?: string; testedAt?: string }

/** `now`: what the age of a test is counted to. */
function pairWhen({ runId, testedAt }: Tested, now: string): string {
  if (testedAt === undefined) return ''
  const age = timeBefore(testedAt, now)
  return `tested ${shownTime(testedAt)}${age === '' ? '' : `, ${age} this audit`}, run ${runId ?? ''}`
}

const VERDICTS = ['fail', 'not-run', 'pass']

/** Those that failed first; without scripts only some. */
export function pairFigures(tests: readonly Tested[], now: string, from = 0, to = tests.length): Tree[] {
  const worst = tests.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict))
  return worst.slice(from, to).map((test) => pairFigure(test, pairWhen(test, now)))
}

export function pairSection(tests: readonly Tested[], now: string): Tree[] {
  if (tests.length === 0) return []
  const rest = more(tests.length - MOST_PAIRS, 'pair')
  return [section('pairs', 'Pairs', ...pairFigures(tests, now, 0, MOST_PAIRS), ...rest)]
}

export function diagnosticSection(diagnostics: RunReport['diagnostics']): Tree[] {
  if (diagnostics.length === 0) return []
  const items = diagnostics.slice(0, MOST_DIAGNOSTICS).map(({ severity, summary, detail, hint, source }) => {
    const place = source === null ? '' : `${source.file}:${source.line}:${source.column}: `
    const rest = [detail, hint === '' ? '' : `hint: ${hint}`].filter((text) => text !== '')
    return h('li', {}, chip(severity), ` ${place}${summary}`, ...rest.map((text) => h('p', { class: 'note' }, text)))
  })
  const list = h('ul', { class: 'plain' }, ...items)
  return [section('diagnostics', 'Diagnostics', list, ...more(diagnostics.length - MOST_DIAGNOSTICS, 'diagnostic'))]
}

/** What scripts fill, and why it is empty without them. */
export function exploreSection(title: string): Tree {
  const why = 'This part needs scripts, which are switched off here. The rest of the page does without.'
  return section('explore', title, h('noscript', {}, h('p', { class: 'note' }, why)))
}
