/** Documentation of controls: the list of them, and one with its reasons, parameters and facts. */
import type { Control } from '../../audit/define.ts'
import { factsOf } from '../../audit/evaluate.ts'
import { SEVERITIES } from '../../model/audit.ts'
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
  const own = `${paint(style, 'bold', 'Controls of your own')}\n${wrap(OWN_TEXT, style.width, '  ')}\n\n${OWN_EXAMPLE}`
  const last = 'mptcp-fleet doc NAME explains one of them; profiles choose, parameterise and re-grade them.'
  return `${[...blocks, own, last].join('\n\n')}\n`
}

const OWN_TEXT =
  'A profile may hold controls of its own: a Jinja expression over facts, with the names and values that mptcp-fleet doc FACT ' +
  'shows. It must give true or false: all else is an error on that host. What it reads is the evidence; there is no remedy.'

const OWN_EXAMPLE = `  controls:
    site-ntp:
      title: The clock is kept by chrony
      rationale: Logs of several hosts compare only where their clocks agree.
      severity: medium
      nist: [AU-8]
      references: ['site handbook 4.2']
      facts: { ntp: unit/chronyd.service }
      expression: ntp.enabled == 'enabled' and ntp.active == 'active'`

export function renderControl(control: Control, style: Style): string {
  const facts = factsOf(control, control.params.parse({}))
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
