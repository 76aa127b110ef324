/** Instances become hosts as Oracle's plugin makes them, read from a server that verifies every signature. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadInventory } from '../../../src/inventory/load.ts'
import { limitHosts } from '../../../src/inventory/select.ts'
import { newDraft } from '../../../src/inventory/draft.ts'
import { Unsafe } from '../../../src/model/unsafe.ts'
import { makeFiles } from '../files.ts'
import { fingerprint, groupsOf, pem, privateKey, profile, publicKey, readYaml, told, USER, varsOf } from './fixture.ts'
import { startOci } from './server.ts'
import type { Tenancy } from './tenancy.ts'
import { addCompartment, addInstance, addSubnet, emptyTenancy, TENANCY } from './tenancy.ts'

const ASHBURN = 'us-ashburn-1'
const WEB = 'ocid1.compartment.oc1..web-shop'

/** The root with web-1 (two VNICs, both public) and the private db-1 in "Web Shop", and deep in a compartment below it. */
function small(): Tenancy {
  const tenancy = emptyTenancy([ASHBURN, 'eu-frankfurt-1'])
  const [subnet, subnet6] = [addSubnet(tenancy, ASHBURN, 'a'), addSubnet(tenancy, ASHBURN, 'b', true)]
  const web = addCompartment(tenancy, 'Web Shop')
  const below = addCompartment(tenancy, 'below', web)
  addCompartment(tenancy, 'gone', web, { lifecycleState: 'DELETED' })
  const freeformTags = { role: 'web', ansible_host: '192.0.2.66' }
  const definedTags = { Ops: { Tier: 'gold {{ x }}' } }
  const first = { name: 'first', subnet, privateIp: '10.0.0.1', publicIp: '203.0.113.1' }
  const more = { skipSourceDestCheck: true }
  const second = { name: 'second', subnet: subnet6, privateIp: '10.0.1.1', publicIp: '203.0.113.2', more }
  const vnics = [first, { ...second, ipv6s: ['2001:db8::1', '2001:db8::2'] }]
  addInstance(tenancy, ASHBURN, web, 'web-1', vnics, { freeformTags, definedTags, ansibleUser: 'mallory' })
  addInstance(tenancy, ASHBURN, web, 'db-1', [{ name: 'only', subnet, privateIp: '10.0.0.9' }])
  addInstance(tenancy, ASHBURN, web, 'off', [{ name: 'x', subnet, privateIp: '10.0.0.8' }], {
    lifecycleState: 'STOPPED',
  })
  addInstance(tenancy, ASHBURN, below, 'deep', [{ name: 'x', subnet, privateIp: '10.0.0.5', publicIp: '203.0.113.5' }])
  const vnicId = `ocid1.vnic.oc1..${ASHBURN}.deep.0`
  const instanceId = `ocid1.instance.oc1..${ASHBURN}.web-1`
  const detached = { id: 'x', compartmentId: web, instanceId, vnicId, lifecycleState: 'DETACHED' }
  tenancy.attachments[ASHBURN]?.push(detached)
  return tenancy
}

test('hosts, groups and variables are those of the plugin; each host has all its VNICs', async () => {
  const server = await startOci(small())
  const read = await readYaml(server, '')
  expect([...read.draft.hosts.keys()]).toEqual(['203.0.113.1', '203.0.113.5'])
  expect(groupsOf(read, '203.0.113.1')).toEqual([
    'all_hosts',
    'Uocm_US-ASHBURN-1-AD-1',
    'Web_Shop',
    'region_us-ashburn-1',
    'tag_role=web',
    'tag_ansible_host=192.0.2.66',
    'Ops#Tier=gold____x___',
  ])
  const vars = varsOf(read, '203.0.113.1')
  expect(vars).toMatchObject({
    id: 'ocid1.instance.oc1..us-ashburn-1.web-1',
    display_name: 'web-1',
    compartment_name: 'Web_Shop',
    region: 'iad',
    availability_domain: 'Uocm:US-ASHBURN-1-AD-1',
    shape_config: { ocpus: 1, memory_in_gbs: 16 },
    time_created: '2026-03-04T05:06:07.890000+00:00',
    dedicated_vm_host_id: null,
    freeform_tags: { role: 'web', ansible_host: '192.0.2.66' },
    public_ip: '203.0.113.1',
    private_ip: '10.0.0.1',
    hostname_label: 'first',
    vnic_id: 'ocid1.vnic.oc1..us-ashburn-1.web-1.0',
    subnet_id: 'ocid1.subnet.oc1..us-ashburn-1.a',
    vcn_id: 'ocid1.vcn.oc1..us-ashburn-1.a',
    vnic: { is_primary: true, public_ip: '203.0.113.1', vlan_id: null },
    subnet: { cidr_block: '10.0.0.0/16', ipv6_cidr_block: null },
  })
  expect(vars).not.toHaveProperty('ipv6_ips')
  expect(vars).not.toHaveProperty('metadata')
  expect(vars['vnics']).toEqual([
    {
      id: 'ocid1.vnic.oc1..us-ashburn-1.web-1.0',
      name: 'first',
      is_primary: true,
      mac_address: '02:00:17:00:00:01',
      private_ip: '10.0.0.1',
      public_ip: '203.0.113.1',
      ipv6_ips: [],
      subnet_id: 'ocid1.subnet.oc1..us-ashburn-1.a',
      subnet_name: 'subnet-a',
      cidr_block: '10.0.0.0/16',
      ipv6_cidr_blocks: [],
      vcn_id: 'ocid1.vcn.oc1..us-ashburn-1.a',
      nsg_ids: ['ocid1.networksecuritygroup.oc1..web'],
      skip_source_dest_check: false,
    },
    expect.objectContaining({
      name: 'second',
      is_primary: false,
      ipv6_ips: ['2001:db8::1', '2001:db8::2'],
      ipv6_cidr_blocks: ['2001:db8::/64'],
      skip_source_dest_check: true,
    }),
  ])
  expect(told(read)).toEqual([
    'warning: 1 instance without a public_ip left out: db-1',
    'warning: 1 instance with several VNICs listed once; other names mean the same: 203.0.113.2 → 203.0.113.1',
  ])
  expect(read.diagnostics[0]?.hint).toContain('hostname_format: private_ip')
})

test('no tag and no attribute is a connection variable or a template, unless compose says so', async () => {
  const server = await startOci(small())
  const plain = varsOf(await readYaml(server, ''), '203.0.113.1')
  expect(Object.keys(plain).filter((name) => name.startsWith('ansible_'))).toEqual([])
  const tag = (plain['defined_tags'] as Record<string, Record<string, unknown>>)['Ops']?.['Tier']
  expect(tag).toEqual(new Unsafe('gold {{ x }}'))
  const compose = 'compose:\n  ansible_host: freeform_tags.ansible_host\n  tier: defined_tags.Ops.Tier\n'
  const composed = varsOf(await readYaml(server, compose), '203.0.113.1')
  expect(composed['ansible_host']).toBe('192.0.2.66')
  expect(composed['tier']).toEqual(new Unsafe('gold {{ x }}'))
})

describe('names', () => {
  test.each<[string, string[]]>([
    ['hostname_format: public_ip', ['203.0.113.1', '203.0.113.5']],
    ['hostname_format: private_ip', ['10.0.0.1', '10.0.0.9', '10.0.0.5']],
    ['hostname_format: display_name', ['web-1', 'db-1', 'deep']],
    ['hostname_format: fqdn', ['first.sub.net.oraclevcn.com', 'only.sub.net.oraclevcn.com', 'x.sub.net.oraclevcn.com']],
    [`hostname_format_preferences: ["public_ip", "display_name + ' x'"]`, ['203.0.113.1', 'db-1_x', '203.0.113.5']],
    ['hostname_format_preferences: [nothing, public_ip]', ['203.0.113.1', '203.0.113.5']],
    ['hostnames: [203.0.113.5, 203.0.113.2]', ['203.0.113.2', '203.0.113.5']],
    ['{hostname_format: display_name, hostnames: deep}', ['deep']],
  ])('%s', async (yaml, names) => {
    const text = yaml.startsWith('{') ? yaml.slice(1, -1).replace(', ', '\n') : yaml
    const { draft } = await readYaml(await startOci(small()), text)
    expect([...draft.hosts.keys()]).toEqual(names)
  })

  test('primary_vnic_only leaves other VNICs out of the names, and in the list of VNICs', async () => {
    const read = await readYaml(await startOci(small()), 'primary_vnic_only: yes\nhostname_format: private_ip\n')
    expect(read.draft.aliases.get('10.0.1.1')).toBeUndefined()
    expect(varsOf(read, '10.0.0.1')['vnics']).toHaveLength(2)
    expect(told(read)).toEqual([])
  })

  test('where only a second VNIC has the address, its variables are those of the host', async () => {
    const tenancy = emptyTenancy([ASHBURN])
    const subnet = addSubnet(tenancy, ASHBURN, 'a', true)
    const more = { name: 'b', subnet, privateIp: '10.0.0.2', publicIp: '203.0.113.7', ipv6s: ['2001:db8::7'] }
    addInstance(tenancy, ASHBURN, TENANCY, 'one', [{ name: 'a', subnet, privateIp: '10.0.0.1' }, more])
    const read = await readYaml(await startOci(tenancy), '')
    expect(varsOf(read, '203.0.113.7')).toMatchObject({ private_ip: '10.0.0.2', ipv6_ips: ['2001:db8::7'] })
    expect(varsOf(await readYaml(await startOci(tenancy), 'enable_ipv6: no'), '203.0.113.7')).not.toHaveProperty(
      'ipv6_ips',
    )
  })

  test('two instances of one name stay two hosts', async () => {
    const tenancy = emptyTenancy([ASHBURN])
    const subnet = addSubnet(tenancy, ASHBURN, 'a')
    for (const name of ['one', 'two'])
      addInstance(tenancy, ASHBURN, TENANCY, name, [{ name, subnet, privateIp: '10.0.0.1' }])
    const read = await readYaml(await startOci(tenancy), 'hostname_format: private_ip')
    expect([...read.draft.hosts.keys()]).toEqual(['10.0.0.1', 'ocid1.instance.oc1..us-ashburn-1.two'])
    expect(told(read)[0]).toContain('named by OCID, since another has the same name: 10.0.0.1: ocid1.instance.oc1..us-')
  })

  test('an instance that two files list is one host', async () => {
    const server = await startOci(small())
    const draft = newDraft()
    await readYaml(server, 'hostname_format: display_name', { draft })
    await readYaml(server, 'hostname_format: private_ip', { draft })
    expect([...draft.hosts.keys()]).toEqual(['web-1', 'db-1', 'deep'])
    expect(draft.aliases.get('10.0.0.5')).toBe('deep')
  })

  test('under strict an instance without a name is an error', async () => {
    const read = await readYaml(await startOci(small()), 'strict: true')
    expect(told(read)[0]).toBe('error: 1 instance without a public_ip left out: db-1')
  })

  test('a VNIC in a VLAN', async () => {
    const tenancy = emptyTenancy([ASHBURN])
    const vlan = {
      id: 'ocid1.vlan.oc1..v',
      compartmentId: TENANCY,
      vcnId: 'ocid1.vcn.oc1..v',
      cidrBlock: '10.9.0.0/24',
    }
    tenancy.vlans[ASHBURN]?.push(vlan)
    const vnic = { name: 'v', subnet: null, privateIp: '10.9.0.1', more: { vlanId: vlan.id } }
    addInstance(tenancy, ASHBURN, TENANCY, 'esxi', [vnic])
    const read = await readYaml(await startOci(tenancy), 'hostname_format: private_ip')
    expect(varsOf(read, '10.9.0.1')).toMatchObject({
      vlan_id: vlan.id,
      vcn_id: vlan.vcnId,
      vlan: { cidr_block: '10.9.0.0/24' },
    })
    expect(varsOf(read, '10.9.0.1')['vnics']).toMatchObject([{ cidr_block: '10.9.0.0/24', vcn_id: vlan.vcnId }])
  })
})

describe('which instances', () => {
  const BY_NAME = 'hostname_format: display_name\n'
  test.each<[string, string[]]>([
    ['compartments: [{compartment_ocid: "ocid1.compartment.oc1..web-shop"}]', ['web-1', 'db-1']],
    ['compartments: [{compartment_name: Web Shop, fetch_hosts_from_subcompartments: yes}]', ['web-1', 'db-1', 'deep']],
    [`compartments: [{compartment_name: below, parent_compartment_ocid: "${WEB}"}]`, ['deep']],
    ['compartments: [{compartment_name: acme, fetch_hosts_from_subcompartments: true}]', ['web-1', 'db-1', 'deep']],
    ['compartments: [{compartment_name: acme}]', []],
    ['compartments: [{fetch_hosts_from_subcompartments: no}]', ['web-1', 'db-1', 'deep']],
    ['compartments: [{}]', ['web-1', 'db-1', 'deep']],
    ['exclude_compartments: [{compartment_name: Web Shop}]', []],
    ['exclude_compartments: [{compartment_name: Web Shop, skip_subcompartments: no}]', ['deep']],
    [`exclude_compartments: [{compartment_name: below, parent_compartment_ocid: "${WEB}"}]`, ['web-1', 'db-1']],
    ['regions: eu-frankfurt-1', []],
    ['regions: all', ['web-1', 'db-1', 'deep']],
    ['filters: [{display_name: db-1}]', ['db-1']],
    ['filters: {freeform_tags: {role: web}}', ['web-1']],
    ['filters: [{defined_tags: {Ops: {Tier: "gold {{ x }}"}}}]', ['web-1']],
    ['filters: [{defined_tags: {Ops: {Tier: silver}}}]', []],
    ['filters: [{availability_domain: "Uocm:US-ASHBURN-1-AD-2"}]', []],
    [`include_host_filters: ["display_name == 'deep'", "freeform_tags.role == 'web'"]`, ['web-1', 'deep']],
    [`exclude_host_filters: ["freeform_tags.role == 'web'"]`, ['db-1', 'deep']],
    [`include_host_filters: ["metadata.ssh_authorized_keys is defined"]`, ['web-1', 'db-1', 'deep']],
    [`{include_host_filters: ["True"], exclude_host_filters: ["display_name == 'deep'"]}`, ['web-1', 'db-1']],
    ['fetch_compute_hosts: no', []],
  ])('%s', async (yaml, names) => {
    const text = yaml.startsWith('{') ? yaml.slice(1, -1).replace('], ', ']\n') : yaml
    const read = await readYaml(await startOci(small()), BY_NAME + text)
    expect(told(read).filter((line) => line.startsWith('error'))).toEqual([])
    expect([...read.draft.hosts.keys()]).toEqual(names)
  })

  test('where nothing is below it, there is nothing to tell', async () => {
    const read = await readYaml(
      await startOci(small()),
      `compartments: [{compartment_name: below, parent_compartment_ocid: "${WEB}"}]\n`,
    )
    expect(told(read)).toEqual([])
  })

  test('what Oracle documents as yes and does not do is told', async () => {
    const read = await readYaml(await startOci(small()), 'compartments:\n  - compartment_name: Web Shop\n')
    expect(told(read)[0]).toMatch(/^warning: compartments below this one are not read/)
    expect(read.diagnostics[0]?.source).toMatchObject({ line: 5, column: 5 })
  })

  test.each([
    [
      'compartments:\n  - compartment_name: Web Shp',
      5,
      'there is no compartment "Web Shp" there, did you mean "Web Shop"?',
    ],
    ['exclude_compartments:\n  - compartment_name: below', 5, 'there is no compartment "below" there'],
    [
      'compartments:\n  - compartment_ocid: ocid1.compartment.oc1..no',
      5,
      '404 NotAuthorizedOrNotFound: Authorization failed',
    ],
  ])('%s is an error at its place', async (yaml, line, summary) => {
    const read = await readYaml(await startOci(small()), yaml)
    const errors = read.diagnostics.filter((each) => each.severity === 'error')
    expect(errors).toHaveLength(1)
    expect(errors[0]?.summary).toContain(summary)
    expect(errors[0]?.source).toMatchObject({ file: 'test.oci.yml', line })
    expect(read.draft.hosts.size).toBe(0)
  })

  test('an expression that means nothing is an error at its place, whatever strict says', async () => {
    const yaml = 'exclude_host_filters:\n  - display_name | no_such_filter\n'
    const read = await readYaml(await startOci(small()), yaml)
    const error = read.diagnostics.find((each) => each.severity === 'error')
    expect(error?.summary).toContain('no_such_filter')
    expect(error?.source).toMatchObject({ line: 5, column: 5 })
  })

  test('what a host has not is false, and an error under strict', async () => {
    const yaml = 'include_host_filters: ["freeform_tags.nothing == 1", "display_name == \'deep\'"]\n'
    expect([...(await readYaml(await startOci(small()), yaml)).draft.hosts.keys()]).toEqual(['203.0.113.5'])
    expect(told(await readYaml(await startOci(small()), `${yaml}strict: true`))[0]).toContain(
      'error: include_host_filters',
    )
  })
})

describe('groups', () => {
  const ALL = ['all_hosts', 'Uocm_US-ASHBURN-1-AD-1', 'Web_Shop', 'region_us-ashburn-1']
  test.each<[string, string[]]>([
    ['default_groups: []', ['all_hosts']],
    [
      'default_groups: [Region, shape, fault_domain]',
      ['all_hosts', 'region_us-ashburn-1', 'shape_VM.Standard.E4.Flex', 'fault_domain_FAULT-DOMAIN-2'],
    ],
    ['default_groups_preferences: {}', ['all_hosts']],
    ['default_groups_preferences: {REGION: }', ['all_hosts', 'region_us-ashburn-1']],
    [
      `default_groups_preferences: {region: {include: ["region == 'us-phoenix-1'"]}, compartment_name: {exclude: ["name == 'x'"]}}`,
      ['all_hosts', 'Web_Shop'],
    ],
    [
      `default_groups_preferences: {compartment_name: {include: ["name == 'Web Shop'"], exclude: ["name == 'Web Shop'"]}}`,
      ['all_hosts'],
    ],
    [
      `default_groups_preferences: {freeform_tags: {exclude: ["role == 'web'"]}, defined_tags: {include: ["Ops.Tier is defined"]}}`,
      ['all_hosts', 'tag_ansible_host=192.0.2.66', 'Ops#Tier=gold____x___'],
    ],
    [
      'keyed_groups: [{key: shape, prefix: shape}, {key: fault_domain}]',
      [
        ...ALL,
        'tag_role=web',
        'tag_ansible_host=192.0.2.66',
        'Ops#Tier=gold____x___',
        'shape_VM_Standard_E4_Flex',
        '_FAULT_DOMAIN_2',
      ],
    ],
    [`{default_groups: [], groups: {pub: public_ip is not none, none: "display_name == 'x'"}}`, ['all_hosts', 'pub']],
  ])('%s', async (yaml, groups) => {
    const text = yaml.startsWith('{') ? yaml.slice(1, -1).replace('], ', ']\n') : yaml
    const read = await readYaml(await startOci(small()), text)
    expect(groupsOf(read, '203.0.113.1').sort()).toEqual(groups.toSorted())
  })
})

test('inventories/oci.oci.yml', async () => {
  const tenancy = emptyTenancy([ASHBURN, 'us-phoenix-1'])
  const below = addCompartment(tenancy, 'team', addCompartment(tenancy, 'mptcp'))
  for (const [i, region] of [ASHBURN, 'us-phoenix-1'].entries()) {
    const subnet = addSubnet(tenancy, region, 'n')
    const vnic = { name: 'v', subnet, privateIp: `10.0.0.${i}`, ...(i === 0 ? { publicIp: '203.0.113.1' } : {}) }
    addInstance(tenancy, region, below, `web-${i}`, [vnic], { freeformTags: { mptcp: 'enabled', role: 'web' } })
    addInstance(tenancy, region, below, `other-${i}`, [vnic], { freeformTags: { role: 'db' } })
  }
  const text = readFileSync('inventories/oci.oci.yml', 'utf8').replace('plugin: oracle.oci.oci\n', '')
  const read = await readYaml(await startOci(tenancy), text)
  expect(told(read)).toEqual([])
  expect([...read.draft.hosts.keys()]).toEqual(['web-0', 'web-1'])
  expect(varsOf(read, 'web-0')).toMatchObject({ ansible_host: '203.0.113.1', ansible_user: 'opc' })
  expect(varsOf(read, 'web-1')).toMatchObject({ ansible_host: '10.0.0.1', ansible_user: 'opc' })
  expect(groupsOf(read, 'web-1')).toContain('role_web')
})

test('as a source beside others: other names mean the one host, in files, in patterns and by --limit', async () => {
  const tenancy = small()
  const server = await startOci(tenancy)
  server.keys.set(`${TENANCY}/${USER}/${fingerprint(publicKey)}`, publicKey)
  const dir = makeFiles({
    config: profile(`key_file=KEY`),
    'prod.oci.yml': `plugin: oracle.oci.oci\nconfig_file: config\nendpoint: "${server.endpoint}"\n`,
    'more.yml': 'chosen:\n  hosts:\n    203.0.113.2:\n      port_group: blue\n',
    'key.pem': pem(privateKey),
    'group_vars/Web_Shop.yml': 'shop: yes\n',
  })
  writeFileSync(`${dir}/config`, profile().replace('key.pem', `${dir}/key.pem`))
  const inventory = await loadInventory(['prod.oci.yml', 'more.yml'], dir)
  expect([...inventory.hosts.keys()]).toEqual(['203.0.113.1', '203.0.113.5'])
  expect(inventory.hosts.get('203.0.113.1')?.vars).toMatchObject({ port_group: 'blue', shop: true })
  expect(inventory.hash).toBe((await loadInventory(['prod.oci.yml', 'more.yml'], dir)).hash)
  Object.assign(tenancy.instances[ASHBURN]![0]!, { displayName: 'another' })
  expect(inventory.hash).not.toBe((await loadInventory(['prod.oci.yml', 'more.yml'], dir)).hash)
  for (const name of ['203.0.113.2', 'ocid1.instance.oc1..us-ashburn-1.web-1', 'chosen', '203.0.113.2*']) {
    const { hosts, diagnostics } = limitHosts(inventory, name)
    expect(diagnostics).toEqual([])
    expect(hosts.map((host) => host.name)).toEqual(['203.0.113.1'])
  }
})
