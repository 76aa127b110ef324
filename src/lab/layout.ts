// From a topology to the things that must be made: names, cards, MAC and management addresses. Pure.
import { hostUnit, macAddress, rootCardPrefix, switchNamespace } from './names.ts'
import type { HostSpec, Topology } from './topology.ts'

/** One card of a host and the switch's port that it hangs on. */
export interface CardLayout {
  name: string
  mac: string
  addresses: string[]
  gateway: string | null
  managed: boolean
  up: boolean
  /** The link's bridge and this card's port, both in the switch's namespace. */
  bridge: string
  port: string
}

/** One host with everything that its namespace needs. */
export interface HostLayout {
  name: string
  spec: HostSpec
  /** Name of its namespace, cgroup and nspawn machine. */
  unit: string
  /** The management link: its card in the machine's own namespace, and both addresses (a /30). */
  management: { rootCard: string; rootAddress: string; address: string; mac: string }
  cards: CardLayout[]
  /** nftables rulesets in the host's namespace. */
  rulesets: string[]
}

export interface BridgeLayout {
  name: string
  rate: string | null
  shaper: 'tbf' | 'htb'
  mtu: number | null
}

/** Everything that a lab consists of, by name. */
export interface LabLayout {
  id: string
  switchNamespace: string
  bridges: BridgeLayout[]
  hosts: HostLayout[]
  /** nftables rulesets in the switch's namespace. */
  rulesets: string[]
}

/** Name of the management card on a host. */
export const MANAGEMENT_CARD = 'mgmt0'

/** How many /30 networks 100.64.0.0/10 has: RFC 6598 space, which no private network of a site uses. */
export const MANAGEMENT_SLOTS = 2 ** 20

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')

/** The /30 with this number in 100.64.0.0/10: the machine's address and the host's. */
export function managementAddresses(slot: number): { root: string; host: string } {
  const base = 0x64400000 + (slot % MANAGEMENT_SLOTS) * 4
  return { root: dotted(base + 1), host: dotted(base + 2) }
}

/** Names and addresses of a lab. `slots` are the numbers of the hosts' management networks, one for each host. */
export function layoutLab(id: string, topology: Topology, slots: readonly number[]): LabLayout {
  const links = Object.entries(topology.links)
  const hosts = Object.entries(topology.hosts).map(([name, spec], index): HostLayout => {
    const { root, host } = managementAddresses(slots[index] ?? index)
    return {
      name,
      spec,
      unit: hostUnit(id, name),
      management: {
        rootCard: `${rootCardPrefix(id)}n${index}`,
        rootAddress: root,
        address: host,
        mac: macAddress(id, name, MANAGEMENT_CARD),
      },
      cards: links.flatMap(([link, body], linkIndex) => {
        const member = body.hosts[name]
        if (member === undefined) return []
        return {
          name: member.card ?? link,
          mac: macAddress(id, name, link),
          addresses: member.addresses,
          gateway: member.gateway ?? null,
          managed: spec.kind === 'systemd' && (member.networkManager ?? 'managed') === 'managed',
          up: member.state === 'up',
          bridge: `bridge${linkIndex}`,
          port: `port${linkIndex}h${index}`,
        }
      }),
      rulesets: topology.middleboxes.filter((box) => box.host === name).map((box) => box.nft),
    }
  })
  return {
    id,
    switchNamespace: switchNamespace(id),
    bridges: links.map(([, body], index) => ({
      name: `bridge${index}`,
      rate: body.rate ?? null,
      shaper: body.shaper,
      mtu: body.mtu ?? null,
    })),
    hosts,
    rulesets: topology.middleboxes.filter((box) => box.host === undefined).map((box) => box.nft),
  }
}
