/** What the schemas refuse beyond types, with the reason that a person reads. */
import { expect, it } from 'vitest'
import { modules } from '../../src/modules/registry.ts'

const signal = { address: '192.0.2.1', flags: ['signal'] }

const nmFlags = (flags: unknown): object => ({ name: 'a', mptcp_flags: flags })

const nmStatic = (addresses: string): object => ({ name: 'eth0', ipv4: { addresses } })

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
  ['nm_connection', 'the /2 of the guide', nmStatic('198.51.100.20/2'), 'did you mean /24?'],
  ['nm_connection', 'an address without length', nmStatic('198.51.100.20'), 'has no prefix length'],
  ['nm_connection', 'too long a length', nmStatic('198.51.100.20/33'), '/33 is no prefix length'],
  ['nm_connection', 'the network itself', nmStatic('198.51.100.0/24'), 'network or broadcast address'],
  ['nm_connection', 'a broadcast address', nmStatic('198.51.100.255/24'), 'network or broadcast address'],
  ['nm_connection', 'the other family', nmStatic('2001:db8::1/64'), 'not an IPv4 address'],
  ['nm_connection', 'a loopback address', nmStatic('127.0.0.2/8'), 'no address for a network card'],
  ['nm_connection', 'static without addresses', { name: 'a', ipv4: { method: 'manual' } }, 'manual needs addresses'],
  [
    'nm_connection',
    'addresses of none',
    { name: 'a', ipv6: { method: 'disabled', addresses: '2001:db8::1/64' } },
    'cannot go',
  ],
  ['nm_connection', 'a gateway alone', { name: 'a', ipv4: { gateway: '192.0.2.1' } }, 'needs addresses beside it'],
  [
    'nm_connection',
    'a gateway elsewhere',
    { name: 'a', ipv4: { addresses: '192.0.2.10/24', gateway: '198.51.100.1' } },
    'in none of the networks',
  ],
  ...['', '192.0.2.300', 'router'].map((gateway): (typeof refused)[number] => [
    'nm_connection',
    `a gateway that is no address: ${gateway}`,
    { name: 'a', ipv4: { addresses: '192.0.2.10/24', gateway } },
    'not an IPv4 address, nor none',
  ]),
  ['nm_connection', 'two flags', nmFlags(['signal', 'fullmesh']), 'signal and fullmesh do not go together'],
  ['nm_connection', 'two flags as a number', nmFlags('0x90'), 'signal and fullmesh do not go together'],
  ['nm_connection', 'a flag that stands alone', nmFlags('disabled, signal'), 'disabled and signal do not go together'],
  ['nm_connection', 'half a flag', nmFlags(['backup']), 'backup needs signal or subflow beside it'],
  [
    'nm_connection',
    'disabled and more as a number',
    nmFlags(0x3),
    'disabled (0x1) does not go together with others (0x2)',
  ],
  ['nm_connection', 'no flag', nmFlags(['bogus']), '"bogus" is no flag; there are default, disabled, signal'],
  ['nm_connection', 'a misspelt flag', nmFlags(['sigal']), '"sigal" is no flag; did you mean "signal"?'],
  ['nm_connection', 'unknown bits', nmFlags(4096), 'bits that NetworkManager does not know'],
  ['nm_connection', 'bits beyond 32', nmFlags(2 ** 32), 'bits that NetworkManager does not know'],
  ['nm_connection', 'unknown bits in words', nmFlags('0x10000'), 'bits that NetworkManager does not know'],
  ['nm_connection', 'a name with a slash', { name: 'a/b' }, 'without slashes'],
  ['mptcp_sysctl', 'nothing to set', { values: {} }, 'names no setting'],
  ['mptcp_sysctl', 'a misspelt name', { values: { checksum_enable: 1 } }, 'did you mean "checksum_enabled"?'],
  ['mptcp_sysctl', 'one setting twice over', { values: { pm_type: 0, path_manager: 'userspace' } }, 'contradicts'],
  ['mptcp_service', 'a unit without ending', { unit: 'nginx' }, 'named with its ending'],
  ['mptcp_service', 'all units at once', { unit: '*' }, 'only with state: disabled'],
  ['mptcp_service', 'a socket by preload', { unit: 'web.socket' }, 'method of socket units'],
  ['mptcp_service', 'a service by socket', { unit: 'web.service', method: 'socket' }, 'method of socket units'],
  [
    'mptcp_test',
    'more shares than there are',
    { server: 'a', client: 'b', min_subflows: 11 },
    '11 subflows cannot each carry 0.1 of the bytes (min_share), at most 10 can',
  ],
  ['mptcp_test', 'two large shares', { server: 'a', client: 'b', min_subflows: 2, min_share: 0.6 }, 'at most 1 can'],
  ['mptcp_pair', 'no network', { server: 'a', client: 'b', paths: [{ network: 'eth0' }] }, 'not a network'],
]

it.each(refused)('%s refuses %s', (name, _what, params, reason) => {
  const result = modules.get(name)!.params.safeParse(params)
  expect(result.error?.issues.map(({ message }) => message).join('; ')).toContain(reason)
})

it.each([
  { min_subflows: 10 },
  { min_subflows: 3, min_share: 0.33 },
  { min_subflows: 64, min_share: 0 },
  { min_subflows: 1, min_share: 1 },
  // One path and a backup, which need not carry anything.
  { min_share: 0.9 },
])('takes shares %j', (wish) => {
  const params = { server: 'a', client: 'b', ...wish }
  expect(modules.get('mptcp_test')!.params.safeParse(params).error).toBeUndefined()
})

it('takes the same address with and without port', () => {
  const params = { endpoints: [signal, { ...signal, port: 5000 }] }
  expect(modules.get('mptcp_endpoints')!.params.safeParse(params).success).toBe(true)
})

it('takes off as YAML 1.1 reads it', () => {
  expect(modules.get('mptcp_tools')!.params.parse({ daemon: false })).toEqual({ state: 'present', daemon: 'off' })
})

it.each<unknown>([0x1e, '0x1e', ['signal'], 'signal', 'subflow, backup', 'disabled', ['default'], 0x100])(
  'takes MPTCP flags as %j',
  (flags) => {
    expect(modules.get('nm_connection')!.params.safeParse({ name: 'eth0', mptcp_flags: flags }).success).toBe(true)
  },
)

it.each([
  { addresses: '192.0.2.10/24', gateway: 'none' },
  { addresses: ['192.0.2.10/32'], gateway: '198.51.100.1' },
  { addresses: '192.0.2.0/31', gateway: '192.0.2.1' },
  { method: 'auto' },
])('takes IPv4 settings %j', (ipv4) => {
  expect(modules.get('nm_connection')!.params.safeParse({ name: 'eth0', ipv4 }).error).toBeUndefined()
})
