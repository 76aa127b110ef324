/** What the schemas refuse beyond types, with the reason that a person reads. */
import { expect, it } from 'vitest'
import { modules } from '../../src/modules/registry.ts'

const signal = { address: '192.0.2.1', flags: ['signal'] }

const refused: [string, string, unknown, string][] = [
  ['mptcp_limits', 'nothing to limit', {}, 'give subflows or add_addr_accepted'],
  ['mptcp_limits', 'less than none', { subflows: -1 }, '>=0'],
  ['mptcp_tools', 'a daemon without its package', { state: 'absent', daemon: 'on' }, 'needs state: present'],
  ['mptcp_endpoints', 'no address', { endpoints: [{ address: 'eth0', flags: [] }] }, 'not an IP address'],
  ['mptcp_endpoints', 'a network', { endpoints: [{ address: '192.0.2.0/24', flags: [] }] }, 'not an IP address'],
  [
    'mptcp_endpoints',
    'signal and fullmesh',
    { endpoints: [{ address: '192.0.2.1', flags: ['signal', 'fullmesh'] }] },
    'signal and fullmesh',
  ],
  ['mptcp_endpoints', 'a port without signal', { endpoints: [{ ...signal, flags: [], port: 5 }] }, 'port needs'],
  [
    'mptcp_endpoints',
    'a port with subflow',
    { endpoints: [{ ...signal, flags: ['signal', 'subflow'], port: 5 }] },
    'cannot go with subflow',
  ],
  ['mptcp_endpoints', 'the same twice', { endpoints: [signal, signal] }, 'listed twice'],
  [
    'mptcp_endpoints',
    'the same in two spellings',
    {
      endpoints: [
        { address: '2001:db8::1', flags: [] },
        { address: '2001:DB8:0::1', flags: [] },
      ],
    },
    'listed twice',
  ],
  [
    'mptcp_endpoints',
    'an id twice',
    {
      endpoints: [
        { ...signal, id: 1 },
        { address: '192.0.2.2', flags: [], id: 1 },
      ],
    },
    'an id is given twice',
  ],
  ['mptcp_pair', 'a host with itself', { server: 'a', client: ['b', 'a'] }, 'server and client of the same pair'],
  [
    'mptcp_pair',
    'half a path',
    { server: 'a', client: 'b', paths: [{ server: 'eth0' }] },
    'give network, or server and',
  ],
  [
    'mptcp_pair',
    'a path said twice over',
    { server: 'a', client: 'b', paths: [{ network: '192.0.2.0/24', server: 'eth0', client: 'eth0' }] },
    'give network, or server and',
  ],
  ['mptcp_pair', 'no network', { server: 'a', client: 'b', paths: [{ network: 'eth0' }] }, 'not a network'],
]

it.each(refused)('%s refuses %s', (name, _what, params, reason) => {
  const result = modules.get(name)!.params.safeParse(params)
  expect(result.error?.issues.map(({ message }) => message).join('; ')).toContain(reason)
})

it('takes the same address with and without port', () => {
  const params = { endpoints: [signal, { ...signal, port: 5000 }] }
  expect(modules.get('mptcp_endpoints')!.params.safeParse(params).success).toBe(true)
})

it('takes off as YAML 1.1 reads it', () => {
  expect(modules.get('mptcp_tools')!.params.parse({ daemon: false })).toEqual({ state: 'present', daemon: 'off' })
})
