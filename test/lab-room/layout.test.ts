import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseSshArgs } from '../../src/inventory/ssh-args.ts'
import { renderInventory, renderKnownHosts } from '../../src/lab/credentials.ts'
import { renderConfiguration, renderProfile } from '../../src/lab/keyfile.ts'
import { layoutLab, managementAddresses, MANAGEMENT_SLOTS } from '../../src/lab/layout.ts'
import { labId } from '../../src/lab/names.ts'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { labFolder } from '../../src/lab/up.ts'

const topology = parseTopology(
  `
hosts:
  one: {groups: [servers]}
  two: {kind: light, groups: [clients]}
links:
  lan:
    hosts:
      one: {card: eth0, addresses: [192.0.2.1/24, "2001:db8::1/64"], gateway: 192.0.2.254}
      two: 192.0.2.2/24
  side:
    hosts:
      one: {addresses: [198.51.100.1/24], networkManager: unmanaged}
`,
  'x.yml',
)
const layout = layoutLab('abc123', topology, [7, 9])

test('the name of a lab never leads out of the folder of the labs', () => {
  expect(labFolder('pair', '/srv/any')).toBe('/srv/any/.mptcp-fleet/lab/pair')
  for (const name of ['', '.', '..', '../x', '../../..', 'a/b', '/etc']) {
    expect(() => labFolder(name, '/srv/any')).toThrow('cannot be the name of a lab')
  }
})

test('management networks are separate /30s of 100.64.0.0/10', () => {
  expect(managementAddresses(0)).toEqual({ root: '100.64.0.1', host: '100.64.0.2' })
  expect(managementAddresses(64)).toEqual({ root: '100.64.1.1', host: '100.64.1.2' })
  expect(managementAddresses(MANAGEMENT_SLOTS - 1)).toEqual({ root: '100.127.255.253', host: '100.127.255.254' })
})

test('every name on this machine carries the lab’s hash and fits into 15 characters where it is a card’s', () => {
  expect(labId('/a')).not.toBe(labId('/b'))
  expect(layout.hosts.map((host) => host.unit)).toEqual(['mptcp-lab-abc123-one', 'mptcp-lab-abc123-two'])
  expect(layout.switchNamespace).toBe('mptcp-lab-abc123.switch')
  for (const host of layout.hosts) expect(host.management.rootCard).toMatch(/^mfabc123n\d{1,4}$/)
})

test('cards: named by the link unless given, managed where NetworkManager runs', () => {
  expect(layout.hosts[0]!.cards).toMatchObject([
    { name: 'eth0', managed: true, bridge: 'bridge0', port: 'port0h0' },
    { name: 'side', managed: false, bridge: 'bridge1', port: 'port1h0' },
  ])
  expect(layout.hosts[1]!.cards).toMatchObject([{ name: 'lan', managed: false, bridge: 'bridge0', port: 'port0h1' }])
  const macs = layout.hosts.flatMap((host) => [host.management.mac, ...host.cards.map((card) => card.mac)])
  expect(new Set(macs).size).toBe(macs.length)
  for (const mac of macs) expect(mac).toMatch(/^02(:[\da-f]{2}){5}$/)
})

test('NetworkManager’s profile and what it leaves alone', () => {
  const [host] = layout.hosts
  expect(renderProfile(host!, host!.cards[0]!)).toMatch(
    /^\[connection\]\nid=eth0\nuuid=[\da-f-]{36}\ntype=ethernet\ninterface-name=eth0\nautoconnect=true\n\n\[ipv4\]\nmethod=manual\naddress1=192\.0\.2\.1\/24\ngateway=192\.0\.2\.254\n\n\[ipv6\]\nmethod=manual\naddress1=2001:db8::1\/64\n$/,
  )
  expect(renderConfiguration(host!)).toContain('unmanaged-devices=interface-name:mgmt0;interface-name:side\n')
})

test('a folder with a blank in its name is read back whole', () => {
  for (const knownHostsFile of ['/l/known', '/my labs/known']) {
    const { all } = parse(renderInventory(layout.hosts, { keyFile: '/my labs/id', knownHostsFile })) as {
      all: { hosts: Record<string, Record<string, string>> }
    }
    const { args, problems } = parseSshArgs(all.hosts['one']!['ansible_ssh_common_args']!)
    expect([args.options[0], problems]).toMatchObject([{ keyword: 'userknownhostsfile', values: [knownHostsFile] }, []])
  }
})

test('inventory and known_hosts', () => {
  expect(renderInventory(layout.hosts, { keyFile: '/l/id', knownHostsFile: '/l/known' })).toBe(`all:
  hosts:
    one:
      ansible_host: 100.64.0.30
      ansible_port: 22
      ansible_user: root
      ansible_ssh_private_key_file: /l/id
      ansible_ssh_common_args: -F /dev/null -o UserKnownHostsFile=/l/known -o StrictHostKeyChecking=yes
    two:
      ansible_host: 100.64.0.38
      ansible_port: 22
      ansible_user: root
      ansible_ssh_private_key_file: /l/id
      ansible_ssh_common_args: -F /dev/null -o UserKnownHostsFile=/l/known -o StrictHostKeyChecking=yes
  children:
    servers:
      hosts:
        one:
    clients:
      hosts:
        two:
`)
  const keys = new Map([
    ['one', 'ssh-ed25519 AAA one'],
    ['two', 'ssh-ed25519 BBB two'],
  ])
  expect(renderKnownHosts(layout.hosts, keys)).toBe('100.64.0.30 ssh-ed25519 AAA\n100.64.0.38 ssh-ed25519 BBB\n')
})
