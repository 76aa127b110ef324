/** Reads that may fail one by one, few of them at once: what failed is kept and told together; only a refused identity ends them all. */
import pLimit from 'p-limit'
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import { CallError } from './calls.ts'

/** One thing to read: `compartment`, `VNIC` …, in which region (null: in none), and what it is called. */
interface Part {
  kind: string
  region: string | null
  name: string
}

export interface Attempts {
  /** What the call gives, or null where it failed. */
  read: <T>(part: Part, call: () => Promise<T>) => Promise<T | null>
  /** Set once OCI does not know who asks, with the part that it was; nothing is read after it. */
  refused: () => { part: Part; error: CallError } | null
  /** False: something was asked for, and nothing at all was read. */
  anyRead: () => boolean
  /** One diagnostic for each reason, kind and region; none where all was read. */
  tell: (strict: boolean, source: Source) => Diagnostic[]
}

/** So many names of what failed are shown. */
const SHOWN = 3

/** So many calls one after the other without any answer, each sent again and again, and a region is not asked any more. */
const MOST_SILENT = 3

/** `abort` ends calls that are under way. */
export function newAttempts(atOnce: number, abort: () => void): Attempts {
  const limit = pLimit(atOnce)
  const failures: { part: Part; error: CallError }[] = []
  /** By region: how many calls got no answer since the last one that did; an error: it is not asked any more. */
  const silent = new Map<string, number | CallError>()
  let refused: { part: Part; error: CallError } | null = null
  let reads = 0
  return {
    read: (part, call) =>
      limit(async () => {
        const region = part.region ?? ''
        const known = silent.get(region)
        try {
          if (known instanceof CallError) throw known
          const value = await call()
          silent.set(region, 0)
          // Compartments alone are no hosts.
          if (part.region !== null) reads++
          return value
        } catch (error) {
          if (!(error instanceof CallError)) throw error
          if (error.status === 401 && refused === null) {
            refused = { part, error }
            abort()
          }
          const before = silent.get(region)
          // One that never answered is given up at once.
          if (error.status !== 0) silent.set(region, 0)
          else if (before === undefined || before === MOST_SILENT - 1) silent.set(region, error)
          else if (typeof before === 'number') silent.set(region, before + 1)
          failures.push({ part, error })
          return null
        }
      }),
    refused: () => refused,
    anyRead: () => reads > 0 || failures.length === 0,
    tell: (strict, source) => {
      const groups = new Map<string, typeof failures>()
      for (const failure of failures) {
        const key = JSON.stringify([failure.part.kind, failure.part.region, failure.error.message])
        groups.set(key, [...(groups.get(key) ?? []), failure])
      }
      return [...groups.values()].map((group) => tellGroup(group, strict, source))
    },
  }
}

function tellGroup(group: readonly { part: Part; error: CallError }[], strict: boolean, source: Source): Diagnostic {
  const [{ part, error }] = group as [{ part: Part; error: CallError }]
  const names = [...new Set(group.map((each) => each.part.name))].sort()
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  const where = part.region === null ? '' : `${part.region}: `
  const what = `${part.kind}${names.length === 1 ? '' : 's'} ${names.slice(0, SHOWN).join(', ')}${more}`
  const detail = error.requestId === '' ? '' : `opc-request-id: ${error.requestId}`
  const summary = `${where}${what} could not be read: ${error.message}`
  const diagnostic = errorDiagnostic('oci-partial', summary, { detail, hint: hintFor(error, strict), source })
  return strict ? diagnostic : { ...diagnostic, severity: 'warning' }
}

function hintFor({ status }: CallError, strict: boolean): string {
  if (status === 404 || status === 403)
    return 'a policy must allow it; or leave it out by exclude_compartments or regions'
  if (status === 0) return 'check the name of the region and the network'
  return strict ? 'try again, or set strict: false to go on without it' : 'strict: true makes this an error'
}
