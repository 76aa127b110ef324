/** Names that whoever names instances gives them: what is odd, reserved or taken. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newDraft } from '../../../src/inventory/draft.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import { makeFiles } from '../files.ts'
import { fingerprint, pem, privateKey, profile, publicKey, readYaml, told, USER, varsOf } from './fixture.ts'
import { startOci } from './server.ts'
import type { Tenancy } from './tenancy.ts'
import { addCompartment, addInstance, addSubnet, emptyTenancy, TENANCY } from './tenancy.ts'

const ASHBURN = 'us-ashburn-1'

/** web with two public addresses, and the private db. */
function two(): Tenancy {
  const tenancy = emptyTenancy([ASHBURN])
  const subnet = addSubnet(tenancy, ASHBURN, 'a')
  const first = { name: 'first', subnet, privateIp: '10.0.0.1', publicIp: '203.0.113.1' }
  const second = { name: 'second', subnet, privateIp: '10.0.1.1', publicIp: '203.0.113.2' }
  addInstance(tenancy, ASHBURN, TENANCY, 'web', [first, second])
  addInstance(tenancy, ASHBURN, TENANCY, 'db', [{ name: 'only', subnet, privateIp: '10.0.0.9' }])
  return tenancy
}

test('a name that looks like a template is that text', async () => {
  const tenancy = emptyTenancy([ASHBURN])
  const vnic = { name: 'v', subnet: addSubnet(tenancy, ASHBURN, 'a'), privateIp: '10.0.0.1' }
  addInstance(tenancy, ASHBURN, TENANCY, 'red {{ 7 * 7 }}', [vnic])
  for (const yaml of ['hostname_format: display_name', 'hostname_format_preferences: [display_name]']) {
    const { draft } = await readYaml(await startOci(tenancy), yaml)
    expect([...draft.hosts.keys()]).toEqual(['red____7___7___'])
  }
})

test.each(['all', '-oProxyCommand=x'])('an instance cannot be called "%s"', async (odd) => {
  const tenancy = emptyTenancy([ASHBURN])
  const subnet = addSubnet(tenancy, ASHBURN, 'a')
  for (const name of [odd, 'web'])
    addInstance(tenancy, ASHBURN, TENANCY, name, [{ name, subnet, privateIp: '10.0.0.1' }])
  const read = await readYaml(await startOci(tenancy), 'hostname_format: display_name')
  const id = `ocid1.instance.oc1..us-ashburn-1.${odd}`
  expect([...read.draft.hosts.keys()]).toEqual([id, 'web'])
  expect(read.draft.aliases.has(odd)).toBe(false)
  expect(told(read)).toEqual([`warning: 1 instance named by OCID, since no host can be called so: ${odd}: ${id}`])
})

test('an instance without a VNIC is told apart from one whose VNICs lack the name', async () => {
  const tenancy = two()
  addInstance(tenancy, ASHBURN, TENANCY, 'bare', [])
  const lines = told(await readYaml(await startOci(tenancy), ''))
  expect(lines.slice(0, 2)).toEqual([
    'warning: 1 instance without a public_ip left out: db',
    'warning: 1 instance without a VNIC that could be read left out: bare',
  ])
})

test('a further name that another host has is that host, in one file and in two', async () => {
  const tenancy = emptyTenancy([ASHBURN])
  const subnet = addSubnet(tenancy, ASHBURN, 'a')
  const [a, b] = [addCompartment(tenancy, 'a'), addCompartment(tenancy, 'b')]
  const shared = { name: 'v', subnet, privateIp: '10.0.0.2' }
  addInstance(tenancy, ASHBURN, a, 'one', [{ name: 'v', subnet, privateIp: '10.0.0.1' }, shared])
  addInstance(tenancy, ASHBURN, b, 'two', [shared])
  addInstance(tenancy, ASHBURN, b, 'three', [{ name: 'v', subnet, privateIp: '10.0.0.3' }, shared])
  const server = await startOci(tenancy)
  const yaml = 'hostname_format: private_ip\n'
  const both = await readYaml(server, yaml)
  expect([...both.draft.hosts.keys()]).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  const left = 'warning: 1 name of a further VNIC left out, since another host has the same: 10.0.0.2'
  expect(told(both)).toContain(left)
  const draft = newDraft()
  const only = (id: string): string => `${yaml}compartments: [{compartment_ocid: ${id}}]\n`
  await readYaml(server, only(a), { draft })
  expect(draft.aliases.get('10.0.0.2')).toBe('10.0.0.1')
  const later = await readYaml(server, only(b), { draft })
  expect([...draft.hosts.keys()]).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  expect(varsOf(later, '10.0.0.2')).toMatchObject({ display_name: 'two' })
  expect(draft.aliases.has('10.0.0.2')).toBe(false)
  expect(told(later)).toContain(left)
})

test('a host that a file before names by a further name, or by its OCID, is that instance', async () => {
  const server = await startOci(two())
  server.keys.set(`${TENANCY}/${USER}/${fingerprint(publicKey)}`, publicKey)
  const id = `ocid1.instance.oc1..${ASHBURN}.web`
  const dir = makeFiles({
    'a.yml': `edge: {hosts: {203.0.113.2: {rack: 7, region: mine}}}\nraw: {hosts: {${id}: {by_id: 1}}}\n`,
    'prod.oci.yml': `plugin: oracle.oci.oci\nconfig_file: config\nendpoint: "${server.endpoint}"\n`,
    'key.pem': pem(privateKey),
  })
  writeFileSync(`${dir}/config`, profile().replace('key.pem', `${dir}/key.pem`))
  const inventory = await loadInventory(['a.yml', 'prod.oci.yml'], dir)
  expect([...inventory.hosts.keys()]).toEqual(['203.0.113.1'])
  const host = inventory.hosts.get('203.0.113.1')
  expect(host?.vars).toMatchObject({ rack: 7, by_id: 1, region: 'iad' })
  expect(host?.groups).toEqual(expect.arrayContaining(['edge', 'raw', 'all_hosts']))
})

test('a further name that a group has, too, is told', async () => {
  const server = await startOci(two())
  server.keys.set(`${TENANCY}/${USER}/${fingerprint(publicKey)}`, publicKey)
  const dir = makeFiles({
    'prod.oci.yml': `plugin: oracle.oci.oci\nconfig_file: config\nendpoint: "${server.endpoint}"\n`,
    'more.yml': '203.0.113.2: {hosts: {web: }}\n',
    'key.pem': pem(privateKey),
  })
  writeFileSync(`${dir}/config`, profile().replace('key.pem', `${dir}/key.pem`))
  const { diagnostics } = await loadInventory(['prod.oci.yml', 'more.yml'], dir)
  expect(diagnostics.map((each) => each.summary)).toContain(
    '"203.0.113.2" is the name of a host and of a group; as a pattern it means the host',
  )
})
