/** What tasks `audit` of a run found: the worst controls first; hosts with the same reason are told together. */
import type { Finding } from '../model/finding.ts'
import { SEVERITIES } from '../model/finding.ts'
import type { RunReport } from '../model/report.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { wrap } from './wrap.ts'

/** Hosts that are named beside one finding. */
const MAX_NAMES = 8

/** Findings of one control, with its hosts by what is said of them. Not sanitized. */
export interface FoundControl {
  finding: Finding
  hosts: ReadonlyMap<string, readonly string[]>
}

export function foundControls(findings: readonly Finding[]): FoundControl[] {
  const groups = new Map<string, { finding: Finding; hosts: Map<string, string[]> }>()
  for (const finding of findings) {
    const { task, profile, control, severity, fails } = finding
    const key = JSON.stringify([task, profile, control, severity, fails])
    const group = groups.get(key) ?? { finding, hosts: new Map<string, string[]>() }
    groups.set(key, group)
    const names = group.hosts.get(foundReason(finding)) ?? []
    names.push(finding.host)
    group.hosts.set(foundReason(finding), names)
  }
  const all = [...groups.values()]
  return SEVERITIES.flatMap((severity) => all.filter(({ finding }) => finding.severity === severity))
}

/** Why, with what status where that is not `fail`, and who accepted it. Not sanitized. */
export function foundReason({ status, reason, waiver }: Finding): string {
  const said = status === 'fail' || status === 'waived' ? reason : `${status}: ${reason}`
  return waiver === null ? said : `${said} (waived by ${waiver})`
}

/** Empty where nothing was found. */
export function renderFindings({ findings }: RunReport, style: Style): string {
  const blocks = foundControls(findings).map(({ finding, hosts }) => {
    const { severity, control, title, task, fails } = finding
    const head = wrap(`${severity} ${control}: ${title} (${sanitize(task)})`, style.width, '', '    ')
    const lines = [...hosts].map(([reason, names]) => {
      const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
      const listed = names.slice(0, MAX_NAMES).map((name) => sanitize(name))
      return wrap(`${listed.join(', ')}${more}: ${sanitize(reason)}`, style.width, '    ', '      ')
    })
    return `${head.replace(severity, paint(style, fails ? 'red' : 'yellow', severity))}\n${lines.join('\n')}\n`
  })
  return blocks.join('')
}
