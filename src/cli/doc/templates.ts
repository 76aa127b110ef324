/** Documentation of what templates can name: filters, tests and methods, from the table that runs them. */
import type { Style } from '../../report/style.ts'
import { paint } from '../../report/style.ts'
import { wrap } from '../../report/wrap.ts'
import type { Row } from '../../text/template/row.ts'
import type { RowKind } from '../../text/template/table.ts'
import { REFUSALS, TOPICS } from '../../text/template/table.ts'

/** Pages of `doc`. */
export const TEMPLATE_PAGES: ReadonlyMap<string, RowKind> = new Map([
  ['filters', 'filter'],
  ['tests', 'test'],
  ['methods', 'method'],
])

const INTROS: Readonly<Record<RowKind, string>> = {
  filter: 'Filters: {{ value | name(arguments) }}, as Ansible and Jinja2 have them',
  test: 'Tests: {{ value is name(arguments) }}, as Ansible and Jinja2 have them',
  method: 'Methods: {{ value.name(arguments) }}, as Python has them',
}

/** All of one kind by topic, and at the end what Ansible has and this version refuses. */
export function renderTemplatePage(kind: RowKind, style: Style): string {
  const topics = TOPICS.filter((topic) => topic.kind === kind)
  const blocks = topics.map(({ title, rows }) =>
    [paint(style, 'bold', title), ...rows.map((row) => renderRow(row, style))].join('\n'),
  )
  const refused = REFUSALS[kind].map(({ names, why }) => wrap(`${names.join(', ')}: ${why}`, style.width, '  ', '    '))
  return `${[INTROS[kind], ...blocks, [paint(style, 'bold', 'Refused'), ...refused].join('\n')].join('\n\n')}\n`
}

function renderRow({ name, aliases = [], params, summary }: Row, style: Style): string {
  const given = params.filter((param) => param !== '**')
  const call = `${[name, ...aliases].join(', ')}${given.length === 0 ? '' : `(${given.join(', ')})`}`
  return wrap(`${call}: ${summary}`, style.width, '  ', '      ').replace(name, paint(style, 'cyan', name))
}
