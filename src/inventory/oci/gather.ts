/** Reads instances and what they hang on: per region and compartment instances and attachments, then each VNIC and subnet once. */
import type { Attempts } from './attempts.ts'
import type { Calls } from './calls.ts'
import type { Resource } from './resource.ts'
import { idOf, text } from './resource.ts'

/** What was read, as it can be kept in a cache: every resource once, by its OCID. */
export interface Snapshot {
  compartments: Record<string, Resource>
  /** In the order of regions, compartments and OCI's lists; the primary VNIC first. */
  instances: { region: string; instance: Resource; vnics: string[] }[]
  vnics: Record<string, Resource>
  subnets: Record<string, Resource>
  vlans: Record<string, Resource>
  vcns: Record<string, Resource>
  /** Addresses by VNIC. */
  ipv6s: Record<string, string[]>
}

interface Wishes {
  ipv6: boolean
  /** Names of networks, for hostname_format fqdn. */
  vcns: boolean
  keep: (instance: Resource) => boolean
}

/** What cannot be read is among the failed attempts, and missing here. */
export async function gather(
  calls: Calls,
  regions: readonly string[],
  compartments: readonly Resource[],
  wishes: Wishes,
  attempts: Attempts,
): Promise<Snapshot> {
  const places = regions.flatMap((region) => compartments.map((compartment) => ({ region, compartment })))
  const found = await Promise.all(places.map((place) => readPlace(calls, place, wishes, attempts)))
  const vnics = found.flatMap((place) => place.vnics)
  const subnets = await readEach(vnics, 'subnet_id', 'subnet', calls.subnet, attempts)
  const networks = subnets.map(({ region, resource }) => ({ region, resource }))
  const [vlans, vcns, ipv6s] = await Promise.all([
    readEach(vnics, 'vlan_id', 'VLAN', calls.vlan, attempts),
    wishes.vcns ? readEach(networks, 'vcn_id', 'VCN', calls.vcn, attempts) : [],
    wishes.ipv6 ? readIpv6s(calls, subnets, attempts) : [],
  ])
  return {
    compartments: byId(compartments.map((resource) => ({ region: '', resource }))),
    instances: found.flatMap((place) => place.instances),
    vnics: byId(vnics),
    subnets: byId(subnets),
    vlans: byId(vlans),
    vcns: byId(vcns),
    ipv6s: addressesByVnic(vnics, ipv6s),
  }
}

interface Located {
  region: string
  resource: Resource
}

function byId(parts: readonly Located[]): Record<string, Resource> {
  return Object.fromEntries(parts.map(({ resource }) => [idOf(resource), resource]))
}

async function readPlace(
  calls: Calls,
  { region, compartment }: { region: string; compartment: Resource },
  wishes: Wishes,
  attempts: Attempts,
): Promise<{ instances: Snapshot['instances']; vnics: Located[] }> {
  const [id, name] = [idOf(compartment), text(compartment, 'name') ?? idOf(compartment)]
  const part = { kind: 'compartment', region, name }
  const all = (await attempts.read(part, () => calls.instances(region, id))) ?? []
  const instances = all.filter((instance) => wishes.keep(instance))
  if (instances.length === 0) return { instances: [], vnics: [] }
  const attachments = (await attempts.read(part, () => calls.attachments(region, id))) ?? []
  const wanted = new Set(instances.map(idOf))
  const attached = attachments.filter(
    (each) => each['lifecycle_state'] === 'ATTACHED' && wanted.has(text(each, 'instance_id') ?? ''),
  )
  const read = await Promise.all(
    attached.map(async (each) => {
      const vnicId = text(each, 'vnic_id') ?? ''
      const vnic = await attempts.read({ kind: 'VNIC', region, name: vnicId }, () => calls.vnic(region, vnicId))
      return vnic === null ? [] : [{ owner: text(each, 'instance_id'), vnic }]
    }),
  )
  const vnics = read.flat()
  return {
    instances: instances.map((instance) => {
      const own = vnics.filter(({ owner }) => owner === idOf(instance)).map(({ vnic }) => vnic)
      const ordered = own.toSorted((a, b) => Number(b['is_primary'] === true) - Number(a['is_primary'] === true))
      return { region, instance: withoutMetadata(instance), vnics: ordered.map(idOf) }
    }),
    vnics: vnics.map(({ vnic }) => ({ region, resource: vnic })),
  }
}

/** As in the plugin, where it is for filters alone: among it is what an instance runs at its first start, with passwords. */
function withoutMetadata(instance: Resource): Resource {
  return Object.fromEntries(Object.entries(instance).filter(([name]) => name !== 'metadata'))
}

/** What the parts name under `key`, each once. */
async function readEach(
  parts: readonly Located[],
  key: string,
  kind: string,
  call: (region: string, id: string) => Promise<Resource>,
  attempts: Attempts,
): Promise<Located[]> {
  const regionOf = new Map(parts.flatMap(({ region, resource }) => pair(text(resource, key), region)))
  const read = await Promise.all(
    [...regionOf].map(async ([name, region]) => {
      const resource = await attempts.read({ kind, region, name }, () => call(region, name))
      return resource === null ? [] : [{ region, resource }]
    }),
  )
  return read.flat()
}

function pair(id: string | null, region: string): [string, string][] {
  return id === null ? [] : [[id, region]]
}

/** IPv6 addresses subnet by subnet, of those that have such addresses at all. */
async function readIpv6s(calls: Calls, subnets: readonly Located[], attempts: Attempts): Promise<Resource[]> {
  const those = subnets.filter(
    ({ resource }) => resource['ipv6_cidr_block'] || lengthOf(resource['ipv6_cidr_blocks']) > 0,
  )
  const read = await Promise.all(
    those.map(({ region, resource }) => {
      const part = { kind: 'IPv6 addresses of subnet', region, name: idOf(resource) }
      return attempts.read(part, () => calls.ipv6sIn(region, idOf(resource)))
    }),
  )
  return read.flatMap((list) => list ?? [])
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

function addressesByVnic(vnics: readonly Located[], ipv6s: readonly Resource[]): Record<string, string[]> {
  const ours = new Set(vnics.map(({ resource }) => idOf(resource)))
  const found: Record<string, string[]> = {}
  for (const each of ipv6s) {
    const [vnic, address] = [text(each, 'vnic_id') ?? '', text(each, 'ip_address')]
    if (ours.has(vnic) && address !== null) found[vnic] = [...(found[vnic] ?? []), address]
  }
  return found
}
