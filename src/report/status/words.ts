/** How the parts of a status read in text. */
import type { StatusEndpoint, StatusHost, Verdict } from '../../model/status.ts'
import { sanitize } from '../sanitize.ts'
import type { Paint } from '../style.ts'

export const VERDICT_COLORS: Readonly<Record<Verdict, Paint>> = {
  ok: 'green',
  partial: 'yellow',
  off: 'yellow',
  error: 'red',
  'not-read': 'red',
}

/** Worst first. */
const ORDER: readonly Verdict[] = ['not-read', 'error', 'partial', 'off', 'ok']

/** Hosts that need a look first; equal ones stay in their order. */
export function worstFirst(hosts: readonly StatusHost[]): StatusHost[] {
  return hosts.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
}

/** The verdict; of a host that was not read, what became of it. */
export function verdictWord(host: StatusHost): string {
  return host.verdict === 'not-read' ? host.status : host.verdict
}

/** What is missing first, and how much more is. */
export function reasonText(host: StatusHost): string {
  const [first = '', ...more] = host.error === null ? host.reasons : [host.error.summary]
  return sanitize(more.length === 0 ? first : `${first}, and ${more.length} more`)
}

/** `192.0.2.10 port 8080 id 1 signal dev eth0`. */
export function endpointText({ address, port, id, flags, device }: StatusEndpoint): string {
  const parts = [
    address,
    port === null ? '' : `port ${port}`,
    `id ${id}`,
    ...flags,
    device === null ? '' : `dev ${device}`,
  ]
  return sanitize(parts.filter((part) => part !== '').join(' '))
}

export const OWNERS: Readonly<Record<StatusEndpoint['owner'], string>> = {
  kernel: 'kernel',
  networkmanager: 'NetworkManager',
  'mptcp-fleet': 'mptcp-fleet.service',
}

/** `192.0.2.10:8080`, `[2001:db8::1]:8080`. */
export function socketText(address: string, port: number | null): string {
  const shown = address.includes(':') ? `[${address}]` : address
  return sanitize(port === null ? address : `${shown}:${port}`)
}
