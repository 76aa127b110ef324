/** Documentation of controls: the list of them, and one with its reasons, parameters and facts. */
import type { Control } from '../../audit/define.ts'
import { NOTHING_KNOWN } from '../../audit/evaluate.ts'
import { SEVERITIES } from '../../model/audit.ts'
import type { Fact } from '../../model/fact.ts'
import type { Style } from '../../report/style.ts'
import { paint } from '../../report/style.ts'
import { wrap } from '../../report/wrap.ts'
import { paramDocs } from './params.ts'
import { renderParam, section } from './render.ts'

/** The worst first. */
export function renderControls(controls: readonly Control[], style: Style): string {
  const blocks = SEVERITIES.flatMap((severity) => {
    const own = controls.filter((control) => control.severity === severity)
    const lines = own.map(({ id, title }) => ({ name: id, summary: title }))
    return lines.length === 0 ? [] : [section(`Controls: ${severity}`, lines, style)]
  })
  return `${[...blocks, 'mptcp-fleet doc NAME explains one of them; profiles choose, parameterise and re-grade them.'].join('\n\n')}\n`
}

export function renderControl(control: Control, style: Style): string {
  const facts = Object.values<Fact>(control.facts(control.params.parse({}), NOTHING_KNOWN) as Record<string, Fact>)
  const list = (title: string, items: readonly string[]): string =>
    `${paint(style, 'bold', title)}\n${items.map((item) => wrap(item, style.width, '  ')).join('\n')}`
  const params = paramDocs(control.params)
  const blocks = [
    `${paint(style, 'bold', control.id)}: a control, ${control.severity} unless a profile says otherwise`,
    wrap(`${control.title}.`, style.width, '  '),
    wrap(control.rationale, style.width, '  '),
    [
      paint(style, 'bold', 'Parameters'),
      ...(params.length === 0 ? ['  none'] : params.flatMap((param) => renderParam(param, style, '  '))),
    ].join('\n'),
    ...(facts.length === 0
      ? []
      : [
          list(
            control.pairwise === true ? 'Facts that it reads, of both ends of each pair' : 'Facts that it reads',
            facts.map(({ key, summary }) => `${key}: ${summary}`),
          ),
        ]),
    list('NIST SP 800-53', [control.nist.join(', ')]),
    list('References', control.references),
  ]
  return `${blocks.join('\n\n')}\n`
}
