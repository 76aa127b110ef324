/** What is missing on which hosts, and counters that tell of trouble: hosts with the same are told together. */
import type { StatusHost } from '../../model/status.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { count, wrap } from '../wrap.ts'
import { VERDICT_COLORS, worstFirst } from './words.ts'

/** Groups, and hosts named in each, that are shown unless verbose. */
const MAX_GROUPS = 12
const MAX_NAMES = 12

/** Hosts that were read and are not ok, by what is missing; empty where all are ok. */
export function renderMissing(hosts: readonly StatusHost[], style: Style, verbose: boolean): string {
  const groups = new Map<string, StatusHost[]>()
  for (const host of worstFirst(hosts)) {
    if (host.reading === null || host.reasons.length === 0) continue
    add(groups, JSON.stringify([host.verdict, host.reasons]), host)
  }
  const blocks = [...groups.values()].map((group) => {
    const { verdict, reasons } = group[0]!
    const head = `${paint(style, VERDICT_COLORS[verdict], verdict)} ${names(group, style.width - verdict.length - 1, verbose)}`
    return [head, ...reasons.map((reason) => wrap(sanitize(reason), style.width, '    - ', '      '))].join('\n')
  })
  return capped(blocks, style, verbose)
}

/** Counters above 0 that tell of trouble, by counter; empty where there are none. */
export function renderTroubles(hosts: readonly StatusHost[], style: Style, verbose: boolean): string {
  const groups = new Map<string, { meaning: string; hosts: { name: string; value: number }[] }>()
  for (const host of hosts) {
    for (const { counter, value, meaning } of host.reading?.troubles ?? []) {
      const group = groups.get(counter) ?? { meaning, hosts: [] }
      group.hosts.push({ name: host.name, value })
      groups.set(counter, group)
    }
  }
  const blocks = [...groups].map(([counter, { meaning, hosts }]) => {
    const worst = hosts.toSorted((a, b) => b.value - a.value)
    const shown = (verbose ? worst : worst.slice(0, MAX_NAMES)).map(({ name, value }) => `${sanitize(name)} ${value}`)
    if (shown.length < worst.length) shown.push(`and ${worst.length - shown.length} more`)
    const head = wrap(`${counter}: ${meaning}`, style.width, '', '    ')
    return `${head.replace(counter, paint(style, 'yellow', counter))}\n${wrap(shown.join(', '), style.width, '    ')}`
  })
  return capped(blocks, style, verbose)
}

function add(groups: Map<string, StatusHost[]>, key: string, host: StatusHost): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [host])
  else group.push(host)
}

function names(hosts: readonly StatusHost[], width: number, verbose: boolean): string {
  const shown = (verbose ? hosts : hosts.slice(0, MAX_NAMES)).map((host) => sanitize(host.name))
  const more = hosts.length - shown.length
  return wrap(`${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`, width, '', '    ')
}

function capped(blocks: readonly string[], style: Style, verbose: boolean): string {
  const shown = verbose ? blocks : blocks.slice(0, MAX_GROUPS)
  const rest = blocks.length - shown.length
  const lines = rest > 0 ? [...shown, wrap(`and ${count(rest, 'more group')}; -v shows them`, style.width)] : shown
  return lines.map((block) => `${block}\n`).join('')
}
