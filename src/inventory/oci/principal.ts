/** Instance and resource principals: who this machine, or this service, is to OCI. The SDK does the federation. */
import { setTimeout } from 'node:timers/promises'
import { serviceUrl } from './options.ts'
import type { Identity } from './identity.ts'
import type { Sdk } from './sdk.ts'

/** Oracle's Python SDK has this variable too. */
export const METADATA_VARIABLE = 'OCI_METADATA_BASE_URL'
const METADATA = 'http://169.254.169.254/opc/v2/'
/** The metadata service is on the machine itself. In milliseconds. */
const METADATA_TIMEOUT = 5_000
/** In milliseconds. */
const FEDERATION_TIMEOUT = 60_000

/** Rejects with the reason where this machine is no instance, or is not let in. */
export async function instancePrincipal(
  sdk: Sdk,
  endpoint: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Identity> {
  const base = (env[METADATA_VARIABLE] || METADATA).replace(/\/*$/, '/')
  const region = sdk.common.Region.getRegionIdFromShortCode(await metadata(base, 'instance/region'))
  const builder = new sdk.common.InstancePrincipalsAuthenticationDetailsProviderBuilder()
  builder.metadataBaseUrl = base
  const template = endpoint ?? sdkEndpoint(sdk, region)
  builder.federationEndpoint = serviceUrl(template, 'auth', region)
  const work = builder.build().then(async (made) => {
    // Asked now, so that a refusal is told by itself, and once.
    await made.getKeyId()
    return made
  })
  const provider = await Promise.race([work, giveUp()])
  return { provider, tenancy: builder.tenancyId || null, region }
}

/** The SDK has no limit of its own for all of its requests. */
async function giveUp(): Promise<never> {
  await setTimeout(FEDERATION_TIMEOUT, null, { ref: false })
  throw new Error(`no token in ${FEDERATION_TIMEOUT / 1000} s`)
}

function sdkEndpoint(sdk: Sdk, region: string): string {
  return sdk.common.EndpointBuilder.createEndpointFromRegionId('https://auth.{region}.{secondLevelDomain}', region)
}

async function metadata(base: string, path: string): Promise<string> {
  try {
    const signal = AbortSignal.timeout(METADATA_TIMEOUT)
    const response = await fetch(base + path, {
      headers: { authorization: 'Bearer Oracle' },
      signal,
      redirect: 'error',
    })
    if (response.ok) return (await response.text()).trim()
    throw new Error(`${response.status} ${response.statusText}`)
  } catch (error) {
    const cause = (error as Error).cause
    const why = cause instanceof Error ? cause.message : (error as Error).message
    throw new Error(`the metadata service ${base} does not answer (${why})`, { cause: error })
  }
}

/** From the OCI_RESOURCE_PRINCIPAL_… variables of this process. Rejects with the reason. */
export async function resourcePrincipal(sdk: Sdk): Promise<Identity> {
  const provider = sdk.common.ResourcePrincipalAuthenticationDetailsProvider.builder()
  const region = provider.getRegion()?.regionId ?? process.env['OCI_RESOURCE_PRINCIPAL_REGION'] ?? null
  return { provider, tenancy: await provider.getStringClaim('res_tenant'), region }
}
