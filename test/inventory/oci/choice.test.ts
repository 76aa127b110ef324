/** What is read: regions, compartments and filters, and what is told where that is nothing, or less than was asked for. */
import { expect, test } from 'vitest'
import { readYaml, told } from './fixture.ts'
import type { Call, Fault } from './server.ts'
import { startOci } from './server.ts'
import type { Tenancy } from './tenancy.ts'
import { addCompartment, addInstance, addSubnet, emptyTenancy } from './tenancy.ts'

const ASHBURN = 'us-ashburn-1'
const BY_NAME = 'hostname_format: display_name\n'
const A = 'ocid1.compartment.oc1..a'

/** One instance in each of two compartments. */
function two(): Tenancy {
  const tenancy = emptyTenancy([ASHBURN, 'eu-frankfurt-1'])
  const subnet = addSubnet(tenancy, ASHBURN, 'n')
  for (const name of ['a', 'b']) {
    const freeformTags = name === 'a' ? { role: 'web' } : {}
    const vnic = { name: 'v', subnet, privateIp: '10.0.0.1' }
    addInstance(tenancy, ASHBURN, addCompartment(tenancy, name), name, [vnic], { freeformTags })
  }
  return tenancy
}

test.each<[string, string[]]>([
  ['regions: [iad]', ['a', 'b']],
  ['regions: [IAD, fra]', ['a', 'b']],
  ['compartments: [{compartment_ocid: , compartment_name: a, parent_compartment_ocid: }]', ['a']],
  ['exclude_compartments: [{compartment_ocid: , compartment_name: a}]', ['b']],
  ['filters: [{freeform_tags: , display_name: b}]', ['b']],
  ['filters: {freeform_tags: , display_name: ""}', ['a', 'b']],
  ['filters: [{freeform_tags: {role: }}]', ['b']],
])('%s, as the plugin reads it', async (yaml, names) => {
  const read = await readYaml(await startOci(two()), BY_NAME + yaml)
  expect(told(read).filter((line) => !line.includes('no region that is known'))).toEqual([])
  expect([...read.draft.hosts.keys()]).toEqual(names)
})

test.each<[string, string[]]>([
  ['"freeform_tags.on"', ['c']],
  ['"freeform_tags.role"', ['a']],
  ['"freeform_tags.get(\'no\')"', []],
  ['"freeform_tags.keys() | length"', ['a', 'b', 'c', 'd']],
])('include_host_filters: [%s] is what it is as a template', async (expression, names) => {
  const tenancy = two()
  for (const [name, on] of [
    ['c', 'True {{ x }}'],
    ['d', 'False'],
  ] as const) {
    const vnic = { name: 'v', subnet: tenancy.subnets[ASHBURN]![0]!.id, privateIp: '10.0.0.1' }
    addInstance(tenancy, ASHBURN, A, name, [vnic], { freeformTags: { on } })
  }
  const read = await readYaml(await startOci(tenancy), `${BY_NAME}include_host_filters: [${expression}]`)
  expect([...read.draft.hosts.keys()].sort()).toEqual(names)
})

test('a short name of a region is the group that the plugin makes of it', async () => {
  const read = await readYaml(await startOci(two()), `${BY_NAME}regions: [iad]`)
  expect([...read.draft.groups.keys()]).toContain('region_iad')
})

test('a region that is still being set up is not among all', async () => {
  const body = [ASHBURN, 'xx-new-1'].map((regionName, i) => ({
    regionName,
    regionKey: regionName,
    status: i === 0 ? 'READY' : 'IN_PROGRESS',
  }))
  const fault = ({ operation }: Call): Fault => (operation === 'ListRegionSubscriptions' ? { status: 200, body } : null)
  const read = await readYaml(await startOci(two(), { fault }), `${BY_NAME}regions: all`)
  expect(told(read)).toEqual([])
  expect([...read.draft.hosts.keys()]).toEqual(['a', 'b'])
})

test.each<[string, string]>([
  ['filters: {display_name: c}', 'none of the 2 instances that run in 3 compartments of us-ashburn-1 is kept'],
  ['regions: [eu-frankfurt-1]', 'no instance runs in 3 compartments of eu-frankfurt-1'],
  ['hostnames: [a, bb]', 'hostnames: no instance is called "bb", did you mean "b"?'],
  [
    'compartments: [{fetch_hosts_from_subcompartments: no}]',
    "no compartment is named here, so all are read, as Oracle's plugin does, whatever fetch_hosts_from_subcompartments says",
  ],
])('%s is told', async (yaml, expected) => {
  expect(told(await readYaml(await startOci(two()), BY_NAME + yaml))).toEqual([`warning: ${expected}`])
})

const BROKEN = { status: 503, body: { code: 'ServiceUnavailable', message: 'later' } }
const broken = ({ operation, of }: Call): Fault => (operation === 'GetCompartment' && of === A ? BROKEN : null)
const BOTH = `${BY_NAME}compartments: [{compartment_ocid: ${A}}, {compartment_ocid: ocid1.compartment.oc1..b}]\n`

test('a compartment that OCI is not up to is named, and the others are read', async () => {
  const read = await readYaml(await startOci(two(), { fault: broken }), BOTH)
  expect(told(read)).toEqual([`warning: compartment ${A} could not be read: 503 ServiceUnavailable: later`])
  expect([...read.draft.hosts.keys()]).toEqual(['b'])
  const strict = await readYaml(await startOci(two(), { fault: broken }), `${BOTH}strict: true\n`)
  expect(told(strict)).toEqual([`error: compartment ${A} could not be read: 503 ServiceUnavailable: later`])
})

test('one to leave out that cannot be found is an error: nothing of it may be read', async () => {
  const fault = ({ operation }: Call): Fault => (operation === 'ListCompartments' ? BROKEN : null)
  const yaml = `${BY_NAME}exclude_compartments: [{compartment_name: a}]\n`
  const read = await readYaml(await startOci(two(), { fault }), yaml)
  expect(told(read)[0]).toBe('error: there is no compartment "a" there')
  expect(read.draft.hosts.size).toBe(0)
})
