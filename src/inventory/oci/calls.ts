/** The calls of OCI's API that an inventory needs, by region; what a call returns is plain data. */
import type { HttpClient } from 'oci-common'
import { serviceUrl } from './options.ts'
import type { Resource } from './resource.ts'
import { toResource } from './resource.ts'
import type { Sdk } from './sdk.ts'

/** Why a call failed, in OCI's words or the network's. */
export class CallError extends Error {
  /** Of the answer; 0 where there was none. */
  readonly status: number
  /** Oracle's name of one request, for its support. */
  readonly requestId: string

  constructor(message: string, status: number, requestId: string) {
    super(message)
    this.name = 'CallError'
    this.status = status
    this.requestId = requestId
  }
}

/** All reject with CallError. Lists are whole: they have been read page after page. */
export interface Calls {
  regions: (tenancy: string) => Promise<string[]>
  compartment: (id: string) => Promise<Resource>
  compartmentsIn: (id: string) => Promise<Resource[]>
  instances: (region: string, compartment: string) => Promise<Resource[]>
  attachments: (region: string, compartment: string) => Promise<Resource[]>
  vnic: (region: string, id: string) => Promise<Resource>
  subnet: (region: string, id: string) => Promise<Resource>
  vlan: (region: string, id: string) => Promise<Resource>
  vcn: (region: string, id: string) => Promise<Resource>
  ipv6sIn: (region: string, subnet: string) => Promise<Resource[]>
}

/** `home`: the region that is asked for compartments and regions; any that is subscribed to will do. */
export function newCalls(sdk: Sdk, httpClient: HttpClient, home: string, endpoint: string | undefined): Calls {
  const configuration = {
    // Both are ours (http.ts): the SDK's know no Retry-After.
    retryConfiguration: sdk.common.NoRetryConfigurationDetails,
    circuitBreaker: new sdk.common.CircuitBreaker({ disableClientCircuitBreaker: true }),
  }
  const at = <T extends { endpoint: string; regionId: string }>(client: T, service: string, name: string): T => {
    // As Oracle's Python SDK, its other SDKs do not by themselves: "iad" is us-ashburn-1.
    const region = sdk.common.Region.getRegionIdFromShortCode(name)
    if (endpoint === undefined) client.regionId = region
    else client.endpoint = serviceUrl(endpoint, service, region)
    return client
  }
  const identity = at(new sdk.identity.IdentityClient({ httpClient }, configuration), 'identity', home)
  const compute = perRegion((region) => at(new sdk.core.ComputeClient({ httpClient }, configuration), 'iaas', region))
  const network = perRegion((region) =>
    at(new sdk.core.VirtualNetworkClient({ httpClient }, configuration), 'iaas', region),
  )
  return {
    regions: async (tenancyId) => {
      const { items } = await told(identity.listRegionSubscriptions({ tenancyId }))
      // One that is still being set up knows nobody yet, and has no instances.
      return items
        .filter(({ status }) => status !== sdk.identity.models.RegionSubscription.Status.InProgress)
        .map((item) => item.regionName)
    },
    compartment: async (compartmentId) =>
      toResource((await told(identity.getCompartment({ compartmentId }))).compartment),
    compartmentsIn: async (compartmentId) => {
      const accessLevel = 'ACCESSIBLE' as never
      return await paged((page) => identity.listCompartments({ compartmentId, accessLevel, limit: 100, ...page }))
    },
    instances: async (region, compartmentId) => {
      const request = { compartmentId, lifecycleState: 'RUNNING', limit: 1000 }
      return await paged((page) => compute(region).listInstances({ ...request, ...page }), 'instance')
    },
    attachments: async (region, compartmentId) =>
      await paged((page) => compute(region).listVnicAttachments({ compartmentId, limit: 1000, ...page })),
    vnic: async (region, vnicId) => toResource((await told(network(region).getVnic({ vnicId }))).vnic, 'vnic'),
    subnet: async (region, subnetId) =>
      toResource((await told(network(region).getSubnet({ subnetId }))).subnet, 'subnet'),
    vlan: async (region, vlanId) => toResource((await told(network(region).getVlan({ vlanId }))).vlan),
    vcn: async (region, vcnId) => toResource((await told(network(region).getVcn({ vcnId }))).vcn),
    ipv6sIn: async (region, subnetId) =>
      await paged((page) => network(region).listIpv6s({ subnetId, limit: 1000, ...page })),
  }
}

function perRegion<T>(make: (region: string) => T): (region: string) => T {
  const made = new Map<string, T>()
  return (region) => {
    const client = made.get(region) ?? make(region)
    made.set(region, client)
    return client
  }
}

async function paged(
  list: (page: { page?: string }) => Promise<{ items: object[]; opcNextPage: string }>,
  kind?: 'instance',
): Promise<Resource[]> {
  const all: Resource[] = []
  const seen = new Set<string>()
  for (let page: string | undefined; ;) {
    const answer = await told(list(page === undefined ? {} : { page }))
    all.push(...answer.items.map((item) => toResource(item, kind)))
    page = answer.opcNextPage
    if (page === undefined || page === '') return all
    // A page that names itself as the next would never end.
    if (seen.has(page)) throw new CallError('the pages of a list go round in a circle', 0, '')
    seen.add(page)
  }
}

const LONGEST_MESSAGE = 300

async function told<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const { statusCode, serviceCode, message, opcRequestId } = error as Record<string, string | number | undefined>
    const isAnswer = typeof statusCode === 'number'
    const code = isAnswer ? `${statusCode} ${serviceCode ?? ''}: ` : ''
    // One line, however much a proxy in between has to say.
    const text = String(message ?? error)
      .replaceAll(/\s+/g, ' ')
      .slice(0, LONGEST_MESSAGE)
    throw new CallError(`${code}${text}`, isAnswer ? statusCode : 0, String(opcRequestId ?? ''))
  }
}
