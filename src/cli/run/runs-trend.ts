/** `runs trend`: how kept audits came out one after another. */
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { PastAudit } from '../../model/past-audit.ts'
import type { TrendFilter, TrendKey } from '../../report/audit/trend.ts'
import { trendOf } from '../../report/audit/trend.ts'
import { renderTrend } from '../../report/audit/trend-text.ts'
import { renderJson } from '../../report/json.ts'
import { isUtf8, styleOf } from '../../report/style.ts'
import { count } from '../../report/wrap.ts'
import type { Summary } from '../../store/audit-history.ts'
import { closest } from '../../text/closest.ts'
import type { Io } from '../io.ts'
import { keptAudits, summariesOf } from './audit-history.ts'

export interface TrendFlags extends TrendFilter {
  by: string | null
  profile: string | null
  pattern: string | null
  output: string
  verbose: number
}

/** Audits of one pattern by one profile: unless named, those of the latest. Throws DiagnosticsError. */
export function showTrend(flags: TrendFlags, io: Io): number {
  const all = summariesOf(io)
  const last = all.findLast((one) => fits(one, flags.pattern, flags.profile))
  if (last === undefined) throw none(all, flags)
  const { pattern, profile } = last
  const chosen = all.filter((one) => fits(one, pattern, profile))
  const filter = { control: flags.control, group: flags.group, host: flags.host }
  const names = nameCheck(filter)
  const trend = trendOf(names.watch(keptAudits(io, chosen)), filter, flags.by as TrendKey | null)
  names.check()
  if (flags.output === 'json') {
    io.stdout.write(renderJson({ pattern, profile, ...filter, by: flags.by, ...trend }))
    return EXIT.ok.code
  }
  const of = Object.entries(filter).flatMap(([kind, name]) => (name === null ? [] : [`${kind} ${name}`]))
  const others = all.length - chosen.length
  const rest = others === 0 ? '' : `; ${count(others, 'audit')} of other patterns or profiles left out`
  const title = `${[...of, count(chosen.length, 'audit')].join(', ')} of ${pattern} by ${profile}${rest}`
  const view = { style: styleOf(io.stdout, io.env), verbose: flags.verbose > 0, utf8: isUtf8(io.env) }
  io.stdout.write(renderTrend(trend, flags.by as TrendKey | null, title, view))
  return EXIT.ok.code
}

function fits(one: Summary, pattern: string | null, profile: string | null): boolean {
  return (pattern === null || one.pattern === pattern) && (profile === null || one.profile === profile)
}

function none(all: readonly Summary[], { pattern, profile }: TrendFlags): DiagnosticsError {
  if (all.length === 0) return wrong('no audit is kept in this folder', 'mptcp-fleet audit keeps one')
  const asked = [pattern === null ? '' : ` of ${pattern}`, profile === null ? '' : ` by ${profile}`].join('')
  const kinds = new Set(all.map((one) => `${one.pattern} by ${one.profile}`))
  return wrong(`no audit${asked} is kept`, `there are audits of ${[...kinds].slice(-5).join(', of ')}`)
}

/** Watches for the names that are asked for, so that one that no audit has is told of. `check` throws DiagnosticsError. */
function nameCheck(filter: TrendFilter): {
  watch: (audits: Iterable<PastAudit>) => Generator<PastAudit>
  check: () => void
} {
  const names: Readonly<Record<keyof TrendFilter, (audit: PastAudit) => readonly string[]>> = {
    control: ({ controls }) => controls.map(({ id }) => id),
    group: ({ hosts }) => hosts.groups.flat(),
    host: ({ hosts }) => hosts.names,
  }
  const asked = (['control', 'group', 'host'] as const).filter((kind) => filter[kind] !== null)
  const missing = new Map(asked.map((kind) => [kind, new Set<string>()]))
  return {
    watch: function* watch(audits) {
      for (const audit of audits) {
        for (const [kind, seen] of missing) {
          const there = names[kind](audit)
          if (there.includes(filter[kind]!)) missing.delete(kind)
          else for (const name of there) seen.add(name)
        }
        yield audit
      }
    },
    check: () => {
      for (const [kind, seen] of missing) {
        const near = closest(filter[kind]!, [...seen])
        const hint = near === null ? 'runs show last -v names them' : `did you mean ${near}?`
        throw wrong(`no audit has the ${kind} ${filter[kind]}`, hint)
      }
    },
  }
}

function wrong(summary: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('no-audit', summary, { hint })])
}
