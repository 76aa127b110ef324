/** From what was read to hosts: one for each instance, with its name, its other names, groups and variables. Pure. */
import { markUnsafe, unmarkUnsafe } from '../../model/unsafe.ts'
import { pythonText } from '../../text/template/python.ts'
import type { Expressions } from './expressions.ts'
import type { Snapshot } from './gather.ts'
import { newGroups, sanitize } from './groups.ts'
import type { Resource } from './resource.ts'
import { idOf, text } from './resource.ts'
import type { OciOptions } from './schema.ts'

export interface OciHost {
  ocid: string
  name: string
  /** What the plugin would list its other VNICs as. */
  aliases: string[]
  groups: string[]
  vars: Readonly<Record<string, unknown>>
}

interface OciHosts {
  hosts: OciHost[]
  /** Instances that no name is found for. */
  nameless: Nameless[]
  /** All names that instances have, also of those that `hostnames` leaves out. */
  names: ReadonlySet<string>
}

export interface Nameless {
  instance: Resource
  /** False: none of its VNICs is known, and names are those of VNICs. */
  hasVnic: boolean
}

export function toHosts(snapshot: Snapshot, options: OciOptions, expressions: Expressions): OciHosts {
  const groupsOf = newGroups(options, expressions)
  const preferred = expressions.first(['hostname_format_preferences'], options.hostname_format_preferences)
  const hosts: OciHost[] = []
  const nameless: Nameless[] = []
  const names = new Set<string>()
  for (const { region, instance, vnics: ids } of snapshot.instances) {
    const compartment = snapshot.compartments[text(instance, 'compartment_id') ?? ''] ?? {}
    const common = {
      ...withoutConnection(instance),
      compartment_name: sanitize(text(compartment, 'name') ?? ''),
      vnics: ids.map((id) => describeVnic(id, snapshot)),
    }
    const views = ids
      .map((id) => snapshot.vnics[id] ?? {})
      .filter((vnic) => !options.primary_vnic_only || vnic['is_primary'] === true)
      .map((vnic) => ({ vnic, vars: { ...common, ...vnicVars(vnic, snapshot) } }))
    const named = views.flatMap(({ vnic, vars }) => {
      const marked = markUnsafe(vars) as Resource
      const name =
        options.hostname_format_preferences.length > 0
          ? preferred(marked, idOf(instance))
          : nameByFormat(options.hostname_format ?? 'public_ip', instance, vnic, snapshot)
      return name === null ? [] : [{ name: sanitize(pythonText(unmarkUnsafe(name))), vars: marked }]
    })
    if (named.length === 0) nameless.push({ instance, hasVnic: views.length > 0 })
    for (const { name } of named) names.add(name)
    const asked = named.filter(({ name }) => options.hostnames.length === 0 || options.hostnames.includes(name))
    const [chosen] = asked
    if (chosen === undefined) continue
    const others = new Set(asked.map(({ name }) => name))
    others.delete(chosen.name)
    hosts.push({
      ocid: idOf(instance),
      name: chosen.name,
      aliases: [...others],
      groups: groupsOf(region, instance, compartment),
      vars: chosen.vars,
    })
  }
  return { hosts, nameless, names }
}

/** No attribute of the cloud says how a host is reached; `compose` may. */
function withoutConnection(instance: Resource): Resource {
  return Object.fromEntries(Object.entries(instance).filter(([name]) => !name.startsWith('ansible_')))
}

function vnicVars(vnic: Resource, { subnets, vlans, ipv6s }: Snapshot): Resource {
  const [subnetId, vlanId, label] = [text(vnic, 'subnet_id'), text(vnic, 'vlan_id'), text(vnic, 'hostname_label')]
  const [subnet, vlan] = [subnets[subnetId ?? ''], vlans[vlanId ?? '']]
  const addresses = ipv6s[idOf(vnic)]
  return {
    ...(label === null ? {} : { hostname_label: label }),
    vnic_id: idOf(vnic),
    vnic,
    ...(subnetId === null ? {} : { subnet_id: subnetId, vcn_id: subnet?.['vcn_id'] ?? null, subnet: subnet ?? null }),
    ...(vlanId === null ? {} : { vlan_id: vlanId, vcn_id: vlan?.['vcn_id'] ?? null, vlan: vlan ?? null }),
    public_ip: vnic['public_ip'] ?? null,
    private_ip: vnic['private_ip'] ?? null,
    ...(addresses === undefined ? {} : { ipv6_ips: addresses }),
  }
}

/** One VNIC as pairing and routing need it. */
function describeVnic(id: string, { vnics, subnets, vlans, ipv6s }: Snapshot): Resource {
  const vnic = vnics[id] ?? {}
  const subnet = subnets[text(vnic, 'subnet_id') ?? ''] ?? vlans[text(vnic, 'vlan_id') ?? ''] ?? {}
  return {
    id,
    name: vnic['display_name'] ?? null,
    is_primary: vnic['is_primary'] === true,
    mac_address: vnic['mac_address'] ?? null,
    private_ip: vnic['private_ip'] ?? null,
    public_ip: vnic['public_ip'] ?? null,
    ipv6_ips: ipv6s[id] ?? [],
    subnet_id: vnic['subnet_id'] ?? null,
    subnet_name: subnet['display_name'] ?? null,
    cidr_block: subnet['cidr_block'] ?? null,
    ipv6_cidr_blocks: subnet['ipv6_cidr_blocks'] ?? (subnet['ipv6_cidr_block'] ? [subnet['ipv6_cidr_block']] : []),
    vcn_id: subnet['vcn_id'] ?? null,
    nsg_ids: vnic['nsg_ids'] ?? [],
    skip_source_dest_check: vnic['skip_source_dest_check'] === true,
  }
}

function nameByFormat(
  format: NonNullable<OciOptions['hostname_format']>,
  instance: Resource,
  vnic: Resource,
  { subnets, vcns }: Snapshot,
): string | null {
  if (format === 'display_name') return text(instance, 'display_name')
  if (format !== 'fqdn') return text(vnic, format)
  const subnet = subnets[text(vnic, 'subnet_id') ?? '']
  const labels = [
    text(vnic, 'hostname_label'),
    text(subnet, 'dns_label'),
    text(vcns[text(subnet, 'vcn_id') ?? ''], 'dns_label'),
  ]
  return labels.includes(null) ? null : `${labels.join('.')}.oraclevcn.com`
}
