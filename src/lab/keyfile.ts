// NetworkManager's files on a host: a keyfile profile per managed card, and what it must leave alone. Pure.
import { MANAGEMENT_CARD, type CardLayout, type HostLayout } from './layout.ts'
import { stableUuid } from './names.ts'

/** A static profile named as its card; no gateway unless the topology gives one. */
export function renderProfile(host: HostLayout, card: CardLayout): string {
  return [
    '[connection]',
    `id=${card.name}`,
    `uuid=${stableUuid(host.unit, card.name)}`,
    'type=ethernet',
    `interface-name=${card.name}`,
    `autoconnect=${card.up}`,
    '',
    '[ipv4]',
    ...ipSection(card, 'ipv4'),
    '',
    '[ipv6]',
    ...ipSection(card, 'ipv6'),
    '',
  ].join('\n')
}

function ipSection(card: CardLayout, family: 'ipv4' | 'ipv6'): string[] {
  const isOfFamily = (address: string): boolean => address.includes(':') === (family === 'ipv6')
  const addresses = card.addresses.filter(isOfFamily)
  if (addresses.length === 0) return [`method=${family === 'ipv4' ? 'disabled' : 'link-local'}`]
  const gateway = card.gateway !== null && isOfFamily(card.gateway) ? [`gateway=${card.gateway}`] : []
  return ['method=manual', ...addresses.map((cidr, i) => `address${i + 1}=${cidr}`), ...gateway]
}

/** Keeps NetworkManager off the management card and off cards that the topology calls unmanaged. */
export function renderConfiguration(host: HostLayout): string {
  const unmanaged = [MANAGEMENT_CARD, ...host.cards.filter((card) => !card.managed).map((card) => card.name)]
  return [
    '[main]',
    'no-auto-default=*',
    '',
    '[keyfile]',
    `unmanaged-devices=${unmanaged.map((name) => `interface-name:${name}`).join(';')}`,
    '',
  ].join('\n')
}
