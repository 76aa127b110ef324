/** Every fact read on a real host: it parses, and has the shape that its documentation shows. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FactResults } from '../../src/engine/script/probe.ts'
import { facts, factsWithArguments } from '../../src/facts/registry.ts'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { shapeDifferences } from '../facts/shape.ts'
import { reported, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'
import { readFacts } from './support/read-facts.ts'
import { playbookOf } from './support/round-trip.ts'
import { STAND_INS } from './support/stand-ins.ts'

const TOPOLOGY = `
hosts: { system-b: {} }
links:
  eth0: { hosts: { system-b: 192.0.2.20/24 } }
  wlan0: { hosts: { system-b: 198.51.100.20/24 } }
`

const lab = withLab(parseTopology(TOPOLOGY, 'facts.yml'))
const work = workFolder()
afterAll(() => work.remove())

/** Something of every kind that facts tell of. */
const TASKS = [
  { mptcp_tools: {} },
  { mptcp_enabled: {} },
  { mptcp_limits: { subflows: 4, add_addr_accepted: 1 } },
  {
    mptcp_endpoints: {
      endpoints: [
        { address: '192.0.2.20', flags: ['signal'] },
        { address: '198.51.100.20', flags: ['signal'], port: 8443 },
      ],
    },
  },
  { mptcp_service: { unit: 'nginx.service' } },
]

/** The log of the restoring unit, a route set by hand, and a transfer that takes its time. */
const LIFE = `
systemctl start mptcp-fleet.service
ip route add 203.0.113.0/24 via 192.0.2.1
truncate -s 100M /srv/zeros
systemd-run -q mptcpize run curl -s --limit-rate 1M -o /dev/null http://192.0.2.20/zeros
i=0; until ss -HMn state established | grep -q . || [ $i -ge 50 ]; do sleep 0.1; i=$((i+1)); done`

/** Values, and parts of them, whose keys are names that a host has. */
const MAPS = new Set([
  'boot/changed',
  'counters',
  'endpoint',
  'links',
  'mptcp_dropins',
  'mptcp_dropins/*/triggers',
  'mptcp_persisted/endpoints',
  'net_filters/arpFilter',
  'net_filters/arpIgnore',
  'net_filters/rpFilter',
  'nm/devices',
  'nm_profile',
  'packages/installed',
  'service/overriddenBy',
  'service/triggers',
  'unit_files/shadowing',
  'sysctl',
  'sysctl_persisted/files',
  'sysctl_persisted/values',
])

const documented = [...facts.values(), ...factsWithArguments.map(({ sample }) => sample)]
let found: FactResults = new Map()

beforeAll(async () => {
  await lab().exec('system-b', STAND_INS)
  const file = playbookOf(work, 'system-b', TASKS)
  const applied = await reported(work.folder, ['apply', '-i', lab().inventoryFile, file, '--yes'])
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(await lab().exec('system-b', LIFE)).toMatchObject({ rc: 0 })
  found = await readFacts(lab(), 'system-b', documented)
})

test.each(documented)('$key', (fact) => {
  const result = found.get(fact.key)!
  expect(result).toMatchObject({ ok: true })
  const value = 'value' in result ? result.value : null
  // An empty value would have any shape.
  expect(value).not.toBeNull()
  expect(value).not.toEqual(Array.isArray(value) ? [] : {})
  const example: unknown = fact.parse({ stdout: fact.example, stderr: '', rc: 0 })
  expect(shapeDifferences(fact.key.split('/')[0]!, example, value, MAPS)).toEqual([])
})
