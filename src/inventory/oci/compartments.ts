/** Which compartments are read: the tree below the tenancy, or what the file names, less what it leaves out. */
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import { didYouMean } from '../../text/closest.ts'
import type { Locate } from '../../text/validate.ts'
import type { Attempts } from './attempts.ts'
import type { Calls } from './calls.ts'
import { CallError } from './calls.ts'
import type { CompartmentTree, Excluded } from './compartment-tree.ts'
import { newCompartmentTree } from './compartment-tree.ts'
import type { Resource } from './resource.ts'
import { idOf, text } from './resource.ts'
import type { OciOptions } from './schema.ts'

type Wish = OciOptions['compartments'][number] | OciOptions['exclude_compartments'][number]

/** A compartment that the file names and that is not there. */
class NotFound extends Error {}

/**
 * The compartments, each once. What the file names and OCI has not is an error at its place; what cannot be looked into
 * further down is a failed attempt. `tenancy` may be null where every compartment is named by its OCID.
 */
export async function chooseCompartments(
  options: OciOptions,
  tenancy: string | null,
  calls: Calls,
  attempts: Attempts,
  locate: Locate,
  diagnostics: Diagnostic[],
): Promise<Resource[]> {
  const tree = newCompartmentTree(calls, attempts)
  /** Set once nobody answers. */
  let silence: CallError | null = null
  /** `spared`: what the rest goes on without, where OCI or the network is not up to it. */
  const checked = async <T>(path: readonly (string | number)[], work: () => Promise<T>, spared?: string) => {
    try {
      if (silence !== null) throw silence
      return await work()
    } catch (error) {
      if (!(error instanceof NotFound || error instanceof CallError)) throw error
      const status = error instanceof CallError ? error.status : null
      if (error instanceof CallError && status === 0) silence = error
      // Of a refused identity the attempts tell, too.
      if (status === 401 || (spared !== undefined && isPassing(status))) {
        await attempts.read({ kind: 'compartment', region: null, name: spared ?? '' }, () => Promise.reject(error))
      } else diagnostics.push(notFound(error, locate(path, 'value'), tenancy))
      return null
    }
  }
  const excluded = new Map<string, boolean>()
  for (const [i, wish] of options.exclude_compartments.entries()) {
    if (!isNamed(wish)) continue
    const id = await checked(['exclude_compartments', i], () => ocidOf(wish, tenancy, tree, new Map()))
    if (id !== null) excluded.set(id, wish.skip_subcompartments)
  }
  if (options.compartments.length === 0) {
    return (await checked(['plugin'], () => tree.below(rootOf(tenancy), true, excluded))) ?? []
  }
  const chosen = new Map<string, Resource>()
  for (const [i, wish] of options.compartments.entries()) {
    const deep = wish.fetch_hosts_from_subcompartments
    const place = ['compartments', i] as const
    const tell = (summary: string, hint: string): unknown =>
      diagnostics.push(doubtful(summary, hint, locate(place, 'value')))
    const read = async (): Promise<Resource[]> => {
      if (!isNamed(wish)) {
        if (deep === false) tell(ALL_READ, 'for the root alone, name it by compartment_ocid')
        return await tree.below(rootOf(tenancy), true, excluded)
      }
      const id = await ocidOf(wish, tenancy, tree, excluded)
      const below = await tree.below(id, deep === true, excluded)
      if (deep === undefined && (await tree.children(id)).length > 0)
        tell(NOT_DEEP, 'say fetch_hosts_from_subcompartments: yes or no')
      return below
    }
    const found = await checked(place, read, wish.compartment_ocid ?? wish.compartment_name ?? 'root')
    for (const each of found ?? []) chosen.set(idOf(each), each)
  }
  return [...chosen.values()]
}

const ALL_READ =
  "no compartment is named here, so all are read, as Oracle's plugin does, whatever fetch_hosts_from_subcompartments says"
const NOT_DEEP =
  "compartments below this one are not read, as Oracle's plugin does not, whatever its documentation says"

function isPassing(status: number | null): boolean {
  return status !== null && (status === 0 || status >= 429)
}

function isNamed(wish: Wish): boolean {
  return wish.compartment_ocid !== undefined || wish.compartment_name !== undefined
}

function rootOf(tenancy: string | null): string {
  if (tenancy !== null) return tenancy
  throw new NotFound("the tenancy's OCID is not known: name it in the profile, or compartments by compartment_ocid")
}

/** A name is that of the tenancy, or of a compartment directly below the parent, else below the tenancy. */
async function ocidOf(
  { compartment_ocid: ocid, compartment_name: name, parent_compartment_ocid: parent }: Wish,
  tenancy: string | null,
  tree: CompartmentTree,
  excluded: Excluded,
): Promise<string> {
  if (ocid !== undefined) return ocid
  const root = rootOf(tenancy)
  if (name === undefined || text(await tree.compartment(root), 'name') === name) return root
  const all = await tree.below(root, true, excluded)
  const siblings = all.filter((each) => text(each, 'compartment_id') === (parent ?? root))
  const found = siblings.find((each) => text(each, 'name') === name)
  if (found !== undefined) return idOf(found)
  const names = siblings.map((each) => text(each, 'name') ?? '')
  const near = didYouMean(name, names)
  throw new NotFound(`there is no compartment "${name}" there${near === '' ? '' : `, ${near}`}`)
}

function notFound(error: Error, source: Source | null, tenancy: string | null): Diagnostic {
  const status = error instanceof CallError ? error.status : null
  const hints: Record<number, string> = {
    0: 'check the name of the region and the network',
    404: 'it does not exist, or no policy lets you see it',
  }
  const hint = hints[status ?? -1] ?? ''
  const summary = error instanceof CallError ? `OCI's compartments could not be read: ${error.message}` : error.message
  return errorDiagnostic('oci-compartment', summary, { hint, source, detail: `tenancy: ${tenancy ?? 'unknown'}` })
}

function doubtful(summary: string, hint: string, source: Source | null): Diagnostic {
  return { ...errorDiagnostic('oci-subcompartments', summary, { hint, source }), severity: 'warning' }
}
