/** A whole fleet, with faults at every tenth call: nothing is lost, nothing comes twice, and few calls are under way at once. */
import { expect, test } from 'vitest'
import { HTTP_LIMITS } from '../../../src/inventory/oci/http.ts'
import { readYaml, told, varsOf, groupsOf } from './fixture.ts'
import type { Call, Fault } from './server.ts'
import { startOci } from './server.ts'
import type { Tenancy } from './tenancy.ts'
import { addCompartment, addInstance, addSubnet, emptyTenancy } from './tenancy.ts'

const REGIONS = ['us-ashburn-1', 'us-phoenix-1', 'eu-frankfurt-1']
const INSTANCES = 2000
const COMPARTMENTS = 30

/** Every tenth instance has two VNICs; a third of the compartments is below others; one subnet of three has IPv6. */
function fleet(): Tenancy {
  const tenancy = emptyTenancy(REGIONS)
  const compartments: string[] = []
  for (let i = 0; i < COMPARTMENTS; i++) {
    compartments.push(addCompartment(tenancy, `c${i}`, i % 3 === 2 ? compartments[i - 1] : undefined))
  }
  const subnets = REGIONS.map((region) => ['a', 'b', 'c'].map((name, i) => addSubnet(tenancy, region, name, i === 2)))
  for (let i = 0; i < INSTANCES; i++) {
    const region = i % REGIONS.length
    const subnet = subnets[region]![(i % 7) % 3]!
    const address = `10.${i >> 8}.${i & 255}`
    const first = {
      name: `v${i}`,
      subnet,
      privateIp: `${address}.1`,
      ...(subnet.endsWith('.c') ? { ipv6s: [`2001:db8::${i}`] } : {}),
    }
    const vnics = i % 10 === 0 ? [first, { name: `w${i}`, subnet, privateIp: `${address}.2` }] : [first]
    addInstance(tenancy, REGIONS[region]!, compartments[i % COMPARTMENTS]!, `host-${i}`, vnics, {
      freeformTags: { nr: String(i) },
    })
  }
  return tenancy
}

test('2,000 instances in 30 compartments and 3 regions', async () => {
  const tenancy = fleet()
  let nr = 0
  const faults: Fault[] = [
    { status: 429, body: { code: 'TooManyRequests', message: 'wait' }, headers: { 'retry-after': '0' } },
    { status: 500, body: { code: 'InternalServerError', message: 'oops' } },
    { status: 503, body: 'no JSON' },
  ]
  const fault = (_call: Call, nth: number): Fault => (nth === 1 && nr++ % 10 === 0 ? faults[nr % faults.length]! : null)
  const server = await startOci(tenancy, { fault, pageSize: 25, delay: 1 })
  const read = await readYaml(server, 'hostname_format: private_ip\nregions: all\n')
  expect(told(read)).toHaveLength(1)
  expect(told(read)[0]).toMatch(/^warning: 200 instances with several VNICs listed once; .* and 197 more$/)
  expect(read.draft.hosts.size).toBe(INSTANCES)
  for (const i of [0, 1, 2, 7, 999, 1990, 1999]) {
    const name = `10.${i >> 8}.${i & 255}.1`
    const vars = varsOf(read, name)
    expect(vars).toMatchObject({
      display_name: `host-${i}`,
      freeform_tags: { nr: String(i) },
      compartment_name: `c${i % 30}`,
    })
    expect(vars['vnics']).toHaveLength(i % 10 === 0 ? 2 : 1)
    expect(vars['ipv6_ips']).toEqual(String(vars['subnet_id']).endsWith('.c') ? [`2001:db8::${i}`] : undefined)
    expect(groupsOf(read, name)).toContain(`region_${REGIONS[i % 3]}`)
  }
  const done = server.calls.filter(
    (call, at) => server.calls.findIndex((each) => same(each, call)) === at || call.operation === '',
  )
  const count = (operation: string): number =>
    done.filter((call) => call.operation === operation && call.page === null).length
  expect(['ListRegionSubscriptions', 'GetCompartment', 'ListCompartments'].map(count)).toEqual([1, 1, 31])
  expect(count('ListInstances')).toBe(31 * 3)
  expect(count('GetVnic')).toBe(2200)
  expect(count('GetSubnet')).toBe(9)
  expect(count('ListIpv6s')).toBe(3)
  expect(server.calls.length).toBeLessThan(done.length * 1.2)
  expect(server.mostAtOnce()).toBeLessThanOrEqual(HTTP_LIMITS.atOnce)
  expect(server.mostAtOnce()).toBeGreaterThan(10)
  expect(server.refused).toEqual([])
}, 180_000)

function same(a: Call, b: Call): boolean {
  return a.operation === b.operation && a.of === b.of && a.region === b.region && a.page === b.page
}
