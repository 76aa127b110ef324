import { expect, test } from 'vitest'
import { statusFacts, STATUS_FACTS } from '../../../src/engine/status/facts.ts'
import { statusReading } from '../../../src/engine/status/reading.ts'
import { judgeStatus } from '../../../src/engine/status/verdict.ts'
import { parseSections } from '../../../src/engine/script/frame.ts'
import { readFacts } from '../../../src/engine/script/probe.ts'
import type { StatusHost } from '../../../src/model/status.ts'
import { renderRestoreScript, renderRestoreUnit } from '../../../src/mptcp/restore-script.ts'
import type { PersistedModel } from '../../../src/mptcp/restore-script.ts'
import type { Outputs } from './outputs.ts'
import { answering, GOOD } from './outputs.ts'

/** What is reported of a host that answers GOOD, but for these. */
function read(
  outputs: Outputs,
): Pick<StatusHost, 'verdict' | 'reasons'> & { reading: NonNullable<StatusHost['reading']> } {
  const answer = answering({ ...GOOD, ...outputs })(null!, 'N=mfx', null!) as { stdout: string }
  const { have, unread } = statusFacts(readFacts(Object.values(STATUS_FACTS), parseSections('mfx', answer.stdout, '')))
  const reading = statusReading(have, unread)
  return { ...judgeStatus(reading), reading }
}

const endpoint = (more: object = {}): string =>
  `[${JSON.stringify({ address: '192.0.2.10', id: 1, signal: true, dev: 'eth0', ...more })}]`

const file = (content: string, mode: string): string =>
  `@file ${mode} root root 0 0 ${content.length}\n${Buffer.from(content).toString('base64')}\n.\n`

function restoring(model: PersistedModel): Outputs {
  return { persisted: `enabled\n${file(renderRestoreScript(model), '755')}${file(renderRestoreUnit(), '644')}` }
}

const restored = restoring({
  limits: { subflows: null, addAddrAccepted: null },
  endpoints: { '192.0.2.10': { address: '192.0.2.10', port: null, id: null, dev: 'eth0', flags: ['signal'] } },
})

const managed = (flags: number): Outputs => ({
  nm: 'nmcli tool, version 1.52.1\neth0:ethernet:connected:u-1\neth1:ethernet:unmanaged:\n\n== devices 0\n',
  nmProfiles: `connection.id:wired\nconnection.uuid:u-1\nconnection.mptcp-flags:${flags}\n\n== profiles 0\n`,
})

test('a host with an endpoint that comes back is ok', () => {
  expect(read({ endpoints: endpoint(), ...restored })).toMatchObject({ verdict: 'ok', reasons: [] })
})

test.each<[string, Outputs, string, RegExp[]]>([
  ['no MPTCP', { sysctl: '' }, 'error', [/no MPTCP/]],
  ['socket refused', { socket: 'perl 13\n' }, 'error', [/refused: EACCES/]],
  ['off', { sysctl: '/proc/sys/net/mptcp/enabled:0\n', sysctlPersisted: '' }, 'off', [/^switched off$/]],
  ['off until boot', { sysctl: '/proc/sys/net/mptcp/enabled:0\n' }, 'off', [/90-mptcp.conf:1 switches it on/]],
  ['nothing to join with', {}, 'partial', [/no endpoints, and announced addresses are not accepted/]],
  ['not at boot', { ...restored, endpoints: endpoint(), sysctlPersisted: '' }, 'partial', [/no file switches it on/]],
  ['by hand', { endpoints: endpoint() }, 'partial', [/^endpoint 192.0.2.10: gone after a reboot/]],
  ['on no link', { endpoints: endpoint({ address: '192.0.2.99' }) }, 'partial', [/on no link/, /gone/]],
  ['declared, not there', restored, 'partial', [/no endpoints/, /192.0.2.10 is declared but not there/]],
  [
    'NetworkManager stopped',
    {
      endpoints: endpoint(),
      nm: 'nmcli tool, version 1.52.1\nError: NetworkManager is not running.\n\n== devices 8\n',
    },
    'partial',
    [/NetworkManager does not run/],
  ],
  [
    'one link',
    { ...restored, endpoints: endpoint(), links: GOOD.links!.replace(/(eth1.*)"LOWER_UP"/, '$1"NO-CARRIER"') },
    'partial',
    [/only one link is up with an address: eth0/],
  ],
  [
    'limit 0',
    { ...restored, endpoints: endpoint(), limits: GOOD.limits!.replace('subflows 2', 'subflows 0') },
    'partial',
    [/^subflow limit 0/, /is 2 after a reboot/],
  ],
])('%s', (_, outputs, verdict, reasons) => {
  const found = read(outputs)
  expect(found.verdict).toBe(verdict)
  expect(found.reasons).toHaveLength(reasons.length)
  for (const [index, reason] of reasons.entries()) expect(found.reasons[index]).toMatch(reason)
})

function owner(outputs: Outputs): unknown {
  const [first] = read(outputs).reading.endpoints!
  return [first!.owner, first!.persistent]
}

test('each endpoint has one owner', () => {
  expect(owner({ endpoints: endpoint() })).toEqual(['kernel', false])
  expect(owner({ endpoints: endpoint({ signal: false, implicit: true }), ...restored })).toEqual(['kernel', false])
  expect(owner({ endpoints: endpoint(), ...restored })).toEqual(['mptcp-fleet', true])
  expect(owner({ endpoints: endpoint(), ...managed(0x1e) })).toEqual(['networkmanager', true])
  const changed = `u-1:/run/NetworkManager/system-connections/wired.nmconnection\n${managed(0x1e).nmProfiles}`
  const uuid = '96ba3487-e973-8a3e-8ace-82620f8489ae'
  const inMemory = { nm: managed(0x1e).nm!.replace('u-1', uuid), nmProfiles: changed.replaceAll('u-1', uuid) }
  expect(owner({ endpoints: endpoint(), ...inMemory })).toEqual(['networkmanager', false])
  // The profile makes others than are there.
  expect(owner({ endpoints: endpoint(), ...managed(0x2e) })).toEqual(['kernel', false])
})

test('what a profile declares and the kernel lacks is missing; what it would make by default is not', () => {
  expect(read(managed(0x1e)).reading.missingEndpoints).toEqual(['192.0.2.10'])
  expect(read(managed(0)).reading.missingEndpoints).toEqual([])
})

test('devices of NetworkManager come with the name and flags of their profile', () => {
  expect(read(managed(0x1e)).reading.networkManager).toMatchObject({
    running: true,
    devices: [
      { device: 'eth0', profile: 'wired', mptcpFlags: 0x1e, managed: true },
      { device: 'eth1', profile: null, mptcpFlags: null, managed: false },
    ],
  })
})
