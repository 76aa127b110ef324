/** What OCI, the network and policies refuse for a while or for good: asked again, told by name, or an error. */
import { describe, expect, test } from 'vitest'
import { IMPATIENT, readYaml, told } from './fixture.ts'
import type { Fault, Call } from './server.ts'
import { startOci } from './server.ts'
import type { Tenancy } from './tenancy.ts'
import { addCompartment, addInstance, addSubnet, emptyTenancy } from './tenancy.ts'

const REGIONS = ['us-ashburn-1', 'eu-frankfurt-1']

/** One instance in each of three compartments of each of two regions. */
function six(): Tenancy {
  const tenancy = emptyTenancy(REGIONS)
  for (const name of ['a', 'b', 'c']) addCompartment(tenancy, name)
  for (const [r, region] of REGIONS.entries()) {
    const subnet = addSubnet(tenancy, region, 'n', true)
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      const vnic = { name, subnet, privateIp: `10.0.${r}.${i}`, ipv6s: [`2001:db8::${r}:${i}`] }
      addInstance(tenancy, region, `ocid1.compartment.oc1..${name}`, `${name}${r}`, [vnic])
    }
  }
  return tenancy
}

const YAML = 'hostname_format: display_name\nregions: [us-ashburn-1, eu-frankfurt-1]\n'
/** Where an answer never comes. */
const settings = { limits: { ...IMPATIENT, timeout: 1000 } }
const ALL = ['a0', 'b0', 'c0', 'a1', 'b1', 'c1']
const THROTTLED = {
  status: 429,
  body: { code: 'TooManyRequests', message: 'wait' },
  headers: { 'retry-after': '0.01' },
}
const BROKEN = { status: 500, body: { code: 'InternalServerError', message: 'oops' } }
const DENIED = { status: 404, body: { code: 'NotAuthorizedOrNotFound', message: 'Authorization failed.' } }

describe('what passes is not noticed', () => {
  test.each<[string, (call: Call, nth: number) => Fault]>([
    ['every call is throttled seven times', (_, nth) => (nth <= 7 ? THROTTLED : null)],
    ['every call fails three times', (_, nth) => (nth <= 3 ? BROKEN : null)],
    [
      'some calls get no answer the first time',
      ({ operation }, nth) => (operation === 'GetVnic' && nth === 1 ? 'hang' : null),
    ],
  ])('%s', async (_, fault) => {
    const server = await startOci(six(), { fault })
    const read = await readYaml(server, YAML, { settings })
    expect(told(read)).toEqual([])
    expect([...read.draft.hosts.keys()]).toEqual(ALL)
    expect(server.refused).toEqual([])
  })

  test('each attempt is signed anew, at its own time, after the time that OCI asks for', async () => {
    const wait = { ...THROTTLED, headers: { 'retry-after': '1.1' } }
    const fault = ({ operation }: Call, nth: number): Fault =>
      operation === 'GetCompartment' && nth === 1 ? wait : null
    const server = await startOci(six(), { fault })
    const limits = { ...IMPATIENT, pause: { first: 1, longest: 5000 } }
    expect(told(await readYaml(server, YAML, { settings: { limits } }))).toEqual([])
    const times = server.calls.filter((call) => call.operation === 'GetCompartment').map((call) => call.signedAt)
    expect(new Set(times).size).toBe(2)
  })

  test('lists come page by page', async () => {
    const server = await startOci(six(), { pageSize: 1 })
    const read = await readYaml(server, YAML)
    expect([...read.draft.hosts.keys()]).toEqual(ALL)
    expect(server.calls.filter(({ operation }) => operation === 'ListCompartments').map((call) => call.page)).toContain(
      'Mg',
    )
    const addresses = [...read.draft.hosts.values()].map((vars) => vars.get('ipv6_ips')?.value)
    expect(addresses).toContainEqual(['2001:db8::1:2'])
  })
})

describe('what stays is told, and the rest is read', () => {
  test('a compartment', async () => {
    const fault = ({ operation, of }: Call): Fault =>
      operation === 'ListInstances' && of.endsWith('..b') ? DENIED : null
    const read = await readYaml(await startOci(six(), { fault }), YAML)
    expect([...read.draft.hosts.keys()]).toEqual(['a0', 'c0', 'a1', 'c1'])
    expect(told(read)).toEqual([
      'warning: us-ashburn-1: compartment b could not be read: 404 NotAuthorizedOrNotFound: Authorization failed.',
      'warning: eu-frankfurt-1: compartment b could not be read: 404 NotAuthorizedOrNotFound: Authorization failed.',
    ])
    expect(read.diagnostics[0]).toMatchObject({ code: 'oci-partial', detail: 'opc-request-id: REQ/1' })
    const strict = await readYaml(await startOci(six(), { fault }), `${YAML}strict: true\n`)
    expect(told(strict)[0]).toMatch(/^error: us-ashburn-1: compartment b could not be read/)
    expect(strict.draft.hosts.size).toBe(0)
  })

  test('a region, in one line', async () => {
    const fault = ({ region }: Call): Fault => (region === 'eu-frankfurt-1' ? BROKEN : null)
    const read = await readYaml(await startOci(six(), { fault }), YAML)
    expect([...read.draft.hosts.keys()]).toEqual(['a0', 'b0', 'c0'])
    expect(told(read)).toEqual([
      'warning: eu-frankfurt-1: compartments a, acme, b and 1 more could not be read: 500 InternalServerError: oops',
    ])
  })

  test('a region that never answers is not asked for ever', async () => {
    const fault = ({ region }: Call): Fault => (region === 'eu-frankfurt-1' ? 'hang' : null)
    const server = await startOci(six(), { fault })
    const read = await readYaml(server, `${YAML}enable_parallel_processing: no\n`, { settings })
    expect(told(read)).toEqual([
      'warning: eu-frankfurt-1: compartments a, acme, b and 1 more could not be read: no answer in 1 s',
    ])
    expect(server.calls.filter(({ region }) => region === 'eu-frankfurt-1')).toHaveLength(4)
  })

  test('one at a time, where that is asked for', async () => {
    const server = await startOci(six(), { delay: 1 })
    expect([...(await readYaml(server, `${YAML}enable_parallel_processing: no\n`)).draft.hosts.keys()]).toEqual(ALL)
    expect(server.mostAtOnce()).toBe(1)
  })

  test('a compartment that cannot be looked into, a VNIC, a subnet, IPv6 addresses', async () => {
    const fault = ({ operation, of }: Call): Fault => {
      const isDenied =
        (operation === 'ListCompartments' && of.endsWith('..c')) ||
        (operation === 'GetVnic' && of.includes('a0')) ||
        operation === 'GetSubnet' ||
        operation === 'ListIpv6s'
      return isDenied ? DENIED : null
    }
    const read = await readYaml(await startOci(six(), { fault }), YAML)
    const lines = told(read).map((line) => line.replace(/ocid1\.\w+\.oc1\.\.(us|eu)[\w.-]*/g, 'OCID'))
    expect(lines.map((line) => line.replace(/ could not.*/, ''))).toEqual([
      'warning: compartment ocid1.compartment.oc1..c',
      'warning: us-ashburn-1: VNIC OCID',
      'warning: us-ashburn-1: subnet OCID',
      'warning: eu-frankfurt-1: subnet OCID',
      'warning: 1 instance without a VNIC that could be read left out: a0',
    ])
    expect([...read.draft.hosts.keys()]).toEqual(['b0', 'c0', 'a1', 'b1', 'c1'])
    expect(read.draft.hosts.get('b0')?.get('vnics')?.value).toMatchObject([
      { private_ip: '10.0.0.1', cidr_block: null },
    ])
  })
})

test('who is refused half-way asks no more', async () => {
  const refused = { status: 401, body: { code: 'NotAuthenticated', message: 'The key was deleted.' } }
  const fault = ({ operation }: Call): Fault => (operation === 'ListInstances' ? refused : null)
  const server = await startOci(six(), { fault })
  const limits = { ...IMPATIENT, atOnce: 1 }
  expect(told(await readYaml(server, YAML, { settings: { limits } }))).toEqual([
    'error: OCI does not accept who asks (auth_type api_key): 401 NotAuthenticated: The key was deleted.',
  ])
  expect(server.calls.filter((call) => call.operation === 'ListInstances')).toHaveLength(1)
})

test('a region that the tenancy is not subscribed to', async () => {
  const body = { code: 'NotAuthenticated', message: 'The required information was not provided.' }
  const fault = ({ region }: Call): Fault => (region === 'eu-frankfurt-1' ? { status: 401, body } : null)
  const read = await readYaml(await startOci(six(), { fault }), YAML)
  expect(told(read)).toEqual([
    'error: eu-frankfurt-1: OCI does not accept who asks there, and did elsewhere: 401 NotAuthenticated: The required information was not provided.',
  ])
  expect(read.diagnostics[0]?.hint).toContain('subscribed')
})

test('where nothing at all can be read, that is an error', async () => {
  const fault = ({ operation }: Call): Fault => (operation === 'ListInstances' ? DENIED : null)
  const read = await readYaml(await startOci(six(), { fault }), YAML)
  expect(told(read)).toHaveLength(2)
  expect(told(read).every((line) => line.startsWith('error: '))).toBe(true)
})

test('pages that go round in a circle end', async () => {
  const next = { status: 200, body: [], headers: { 'opc-next-page': 'again' } }
  const fault = ({ operation }: Call): Fault => (operation === 'ListInstances' ? next : null)
  const read = await readYaml(await startOci(six(), { fault }), YAML)
  expect(told(read)[0]).toContain('the pages of a list go round in a circle')
})

test('what a proxy says instead of OCI is told in one line', async () => {
  const page = {
    status: 403,
    body: `<html>\n<h1>Blocked</h1>\n${'x'.repeat(10_000)}`,
    headers: { 'content-type': 'text/html' },
  }
  const [line, ...more] = told(await readYaml(await startOci(six(), { fault: () => page }), YAML))
  expect(line).toMatch(/^error: OCI's compartments could not be read: 403 .{0,350}$/)
  expect(more).toEqual([])
})

test('an answer without an end is cut off, whether it says its length or not', async () => {
  for (const headers of [{}, { 'transfer-encoding': 'chunked' }] as Record<string, string>[]) {
    const fault = (): Fault => ({ status: 200, body: { name: 'x'.repeat(2000) }, headers })
    const read = await readYaml(await startOci(six(), { fault }), YAML, {
      settings: { limits: { ...IMPATIENT, bytes: 1000 } },
    })
    expect(told(read)).toEqual(["error: OCI's compartments could not be read: the answer is too long"])
  }
})

test('a redirect is not followed: it would carry the signature elsewhere', async () => {
  const away = { status: 307, headers: { location: 'http://127.0.0.1:9/' } }
  const read = await readYaml(await startOci(six(), { fault: () => away }), YAML)
  expect(told(read)).toEqual(["error: OCI's compartments could not be read: unexpected redirect"])
})
