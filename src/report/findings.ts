/** What tasks `audit` of a run found, on a terminal. */
import type { RunReport } from '../model/report.ts'
import { foundControls, foundStatus } from './found.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { count, wrap } from './wrap.ts'

/** Hosts that are named beside one finding, and reasons of one control. */
const [MAX_NAMES, MAX_REASONS] = [8, 20]

/** Empty where nothing was found. */
export function renderFindings({ findings }: RunReport, style: Style): string {
  const blocks = foundControls(findings).map(({ finding, hosts }) => {
    const { severity, control, title, task, fails } = finding
    const spared = fails ? '' : ` (${foundStatus(finding)})`
    const head = wrap(`${severity}${spared} ${control}: ${title} (${sanitize(task)})`, style.width, '', '    ')
    const lines = [...hosts].slice(0, MAX_REASONS).map(([reason, names]) => {
      const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
      const listed = names.slice(0, MAX_NAMES).map((name) => sanitize(name))
      return wrap(`${listed.join(', ')}${more}: ${sanitize(reason)}`, style.width, '    ', '      ')
    })
    if (hosts.size > MAX_REASONS) lines.push(`    and ${count(hosts.size - MAX_REASONS, 'more reason')}`)
    return `${head.replace(severity, paint(style, fails ? 'red' : 'yellow', severity))}\n${lines.join('\n')}\n`
  })
  return blocks.join('')
}
