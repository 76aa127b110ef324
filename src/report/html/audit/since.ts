/** What changed since an earlier audit, where that was asked for; of long lists the first. */
import type { AuditSince } from '../../../model/audit-since.ts'
import type { Change, ChangeList } from '../../audit/changes.ts'
import { changeLists, isUnchanged, saidHead } from '../../audit/changes.ts'
import { named } from '../parts.ts'
import type { Tree } from '../tree.ts'
import { chip, code, h, section } from '../tree.ts'

/** Entries of one list. */
const MOST = 60

export function sinceSection(since: AuditSince | undefined): Tree[] {
  if (since === undefined) return []
  return [
    section(
      'since',
      'Since an earlier audit',
      h('p', {}, code(saidHead(since.earlier))),
      ...since.notes.map((note) => h('p', { class: 'note' }, note)),
      ...(isUnchanged(since) ? [h('p', {}, 'Nothing changed.')] : []),
      ...changeLists(since).flatMap(renderList),
    ),
  ]
}

function renderList({ title, entries }: ChangeList): Tree[] {
  const rest = entries.length - MOST
  const left = rest > 0 ? [h('p', { class: 'more' }, `and ${rest} more: the JSON report has all`)] : []
  return [h('h3', {}, title), h('ul', {}, ...entries.slice(0, MOST).map(renderChange)), ...left]
}

function renderChange({ hosts, control, text }: Change): Tree {
  const by = control === null ? [] : [chip(control.severity), ' ', code(control.id), ' on ']
  return h('li', {}, ...by, ...named(hosts), ': ', text)
}
