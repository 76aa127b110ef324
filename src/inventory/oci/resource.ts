/** Resources of OCI as plain data, with the names that Oracle's Python SDK (and so its plugin) gives their attributes. */

/** One resource. Everything in it comes from the cloud, names and tags as their owners wrote them. */
export type Resource = Readonly<Record<string, unknown>>

/** Whose keys are names that people gave. */
const FREE_KEYS = new Set(['freeformTags', 'definedTags', 'systemTags', 'metadata', 'extendedMetadata'])

/** Attributes that the API leaves out where they have no value; Python has None for them. */
const OPTIONAL = {
  instance: (
    'capacity_reservation_id cluster_placement_group_id dedicated_vm_host_id defined_tags display_name ' +
    'extended_metadata fault_domain freeform_tags image_id ipxe_script launch_mode launch_options instance_options ' +
    'availability_config preemptible_instance_config metadata shape_config source_details system_tags agent_config ' +
    'time_maintenance_reboot_due platform_config instance_configuration_id licensing_configs security_attributes is_ai_enterprise_enabled is_cross_numa_node ' +
    'security_attributes_state'
  ).split(' '),
  vnic: (
    'defined_tags display_name freeform_tags hostname_label is_primary mac_address nsg_ids vlan_id private_ip ' +
    'public_ip skip_source_dest_check subnet_id system_tags ipv6_addresses route_table_id'
  ).split(' '),
  subnet: (
    'availability_domain defined_tags dhcp_options_id display_name dns_label freeform_tags ipv4_cidr_blocks ' +
    'ipv6_cidr_block ipv6_cidr_blocks ipv6_virtual_router_ip prohibit_internet_ingress prohibit_public_ip_on_vnic ' +
    'security_list_ids subnet_domain_name system_tags time_created'
  ).split(' '),
  other: [],
} as const

/** What the SDK returned, as the plugin's `to_dict` would have it: snake_case, ISO dates, null for what is left out. */
export function toResource(value: object, kind: keyof typeof OPTIONAL = 'other'): Resource {
  const known = Object.fromEntries(OPTIONAL[kind].map((name) => [name, null]))
  return { ...known, ...(snake(value) as Resource) }
}

function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake)
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
    if (FREE_KEYS.has(key)) return [snakeName(key), item]
    return [snakeName(key), key.startsWith('time') && typeof item === 'string' ? pythonDate(item) : snake(item)]
  })
  return Object.fromEntries(entries) as Resource
}

function snakeName(name: string): string {
  return name
    .replace(/GBs$/, 'Gbs')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}

/** `datetime.isoformat()` of a time in UTC: microseconds where there are any. */
function pythonDate(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/.exec(iso)
  if (parts === null) return iso
  const [, seconds = '', fraction = ''] = parts
  const micros = fraction.padEnd(6, '0').slice(0, 6)
  return `${seconds}${/^0*$/.test(micros) ? '' : `.${micros}`}+00:00`
}

/** A text attribute, or null where it is none. */
export function text(resource: Resource | null | undefined, name: string): string | null {
  const value = resource?.[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** The OCID of a resource. */
export function idOf(resource: Resource): string {
  return text(resource, 'id') ?? ''
}
