/** One server with four clients in one task, all pairs proven; and a pair whose networks are IPv6 alone. */
import { afterAll, expect, test } from 'vitest'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { reported, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'
import { changedFacts } from './support/round-trip.ts'

const lab = withLab(
  parseTopology(
    `
hosts:
  server: { kind: light }
  client: { kind: light, count: 4 }
  server-six: {}
  client-six: { kind: light }
links:
  eth0:
    rate: 100mbit
    hosts: { server: 192.0.2.10/24, client: 192.0.2.101/24 }
  eth1:
    rate: 100mbit
    hosts: { server: 198.51.100.10/24, client: 198.51.100.101/24 }
  six0:
    rate: 100mbit
    hosts: { server-six: "2001:db8:a::10/64", client-six: "2001:db8:a::20/64" }
  six1:
    rate: 100mbit
    hosts: { server-six: "2001:db8:b::10/64", client-six: "2001:db8:b::20/64" }
`,
    'fleet.yml',
  ),
)
const work = workFolder()
afterAll(() => work.remove())

const CLIENTS = ['client-01', 'client-02', 'client-03', 'client-04']

function playbook(server: string, client: string | string[], paths?: object[]): string {
  const pair = { server, client, ...(paths === undefined ? {} : { paths }) }
  const tasks = [
    { mptcp_available: {} },
    { mptcp_tools: {} },
    { mptcp_enabled: {} },
    { mptcp_pair: pair },
    { mptcp_test: { server, client, bytes: '24MiB' } },
  ]
  return work.write('pair.yml', JSON.stringify([{ hosts: [server, client].flat().join(','), become: true, tasks }]))
}

const run = (verb: 'plan' | 'apply', file: string, ...flags: string[]): ReturnType<typeof reported> =>
  reported(work.folder, [verb, '-i', lab().inventoryFile, file, ...flags])

test('one task pairs a server with four clients, and every pair is proven over both networks', async () => {
  const applied = await run('apply', playbook('server', CLIENTS), '--yes')
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(applied.report.trials.map(({ client, verdict }) => [client, verdict])).toEqual(
    CLIENTS.map((client) => [client, 'pass']),
  )
  for (const { subflows } of applied.report.trials) {
    expect(subflows.map(({ serverAddress }) => serverAddress).toSorted()).toEqual(['192.0.2.10', '198.51.100.10'])
  }
  // The server is configured once, however many clients there are.
  const server = applied.report.hosts.find(({ name }) => name === 'server')
  expect(server?.changes.filter(({ fact }) => fact.startsWith('endpoint/')).length).toBe(2)
  expect(server?.metrics.execs).toBeLessThanOrEqual(3)
})

test('and nothing is left to do, for all of them and for some', async () => {
  const again = await run('plan', playbook('server', CLIENTS), '--detailed-exitcode')
  expect({ code: again.code, changes: changedFacts(again.report) }).toEqual({ code: 0, changes: [] })
  const fewer = await run('plan', playbook('server', CLIENTS.slice(0, 2)), '--detailed-exitcode')
  expect({ code: fewer.code, changes: changedFacts(fewer.report) }).toEqual({ code: 0, changes: [] })
})

test('a client that is gone is left out with the reason, the others go on', async () => {
  await lab().exec('client-04', 'ip link set eth1 down')
  const one = await run('plan', playbook('server', CLIENTS))
  expect(one.report.hosts.map(({ name, error }) => [name, error?.code ?? null])).toEqual([
    ['server', null],
    ...CLIENTS.slice(0, 3).map((name) => [name, null]),
    ['client-04', 'too-few-paths'],
  ])
})

test('IPv6 paths, on a server whose cards NetworkManager has and a client whose cards the kernel has', async () => {
  const applied = await run('apply', playbook('server-six', 'client-six'), '--yes')
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(applied.report.trials).toMatchObject([{ verdict: 'pass', checksumOk: true }])
  expect(applied.report.trials[0]?.subflows.map(({ clientAddress }) => clientAddress).toSorted()).toEqual([
    '2001:db8:a::20',
    '2001:db8:b::20',
  ])
  const again = await run('plan', playbook('server-six', 'client-six'), '--detailed-exitcode')
  expect({ code: again.code, changes: changedFacts(again.report) }).toEqual({ code: 0, changes: [] })
})

test('IPv6 endpoints are there again after a reboot, once their addresses are', async () => {
  await lab().reboot('server-six')
  const paths = [{ network: '2001:db8:a::/64' }, { network: '2001:db8:b::/64' }]
  const applied = await run('apply', playbook('server-six', 'client-six', paths), '--yes')
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(changedFacts(applied.report)).toEqual([])
  expect(applied.report.trials).toMatchObject([{ verdict: 'pass' }])
})
