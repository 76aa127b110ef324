/** A tenancy for tests: what OCI's API says of it, as plain data in the API's own words. */

export type Item = Record<string, unknown> & { id: string; compartmentId: string }

export interface Tenancy {
  id: string
  regions: string[]
  compartments: Item[]
  /** By region. */
  instances: Record<string, Item[]>
  attachments: Record<string, Item[]>
  vnics: Record<string, Item[]>
  subnets: Record<string, Item[]>
  vcns: Record<string, Item[]>
  vlans: Record<string, Item[]>
  ipv6s: Record<string, Item[]>
}

export const TENANCY = 'ocid1.tenancy.oc1..root'
const CREATED = '2026-03-04T05:06:07.890Z'

export function emptyTenancy(regions: readonly string[]): Tenancy {
  const perRegion = (): Record<string, Item[]> => Object.fromEntries(regions.map((region) => [region, []]))
  return {
    id: TENANCY,
    regions: [...regions],
    compartments: [{ id: TENANCY, compartmentId: '', name: 'acme', lifecycleState: 'ACTIVE', timeCreated: CREATED }],
    instances: perRegion(),
    attachments: perRegion(),
    vnics: perRegion(),
    subnets: perRegion(),
    vcns: perRegion(),
    vlans: perRegion(),
    ipv6s: perRegion(),
  }
}

export function addCompartment(tenancy: Tenancy, name: string, parent = TENANCY, more: object = {}): string {
  const id = `ocid1.compartment.oc1..${name.toLowerCase().replaceAll(' ', '-')}`
  tenancy.compartments.push({
    id,
    compartmentId: parent,
    name,
    lifecycleState: 'ACTIVE',
    timeCreated: CREATED,
    ...more,
  })
  return id
}

/** A network with one subnet; `v6` gives it IPv6 as well. Returns the subnet's OCID. */
export function addSubnet(tenancy: Tenancy, region: string, name: string, v6 = false): string {
  const [vcn, id] = [`ocid1.vcn.oc1..${region}.${name}`, `ocid1.subnet.oc1..${region}.${name}`]
  tenancy.vcns[region]?.push({ id: vcn, compartmentId: TENANCY, dnsLabel: 'net', displayName: `net-${name}` })
  tenancy.subnets[region]?.push({
    id,
    compartmentId: TENANCY,
    vcnId: vcn,
    displayName: `subnet-${name}`,
    cidrBlock: '10.0.0.0/16',
    dnsLabel: 'sub',
    lifecycleState: 'AVAILABLE',
    ...(v6 ? { ipv6CidrBlock: '2001:db8::/64', ipv6CidrBlocks: ['2001:db8::/64'] } : {}),
  })
  return id
}

interface VnicOptions {
  name: string
  subnet: string | null
  privateIp: string
  publicIp?: string
  ipv6s?: string[]
  more?: object
}

/** An instance with its VNICs, the first of them primary. Returns its OCID. */
export function addInstance(
  tenancy: Tenancy,
  region: string,
  compartmentId: string,
  name: string,
  vnics: readonly VnicOptions[],
  more: object = {},
): string {
  const id = `ocid1.instance.oc1..${region}.${name}`
  tenancy.instances[region]?.push({
    id,
    compartmentId,
    displayName: name,
    availabilityDomain: `Uocm:${region.toUpperCase()}-AD-1`,
    faultDomain: 'FAULT-DOMAIN-2',
    shape: 'VM.Standard.E4.Flex',
    shapeConfig: { ocpus: 1, memoryInGBs: 16 },
    region: region === 'us-ashburn-1' ? 'iad' : region,
    lifecycleState: 'RUNNING',
    timeCreated: CREATED,
    freeformTags: {},
    definedTags: {},
    metadata: { ssh_authorized_keys: 'ssh-ed25519 AAAA' },
    ...more,
  })
  for (const [i, { name: vnicName, subnet, privateIp, publicIp, ipv6s = [], more: extra = {} }] of vnics.entries()) {
    const vnicId = `ocid1.vnic.oc1..${region}.${name}.${i}`
    const attachment = { id: `${vnicId}.attachment`, compartmentId, instanceId: id, vnicId, lifecycleState: 'ATTACHED' }
    // OCI gives them in no order.
    tenancy.attachments[region]?.unshift(attachment)
    tenancy.vnics[region]?.push({
      id: vnicId,
      compartmentId,
      displayName: vnicName,
      isPrimary: i === 0,
      privateIp,
      macAddress: '02:00:17:00:00:01',
      lifecycleState: 'AVAILABLE',
      skipSourceDestCheck: false,
      nsgIds: ['ocid1.networksecuritygroup.oc1..web'],
      hostnameLabel: vnicName,
      ...(subnet === null ? {} : { subnetId: subnet }),
      ...(publicIp === undefined ? {} : { publicIp }),
      ...extra,
    })
    for (const ipAddress of ipv6s) {
      const ipv6 = { id: `${vnicId}.${ipAddress}`, compartmentId, vnicId, subnetId: subnet, ipAddress }
      tenancy.ipv6s[region]?.push(ipv6)
    }
  }
  return id
}
