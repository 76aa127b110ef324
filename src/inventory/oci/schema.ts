/** The keys of an `*.oci.yml` file: those of Oracle's own plugin `oracle.oci.oci`; descriptions are the documentation. */
import * as z from 'zod'
import { Secret } from '../../model/secret.ts'
import { readBoolean } from '../../text/boolean.ts'

const PLUGIN = 'oracle.oci.oci'

const GROUP_KINDS = [
  'availability_domain',
  'compartment_name',
  'region',
  'freeform_tags',
  'defined_tags',
  'fault_domain',
  'shape',
] as const
export type GroupKind = (typeof GROUP_KINDS)[number]

const yesNo = z.preprocess((value) => readBoolean(value) ?? value, z.boolean())
/** As the plugin: one text alone stands for a list of it. */
const texts = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string()))
const wholeNumber = z.preprocess(
  (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
  z.int().min(0),
)
/** Of a tag: none stands for instances without it. */
const scalar = z.union([z.string(), z.number(), z.boolean()]).nullable()
const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value)
const groupKind = z.preprocess(lower, z.enum(GROUP_KINDS))

const compartment = z.strictObject({
  compartment_ocid: z.string().optional().describe('The compartment by its OCID.'),
  compartment_name: z.string().optional().describe('The compartment by its name, or the name of the tenancy.'),
  parent_compartment_ocid: z.string().optional().describe('The parent of a compartment given by name; else the root.'),
})

const conditions = z.strictObject({ include: texts.nullish(), exclude: texts.nullish() }).nullable()

const filter = z.strictObject({
  display_name: z.string().optional(),
  lifecycle_state: z.string().optional().describe('Only instances in the state RUNNING are read at all.'),
  availability_domain: z.string().optional(),
  freeform_tags: z.record(z.string(), scalar).optional(),
  defined_tags: z.record(z.string(), z.record(z.string(), scalar)).optional(),
})

const connection = {
  config_file: z
    .string()
    .default('~/.oci/config')
    .describe("The OCI CLI's configuration. Environment: OCI_CONFIG_FILE."),
  config_profile: z.string().default('DEFAULT').describe('Its profile. Environment: OCI_CONFIG_PROFILE.'),
  api_user_key_file: z
    .string()
    .optional()
    .describe('The private key instead of key_file. Environment: OCI_USER_KEY_FILE.'),
  // The text itself is in no message.
  api_user_key_pass_phrase: z
    .custom<string | Secret>(
      (value) => typeof value === 'string' || value instanceof Secret,
      'expected text, in quotes',
    )
    .transform((value) => (typeof value === 'string' ? new Secret(value) : value))
    .optional()
    .describe('The pass phrase of the private key. Environment: OCI_USER_KEY_PASS_PHRASE, which is the better place.'),
  auth_type: z
    .enum(['api_key', 'instance_principal', 'resource_principal', 'security_token', 'instance_obo_user'])
    .default('api_key')
    .describe('How requests are signed. instance_obo_user is refused. Environment: OCI_ANSIBLE_AUTH_TYPE.'),
  instance_principal_authentication: z.string().optional().describe('Deprecated by Oracle: use auth_type.'),
  delegation_token_file: z.string().optional().describe('For instance_obo_user only, which is refused.'),
  endpoint: z
    .string()
    .optional()
    .describe(
      "Not in Oracle's plugin: where the services are, for a proxy or a region of your own, for example " +
        'https://{service}.{region}.example.com; {service} is identity, iaas or auth. http only on this machine.',
    ),
}

const choice = {
  regions: texts.default([]).describe('Regions to read, or `all` that are subscribed to; else the one of the profile.'),
  compartments: z
    .array(
      compartment.extend({
        fetch_hosts_from_subcompartments: yesNo
          .optional()
          .describe("Also what is below it. As in Oracle's code, and not as in its documentation, no unless given."),
      }),
    )
    .default([])
    .describe('Compartments to read; without any, all of the tenancy.'),
  exclude_compartments: z
    .array(
      compartment.extend({ skip_subcompartments: yesNo.default(true).describe('Also leave out what is below it.') }),
    )
    .default([])
    .describe('Compartments to leave out.'),
  filters: z
    .preprocess((value) => (typeof value === 'object' && !Array.isArray(value) ? [value] : value), z.array(filter))
    .default([])
    .describe('What an instance must have, all of it.'),
  include_host_filters: texts.default([]).describe('Jinja expressions: only instances for which one of them is true.'),
  exclude_host_filters: texts.default([]).describe('Jinja expressions: no instance for which one of them is true.'),
  hostnames: texts.default([]).describe('Only hosts of these names.'),
  fetch_compute_hosts: yesNo.default(true).describe('Whether instances are read at all.'),
  fetch_db_hosts: yesNo.default(false).describe('Refused: hosts of databases are not managed here.'),
  primary_vnic_only: yesNo
    .default(false)
    .describe('Look only at the primary VNIC for name and addresses. Environment: OCI_PRIMARY_VNIC_ONLY.'),
  enable_ipv6: yesNo.default(true).describe('Also read the IPv6 addresses of VNICs.'),
}

const naming = {
  hostname_format: z
    .enum(['public_ip', 'private_ip', 'fqdn', 'display_name'])
    .optional()
    .describe('What hosts are called; public_ip unless given. Environment: OCI_HOSTNAME_FORMAT.'),
  hostname_format_preferences: texts
    .default([])
    .describe('Instead: Jinja expressions, of which the first that gives a text is the name.'),
  default_groups: z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(groupKind))
    .optional()
    .describe('Groups that are made by themselves; unless given, all but fault_domain and shape.'),
  default_groups_preferences: z
    .preprocess(
      (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]))
          : value,
      z.strictObject({
        availability_domain: conditions.optional(),
        compartment_name: conditions.optional(),
        region: conditions.optional(),
        freeform_tags: conditions.optional(),
        defined_tags: conditions.optional(),
        fault_domain: conditions.optional(),
        shape: conditions.optional(),
      }),
    )
    .optional()
    .describe(
      'Instead of default_groups, with Jinja expressions: a group is made where one of include is true (or none is ' +
        'given), and none of exclude.',
    ),
}

/** Read by constructed-options.ts; here for their documentation. */
const constructed = {
  strict: yesNo
    .default(false)
    .describe(
      'What cannot be read, has no name, or fails in filters, names and default groups is an error, not a warning. As in ' +
        "Oracle's code, compose, groups and keyed_groups leave out what an instance lacks, whatever this says.",
    ),
  compose: z.unknown().optional().describe('Variables by Jinja expressions, for example ansible_host: private_ip.'),
  groups: z.unknown().optional().describe('Groups by Jinja conditions.'),
  keyed_groups: z.unknown().optional().describe('Groups by the values of variables.'),
  leading_separator: z.unknown().optional().describe('As in the constructed plugin of Ansible.'),
  use_extra_vars: z.unknown().optional().describe('As in the constructed plugin of Ansible.'),
}

const caching = {
  cache: yesNo
    .default(false)
    .describe('Keep what was read in a file (0600), and read it from there until it is too old, or removed.'),
  cache_timeout: wholeNumber.default(3600).describe('Seconds until it is too old.'),
  cache_connection: z
    .string()
    .optional()
    .describe('The folder for it, to which nobody else may write; else .mptcp-fleet/cache.'),
  cache_prefix: z
    .string()
    .regex(/^[\w.-]*$/, 'letters, digits, dots and dashes only')
    .default('ansible_inventory_')
    .describe("How the file's name begins."),
  cache_plugin: z
    .enum(['jsonfile', 'ansible.builtin.jsonfile', 'memory', 'ansible.builtin.memory'])
    .default('jsonfile')
    .describe('memory keeps nothing for the next run.'),
  enable_parallel_processing: yesNo.default(true).describe('no: one request at a time.'),
  debug: yesNo.default(false).describe('Has no effect here.'),
}

export const ociSchema = z.strictObject({
  plugin: z.literal(PLUGIN).describe('Says that this file is one of these.'),
  ...connection,
  ...choice,
  ...naming,
  ...constructed,
  ...caching,
})

export type OciOptions = z.output<typeof ociSchema>
export type Conditions = z.output<typeof conditions>
