/** What is wrong with an OCI inventory file is told at its place, before anybody is asked. */
import { expect, test } from 'vitest'
import { loadInventory } from '../../../src/inventory/load.ts'
import { complaints, makeFiles } from '../files.ts'
import { readYaml } from './fixture.ts'

test.each<[string, string]>([
  ['region: x', '1: region: unknown key, did you mean "regions"?'],
  [
    'compartments: [{compartment_id: x}]',
    '1: compartments[0].compartment_id: unknown key, did you mean "compartment_ocid"?',
  ],
  [
    'auth_type: api-key',
    '1: auth_type: expected one of api_key, instance_principal, resource_principal, security_token, instance_obo_user, got text "api-key", did you mean "api_key"?',
  ],
  ['auth_type: instance_obo_user', '1: auth_type: instance_obo_user (delegation tokens) is not supported'],
  ['fetch_db_hosts: yes', '1: fetch_db_hosts: hosts of databases are not supported'],
  [
    'hostname_format: public_ipp',
    '1: hostname_format: expected one of public_ip, private_ip, fqdn, display_name, got text "public_ipp", did you mean "public_ip"?',
  ],
  [
    'hostname_format: fqdn\nhostname_format_preferences: [id]',
    '2: hostname_format and hostname_format_preferences cannot be used together',
  ],
  [
    'filters: [{display_name: a}]\ninclude_host_filters: ["True"]',
    '2: filters and include_host_filters cannot be used together',
  ],
  [
    'default_groups: [region]\ndefault_groups_preferences: {region: }',
    '2: default_groups and default_groups_preferences cannot be used together',
  ],
  [
    'default_groups: [zone]',
    '1: default_groups[0]: expected one of availability_domain, compartment_name, region, freeform_tags, defined_tags, fault_domain, shape, got text "zone"',
  ],
  [
    'default_groups_preferences: {regions: }',
    '1: default_groups_preferences.regions: unknown key, did you mean "region"?',
  ],
  ['regions: [all, eu-frankfurt-1]', '1: regions: "all" stands alone'],
  ['filters: [{name: a}]', '1: filters[0].name: unknown key'],
  [
    'cache_plugin: redis',
    '1: cache_plugin: expected one of jsonfile, ansible.builtin.jsonfile, memory, ansible.builtin.memory, got text "redis"',
  ],
  [
    'hostname_format_preferences: [id, metadata.name]',
    '1: hostname_format_preferences: metadata can be named in host filters alone',
  ],
  ['cache_prefix: ../x', '1: cache_prefix: letters, digits, dots and dashes only'],
  ['cache_timeout: -1', '1: cache_timeout: must be at least 0, got the number -1'],
  [
    'endpoint: http://oci.example.com/{service}',
    '1: endpoint: http goes only to this machine; elsewhere it must be https',
  ],
  ['endpoint: iaas.example.com', '1: endpoint: this is no URL'],
  ['endpoint: https://me:pw@example.com', '1: endpoint: it has no user, query or fragment'],
  ['keyed_groups: [{kee: shape}]', '1: keyed_groups: each entry is a mapping with a key'],
])('%s', async (yaml, expected) => {
  const { diagnostics } = await readYaml(null, `${yaml}\n`)
  const lines = diagnostics.map(({ source, summary }) => `${(source?.line ?? 0) - 2}: ${summary}`)
  expect(lines).toEqual([expected])
})

test('a pass phrase that is no text is not shown', async () => {
  const { diagnostics } = await readYaml(null, 'api_user_key_pass_phrase: 12345678\n')
  expect(diagnostics.map((each) => each.summary)).toEqual(['api_user_key_pass_phrase: expected text, in quotes'])
  expect(JSON.stringify(diagnostics)).not.toContain('12345678')
})

test('the environment stands in for what the file leaves out', async () => {
  const env = { OCI_HOSTNAME_FORMAT: 'ip', OCI_ANSIBLE_AUTH_TYPE: 'instance_obo_user', OCI_CONFIG_PROFILE: '' }
  const first = await readYaml(null, '', { settings: { env } })
  expect(first.diagnostics.map((each) => each.summary)[0]).toContain('OCI_HOSTNAME_FORMAT: expected one of')
  const wrong = { settings: { env: { OCI_HOSTNAME_FORMAT: 'ip', OCI_PRIMARY_VNIC_ONLY: 'maybe' } } }
  const written = await readYaml(null, 'hostname_format: fqdn\nregion: x\n', wrong)
  expect(written.diagnostics.map((each) => each.summary)).toEqual([
    'OCI_PRIMARY_VNIC_ONLY: expected yes or no, got text "maybe"',
    'region: unknown key, did you mean "regions"?',
  ])
  const both = { settings: { env: { ...env, OCI_HOSTNAME_FORMAT: 'fqdn' } } }
  const second = await readYaml(null, 'hostname_format: public_ip\nconfig_file: none\nauth_type: api_key\n', both)
  expect(second.diagnostics.map((each) => each.summary)[0]).toContain('there is no OCI configuration')
})

test.each<[string, string, string]>([
  ['a.oci.yml', 'all: {hosts: {a: }}\n', 'a.oci.yml:1:1: a file named *.oci.yml must name its plugin'],
  ['a.oci.yaml', 'plugin: oci\n', 'a.oci.yaml:1:9: the plugin "oci" is not that of an OCI inventory'],
  [
    'cloud.yml',
    'plugin: oracle.oci.oc\n',
    'cloud.yml:1:9: the inventory plugin "oracle.oci.oc" is not part of this program, did you mean "oracle.oci.oci"?',
  ],
  [
    'cloud.yml',
    'plugin: oracle.oci.oci\nhostname: x\n',
    'cloud.yml:2:1: hostname: unknown key, did you mean "hostnames"?',
  ],
])('%s with %s', async (name, text, expected) => {
  expect(await complaints(loadInventory([name], makeFiles({ [name]: text })))).toEqual([expected])
})
