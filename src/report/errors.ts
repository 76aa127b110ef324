/** What went wrong on which host: code, summary, detail, hint; hosts with the same error are shown together. */
import type { HostErrorData } from '../model/errors.ts'
import { renderHint } from './diagnostics.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { count, wrap } from './wrap.ts'

/** What this needs of a report's host. */
interface FailedHost {
  name: string
  status: string
  error: HostErrorData | null
}

/** Different errors shown in full; of further ones only the code is. */
const MAX_SHOWN = 20

/** Hosts' errors, one block for each different one; empty where there are none. */
export function renderHostErrors(report: { hosts: readonly FailedHost[] }, style: Style): string {
  const groups = new Map<string, FailedHost[]>()
  for (const host of report.hosts) {
    if (host.error === null) continue
    const key = JSON.stringify([host.status, host.error])
    groups.set(key, [...(groups.get(key) ?? []), host])
  }
  const all = [...groups.values()]
  const blocks = all.slice(0, MAX_SHOWN).map((hosts) => renderGroup(hosts, style))
  return [...blocks, ...renderRest(all.slice(MAX_SHOWN).flat(), style)].map((block) => `${block}\n`).join('')
}

/** The others by what happened to them, without details. */
function renderRest(hosts: readonly FailedHost[], style: Style): string[] {
  const kinds = new Map<string, string[]>()
  for (const { name, status, error } of hosts) {
    const kind = `${status.toUpperCase()} ${error?.code ?? ''}`
    const names = kinds.get(kind)
    if (names === undefined) kinds.set(kind, [sanitize(name)])
    else names.push(sanitize(name))
  }
  return [...kinds].map(([kind, names]) => {
    const head = paint(style, 'red', kind)
    return `${head}: ${count(names.length, 'more host')}\n${wrap(names.join(', '), style.width, '    ')}`
  })
}

function renderGroup(hosts: FailedHost[], style: Style): string {
  const { status, error } = hosts[0]!
  const names = hosts.map((host) => sanitize(host.name)).join(', ')
  const title = paint(style, status === 'skipped' ? 'yellow' : 'red', status.toUpperCase())
  const many = hosts.length > 1 ? ` (${count(hosts.length, 'host')})` : ''
  const lines = [`${title} ${wrap(`${names}${many}`, style.width - status.length - 1)}`]
  if (error !== null) {
    lines.push(wrap(`${error.code}: ${sanitize(error.summary)}`, style.width, '    '))
    if (error.detail !== '') lines.push(wrap(sanitize(error.detail, { lines: true }), style.width, '      '))
    if (error.hint !== '') lines.push(renderHint(error.hint, style, '    '))
  }
  return lines.join('\n')
}
