/** How predicted changes go into facts whose values are more than one flat record. */
import { expect, it } from 'vitest'
import { fileFact } from '../../src/facts/file.ts'
import { netFilters } from '../../src/facts/net_filters.ts'
import { nm } from '../../src/facts/nm.ts'
import { nmProfiles } from '../../src/facts/nm_profile.ts'
import { packages } from '../../src/facts/packages.ts'
import { sysctlPersisted } from '../../src/facts/sysctl_persisted.ts'
import { tools } from '../../src/facts/tools.ts'

it('sets one setting of one profile and leaves the value it was given alone', () => {
  const before = { u1: { 'connection.id': 'a', 'connection.mptcp-flags': '0' }, u2: { 'connection.id': 'b' } }
  const after = nmProfiles.set!(before, 'u1/connection.mptcp-flags', '30')
  expect(after).toEqual({ u1: { 'connection.id': 'a', 'connection.mptcp-flags': '30' }, u2: { 'connection.id': 'b' } })
  expect(before.u1['connection.mptcp-flags']).toBe('0')
  expect(nmProfiles.set!(after, 'u1/connection.mptcp-flags', null)['u1']).toEqual({ 'connection.id': 'a' })
  expect(nmProfiles.set!(after, 'u2', null)).toEqual({ u1: after['u1'] })
  expect(nmProfiles.set!({}, 'u3', { 'connection.id': 'c' })).toEqual({ u3: { 'connection.id': 'c' } })
})

it('sets packages by name', () => {
  const before = { manager: 'apt' as const, installed: { curl: '8' } }
  expect(packages.set!(before, 'mptcpize', '0.13').installed).toEqual({ curl: '8', mptcpize: '0.13' })
  expect(packages.set!(before, 'curl', null).installed).toEqual({})
  expect(packages.set!(before, 'manager', 'dnf').manager).toBe('dnf')
})

it('sets paths and versions of tools', () => {
  const before = { paths: { ip: null }, versions: { iproute2: null } }
  expect(tools.set!(before, 'ip', '/sbin/ip').paths).toEqual({ ip: '/sbin/ip' })
  expect(tools.set!(before, 'paths/ip', '/sbin/ip').paths).toEqual({ ip: '/sbin/ip' })
  expect(tools.set!(before, 'versions/iproute2', '6.15.0').versions).toEqual({ iproute2: '6.15.0' })
})

it('sets the winning line of a name', () => {
  const line = { file: '/etc/sysctl.d/90-mptcp.conf', line: 1, name: 'net.mptcp.enabled', value: '1' }
  const after = sysctlPersisted.set!({ values: {}, lines: [], files: {} }, line.name, line)
  expect(after.values).toEqual({ [line.name]: line })
  expect(sysctlPersisted.set!(after, line.name, null).values).toEqual({})
})

it('sets a filter of one link', () => {
  const before = { rpFilter: { all: 1 }, arpIgnore: { all: 0 }, arpFilter: {} }
  expect(netFilters.set!(before, 'rpFilter/eth0.5', 2)).toEqual({
    rpFilter: { all: 1, 'eth0.5': 2 },
    arpIgnore: { all: 0 },
    arpFilter: {},
  })
  expect(netFilters.set!(before, 'arpIgnore/all', null).arpIgnore).toEqual({})
  expect(netFilters.set!(before, 'other/all', 1)).toEqual(before)
})

it('replaces a file as a whole', () => {
  const file = { kind: 'file' as const, content: 'x', mode: '0644', owner: 'root', group: 'root' }
  expect(fileFact('/x').set!(null, '', file)).toBe(file)
})

it('alters the settings of a profile that a change names, and no others', () => {
  const before = { eth0: { 'connection.id': 'eth0', 'ipv4.method': 'auto' } }
  expect(nmProfiles.set!(before, 'eth0', { 'ipv4.method': 'manual' })).toEqual({
    eth0: { 'connection.id': 'eth0', 'ipv4.method': 'manual' },
  })
})

it('sets a device of NetworkManager', () => {
  const device = { device: 'eth0', type: 'ethernet', state: 'connected', managed: true, profileUuid: 'u' }
  const before = { installed: true, running: true, version: '1.52.1', devices: { eth0: device } }
  const down = { ...device, state: 'disconnected', profileUuid: null }
  expect(nm.set!(before, 'devices/eth0', down).devices).toEqual({ eth0: down })
  expect(nm.set!(before, 'devices/eth0', null).devices).toEqual({})
})
