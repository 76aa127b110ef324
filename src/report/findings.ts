/** What tasks `audit` of a run found, on a terminal. */
import type { RunReport } from '../model/report.ts'
import { foundControls, foundStatus } from './found.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { wrap } from './wrap.ts'

/** Hosts that are named beside one finding. */
const MAX_NAMES = 8

/** Empty where nothing was found. */
export function renderFindings({ findings }: RunReport, style: Style): string {
  const blocks = foundControls(findings).map(({ finding, hosts }) => {
    const { severity, control, title, task, fails } = finding
    const spared = fails ? '' : ` (${foundStatus(finding)})`
    const head = wrap(`${severity}${spared} ${control}: ${title} (${sanitize(task)})`, style.width, '', '    ')
    const lines = [...hosts].map(([reason, names]) => {
      const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
      const listed = names.slice(0, MAX_NAMES).map((name) => sanitize(name))
      return wrap(`${listed.join(', ')}${more}: ${sanitize(reason)}`, style.width, '    ', '      ')
    })
    return `${head.replace(severity, paint(style, fails ? 'red' : 'yellow', severity))}\n${lines.join('\n')}\n`
  })
  return blocks.join('')
}
