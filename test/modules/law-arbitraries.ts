/** Hosts and tasks that the laws are tried on. */
import fc from 'fast-check'
import type { EndpointFlag } from '../../src/facts/mptcp_endpoints.ts'
import { sortFlags } from '../../src/mptcp/endpoint-flags.ts'
import type { ModelHost } from './model-host.ts'
import { modelHost } from './model-host.ts'
import type { ModelUnit } from './model-units.ts'
import { folderOf, start } from './model-units.ts'

const ADDRESSES = [
  { dev: 'eth0', address: '192.0.2.10', prefix: 24 },
  { dev: 'eth0', address: '192.0.2.110', prefix: 24 },
  { dev: 'wlan0', address: '198.51.100.10', prefix: 24 },
  { dev: 'wlan0', address: '2001:db8::10', prefix: 64 },
]

/** What an endpoint may be for. */
const flags: fc.Arbitrary<EndpointFlag[]> = fc
  .constantFrom('signal', 'subflow', 'signal backup', 'subflow fullmesh', 'signal subflow', 'laminar subflow')
  .map((text) => sortFlags(text.split(' ') as EndpointFlag[]))

export const task = fc.oneof(
  fc.record({
    module: fc.constant('mptcp_enabled'),
    params: fc.record({ state: fc.constantFrom('enabled', 'disabled'), persist: fc.boolean() }),
  }),
  fc.record({
    module: fc.constant('mptcp_limits'),
    params: fc.record(
      { subflows: fc.nat(8), add_addr_accepted: fc.nat(8), persist: fc.boolean() },
      { requiredKeys: ['subflows'] },
    ),
  }),
  fc.record({
    module: fc.constant('mptcp_endpoints'),
    params: fc.record({
      endpoints: fc.uniqueArray(
        fc.record({ index: fc.nat(3), flags, ported: fc.boolean(), id: fc.option(fc.integer({ min: 20, max: 23 })) }),
        { selector: ({ index }) => index, maxLength: 4 },
      ),
      exact: fc.boolean(),
      persist: fc.boolean(),
    }),
  }),
)

export const serviceTask = fc
  .record({
    unit: fc.constantFrom('web.service', 'echo.service', 'echo.socket', '*'),
    state: fc.constantFrom('enabled', 'enabled', 'disabled'),
    method: fc.constantFrom('preload', 'go'),
  })
  .map(({ unit, state, method }) => ({
    module: 'mptcp_service',
    params: {
      unit,
      state: unit === '*' ? 'disabled' : state,
      method: unit.endsWith('.socket') ? 'socket' : method,
    },
  }))

export const anyTask = fc.oneof(
  task,
  serviceTask,
  fc.record({
    module: fc.constant('mptcp_sysctl'),
    params: fc.record({
      values: fc
        .record(
          {
            checksum_enabled: fc.boolean(),
            close_timeout: fc.constantFrom(30, '60'),
            path_manager: fc.constantFrom('kernel', 'userspace'),
          },
          { requiredKeys: [] },
        )
        .filter((values) => Object.keys(values).length > 0),
      persist: fc.boolean(),
    }),
  }),
  fc.constantFrom('192.0.2', '198.51.100').chain((network) =>
    fc.record({
      module: fc.constant('nm_connection'),
      params: fc.record(
        {
          name: fc.constant(network === '192.0.2' ? 'eth0' : 'wlan0'),
          state: fc.constant('up'),
          mptcp_flags: fc.constantFrom<unknown>('default', 'disabled', ['signal'], ['subflow', 'backup'], 0x22),
          ipv4: fc
            .constantFrom(['77'], ['10', '78'])
            .map((hosts) => ({ addresses: hosts.map((host) => `${network}.${host}/24`) })),
        },
        { requiredKeys: ['name', 'state'] },
      ),
    }),
  ),
)

export type Task = { module: string; params: Readonly<Record<string, unknown>> }

export const host = fc
  .record({
    count: fc.integer({ min: 1, max: 4 }),
    there: fc.uniqueArray(
      fc.record({ index: fc.nat(3), flags, id: fc.integer({ min: 1, max: 9 }), port: fc.boolean() }),
      {
        selector: ({ id }) => id,
        maxLength: 3,
      },
    ),
    nm: fc.dictionary(fc.constantFrom('eth0', 'wlan0'), fc.constantFrom(0, 1, 0x1e, 0x2e, 0x2a, 0x22), { maxKeys: 2 }),
    defaultRoute: fc.constantFrom(null, 'eth0'),
    sysctl: fc.constantFrom('0', '1'),
    override: fc.boolean(),
    limits: fc.record({ subflows: fc.nat(8), addAddrAccepted: fc.nat(8) }),
    services: fc.record({
      web: fc.constantFrom(
        '',
        'Environment=LD_PRELOAD=/usr/lib/own.so OTHER=1',
        'Environment="LD_PRELOAD=/usr/local/lib/libmptcpwrap.so.0"',
        'Environment=GODEBUG=multipathtcp=0,x509sha1=1',
      ),
      socket: fc.constantFrom('', 'SocketProtocol=mptcp'),
      enabled: fc.subarray(['web.service', 'echo.socket']),
      // Started by the socket.
      echo: fc.boolean(),
      folders: fc.subarray(['web.service', 'echo.socket']),
    }),
  })
  .map((made): ModelHost => {
    const addresses = ADDRESSES.slice(0, made.count)
    const endpoints = made.there
      .filter(({ index }) => index < addresses.length)
      .map(({ index, flags, id, port }) => ({
        address: addresses[index]!.address,
        port: port && flags.includes('signal') && !flags.includes('subflow') ? 5000 : null,
        id,
        flags,
        dev: addresses[index]!.dev,
      }))
    const unique = endpoints.filter(
      (one, index) =>
        endpoints.findIndex((other) => other.address === one.address && other.port === one.port) === index,
    )
    const file = { content: 'net.mptcp.enabled = 0\n', mode: '0644', owner: 'root', group: 'root' }
    const model = modelHost({
      addresses,
      endpoints: unique,
      sysctl: made.sysctl,
      defaultRoute: made.defaultRoute,
      limits: made.limits,
      files: made.override ? { '/etc/sysctl.d/99-local.conf': file } : {},
      nm: Object.fromEntries(
        Object.entries(made.nm).map(([dev, flags]) => [dev, { profile: flags, applied: flags, made: [] }]),
      ),
      nextId: 10,
    })
    model.folders.push(...made.services.folders.map(folderOf))
    model.units = unitsOf(made.services)
    for (const unit of Object.values(model.units)) if (unit.enabled) start(model, unit)
    if (made.services.echo && model.units['echo.socket']!.active) start(model, model.units['echo.service']!)
    return model
  })

/** A server, and a socket with its service. */
function unitsOf(made: { web: string; socket: string; enabled: string[] }): Record<string, ModelUnit> {
  const unit = (name: string, file: string): ModelUnit => {
    return { file, active: false, enabled: made.enabled.includes(name), loaded: null, process: null }
  }
  return {
    'web.service': unit('web.service', `[Service]\n${made.web}\n`),
    'echo.service': unit('echo.service', '[Service]\n'),
    'echo.socket': {
      ...unit('echo.socket', `[Socket]\n${made.socket}\n`),
      socket: { port: 8090, protocol: 'tcp', starts: 'echo.service' },
    },
  }
}
