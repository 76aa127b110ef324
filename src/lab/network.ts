// Namespaces, bridges, veths and shaping. Everything lies in namespaces of the lab but one management card per host.
import { labError } from './fail.ts'
import { MANAGEMENT_CARD, type BridgeLayout, type CardLayout, type HostLayout, type LabLayout } from './layout.ts'
import { must, run } from './run.ts'

/** Makes the switch: one bridge per link. Direct veth pairs would die with the peer's namespace. */
export async function makeSwitch(lab: LabLayout): Promise<void> {
  await must(['ip', 'netns', 'add', lab.switchNamespace])
  await ipBatch(
    lab.switchNamespace,
    lab.bridges.flatMap((bridge) => [
      `link add name ${bridge.name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      ...(bridge.mtu === null ? [] : [`link set dev ${bridge.name} mtu ${bridge.mtu}`]),
      `link set dev ${bridge.name} addrgenmode none`,
      `link set dev ${bridge.name} up`,
    ]),
  )
}

/** Makes a host's namespace with all its cards, as it is before the host boots. */
export async function plugHost(lab: LabLayout, host: HostLayout): Promise<void> {
  const { management } = host
  await must(['ip', 'netns', 'add', host.unit])
  await ipBatch(null, [
    `link add name ${management.rootCard} type veth peer name ${MANAGEMENT_CARD} address ${management.mac} netns ${host.unit}`,
    `link set dev ${management.rootCard} addrgenmode none`,
    `addr add ${management.rootAddress}/30 dev ${management.rootCard}`,
    `link set dev ${management.rootCard} up`,
  ])
  await ipBatch(
    lab.switchNamespace,
    host.cards.flatMap((card) => portCommands(card, bridgeOf(lab, card), host.unit)),
  )
  const shaping = host.cards.flatMap((card) => shapeCommands(card.port, bridgeOf(lab, card)))
  if (shaping.length > 0) {
    await must(['tc', '-n', lab.switchNamespace, '-batch', '-'], { input: `${shaping.join('\n')}\n` })
  }
  await ipBatch(host.unit, [
    'link set dev lo up',
    `addr add ${management.address}/30 dev ${MANAGEMENT_CARD}`,
    `link set dev ${MANAGEMENT_CARD} up`,
    ...host.cards.filter((card) => card.up && !card.managed).flatMap(cardCommands),
  ])
}

/** Deletes a host's namespace and cards: limits, endpoints and sysctls would outlive a boot otherwise. */
export async function unplugHost(lab: LabLayout, host: HostLayout): Promise<void> {
  // The kernel empties a deleted namespace in the background; the cards' names must be free at once.
  await run(['ip', 'link', 'delete', 'dev', host.management.rootCard])
  for (const card of host.cards) await run(['ip', '-n', lab.switchNamespace, 'link', 'delete', 'dev', card.port])
  await run(['ip', 'netns', 'delete', host.unit])
}

function portCommands(card: CardLayout, bridge: BridgeLayout, unit: string): string[] {
  const mtu = bridge.mtu === null ? '' : ` mtu ${bridge.mtu}`
  return [
    `link add name ${card.port}${mtu} type veth peer name ${card.name}${mtu} address ${card.mac} netns ${unit}`,
    `link set dev ${card.port} addrgenmode none`,
    `link set dev ${card.port} master ${bridge.name}`,
    `link set dev ${card.port} up`,
  ]
}

function cardCommands(card: CardLayout): string[] {
  return [
    // Without duplicate address detection an IPv6 address is usable at once.
    ...card.addresses.map((cidr) => `addr add ${cidr} dev ${card.name}${cidr.includes(':') ? ' nodad' : ''}`),
    `link set dev ${card.name} up`,
    ...(card.gateway === null ? [] : [`route add default via ${card.gateway} dev ${card.name}`]),
  ]
}

/** Shapes what goes to the host through this port. 128 KiB of burst lets the largest offloaded packet (64 KiB) pass. */
function shapeCommands(port: string, { rate, shaper }: BridgeLayout): string[] {
  if (rate === null) return []
  if (shaper === 'tbf') return [`qdisc add dev ${port} root tbf rate ${rate} burst 128kb latency 50ms`]
  return [
    `qdisc add dev ${port} root handle 1: htb default 1`,
    `class add dev ${port} parent 1: classid 1:1 htb rate ${rate} burst 128kb`,
  ]
}

function bridgeOf(lab: LabLayout, card: CardLayout): BridgeLayout {
  const bridge = lab.bridges.find(({ name }) => name === card.bridge)
  if (bridge === undefined) throw labError('lab-no-bridge', `${card.name}: there is no bridge ${card.bridge}`)
  return bridge
}

async function ipBatch(namespace: string | null, lines: string[]): Promise<void> {
  if (lines.length === 0) return
  const where = namespace === null ? [] : ['-n', namespace]
  await must(['ip', ...where, '-batch', '-'], { input: `${lines.join('\n')}\n` })
}
