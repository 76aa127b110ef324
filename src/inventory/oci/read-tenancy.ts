/** One reading of a tenancy: which regions and compartments, then all that is in them. */
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../../model/diagnostic.ts'
import { closest } from '../../text/closest.ts'
import type { Locate } from '../../text/validate.ts'
import type { Attempts } from './attempts.ts'
import { newAttempts } from './attempts.ts'
import type { Calls } from './calls.ts'
import { newCalls } from './calls.ts'
import { chooseCompartments } from './compartments.ts'
import type { Snapshot } from './gather.ts'
import { gather } from './gather.ts'
import type { HttpLimits } from './http.ts'
import { newHttpClient } from './http.ts'
import type { Identity } from './identity.ts'
import { count, emptyNotice } from './notices.ts'
import type { Resource } from './resource.ts'
import type { OciOptions } from './schema.ts'
import type { Sdk } from './sdk.ts'

export interface Reading {
  locate: Locate
  /** Where the file says which plugin it is for. */
  source: Source
  keep: (instance: Resource) => boolean
  limits: HttpLimits
  /** Gets what went wrong: warnings for parts that could not be read, unless `strict`. */
  found: Diagnostic[]
}

/** Null where `found` got an error. Throws DiagnosticsError where OCI does not know who asks, or no region is named. */
export async function readTenancy(
  sdk: Sdk,
  identity: Identity,
  options: OciOptions,
  reading: Reading,
): Promise<Snapshot | null> {
  const { source, found, locate } = reading
  const home = [identity.region, ...options.regions].find((region) => region !== null && region !== 'all')
  if (home === undefined || home === null) {
    const hint = 'name one by regions, or by region in the profile'
    throw new DiagnosticsError([errorDiagnostic('oci-region', 'no region is named', { hint, source })])
  }
  if (options.endpoint === undefined) found.push(...unknownRegions(sdk, options, locate))
  const stop = new AbortController()
  const { limits } = reading
  const calls = newCalls(sdk, newHttpClient(sdk, identity.provider, limits, stop.signal), home, options.endpoint)
  const attempts = newAttempts(options.enable_parallel_processing ? limits.atOnce : 1, () => stop.abort())
  const regions = await chooseRegions(options, identity.tenancy, home, calls, attempts)
  const compartments = await chooseCompartments(options, identity.tenancy, calls, attempts, locate, found)
  let seen = 0
  const keep = (instance: Resource): boolean => {
    seen++
    return reading.keep(instance)
  }
  const wishes = { ipv6: options.enable_ipv6, vcns: options.hostname_format === 'fqdn', keep }
  const isReady = !hasErrors(found) && attempts.refused() === null
  const snapshot = isReady ? await gather(calls, regions, compartments, wishes, attempts) : null
  const refusal = attempts.refused()
  if (refusal !== null) throw new DiagnosticsError([tellRefusal(refusal, home, options, source)])
  const partial = attempts.tell(options.strict || !attempts.anyRead(), source)
  found.push(...partial)
  if (snapshot?.instances.length === 0 && partial.length === 0) {
    found.push(emptyNotice(seen, `${count(compartments, 'compartment')} of ${regions.join(', ')}`, source))
  }
  return hasErrors(found) ? null : snapshot
}

const REFUSED: Readonly<Record<OciOptions['auth_type'], string>> = {
  api_key: 'check that the public half of the key is among the API keys of this user, and that the clock is right',
  security_token: 'make a new session with: oci session authenticate',
  instance_principal: 'the instance must be in a dynamic group that a policy lets read instances and networks',
  resource_principal: 'a policy must let this resource read instances and networks',
  instance_obo_user: '',
}

function tellRefusal(
  { part, error }: NonNullable<ReturnType<Attempts['refused']>>,
  home: string,
  { auth_type: type }: OciOptions,
  source: Source,
): Diagnostic {
  const detail = error.requestId === '' ? '' : `opc-request-id: ${error.requestId}`
  // Compartments have been read by then, elsewhere.
  if (part.region !== null && part.region !== home) {
    const summary = `${part.region}: OCI does not accept who asks there, and did elsewhere: ${error.message}`
    const hint = 'check that the tenancy is subscribed to this region, or leave it out of regions'
    return errorDiagnostic('oci-auth', summary, { detail, hint, source })
  }
  const summary = `OCI does not accept who asks (auth_type ${type}): ${error.message}`
  return errorDiagnostic('oci-auth', summary, { detail, hint: REFUSED[type], source })
}

async function chooseRegions(
  options: OciOptions,
  tenancy: string | null,
  home: string,
  calls: Calls,
  attempts: Attempts,
): Promise<string[]> {
  if (!options.regions.includes('all')) return options.regions.length > 0 ? [...new Set(options.regions)] : [home]
  const part = { kind: 'list of regions', region: null, name: tenancy ?? '' }
  return (await attempts.read(part, () => calls.regions(tenancy ?? ''))) ?? []
}

/** A warning: OCI may have opened regions since this version of the SDK. */
function unknownRegions(sdk: Sdk, options: OciOptions, locate: Locate): Diagnostic[] {
  const known = sdk.common.Region.values().flatMap(({ regionId, regionCode }) => [regionId, regionCode ?? regionId])
  return options.regions.flatMap((name, i) => {
    const near = name === 'all' || known.includes(name.toLowerCase()) ? null : closest(name, known)
    if (near === null) return []
    const summary = `regions: "${name}" is no region that is known here, did you mean "${near}"?`
    return [
      { ...errorDiagnostic('oci-region', summary, { source: locate(['regions', i], 'value') }), severity: 'warning' },
    ]
  })
}
