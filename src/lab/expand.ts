// Turns counted hosts into single ones: NAME with count 3 becomes NAME-01 to NAME-03, addresses counting up.
import ipaddr from 'ipaddr.js'
import type { HostSpec, LinkSpec, MemberSpec, Topology, TopologySpec } from './topology.ts'

/** The topology with every host written out. Pure. */
export function expandTopology(name: string, spec: TopologySpec): Topology {
  const hosts: Record<string, HostSpec> = {}
  for (const [host, body] of Object.entries(spec.hosts)) {
    const { count: _, ...single } = body
    for (const machine of machinesOf(host, body.count)) hosts[machine] = single
  }
  const links = Object.fromEntries(
    Object.entries(spec.links).map(([link, body]) => [link, { ...body, hosts: expandMembers(body, spec) }]),
  )
  return { ...spec, name, hosts, links }
}

function expandMembers(link: LinkSpec, spec: TopologySpec): Record<string, MemberSpec> {
  return Object.fromEntries(
    Object.entries(link.hosts).flatMap(([host, body]) =>
      machinesOf(host, spec.hosts[host]?.count).map((machine, index) => [
        machine,
        { ...body, addresses: body.addresses.map((cidr) => addToAddress(cidr, index)) },
      ]),
    ),
  )
}

/** Names of the machines that a host stands for. */
export function machinesOf(host: string, count: number | undefined): string[] {
  if (count === undefined) return [host]
  const width = Math.max(2, String(count).length)
  return Array.from({ length: count }, (_, i) => `${host}-${String(i + 1).padStart(width, '0')}`)
}

/** The address `offset` places after this one, with the same prefix length. */
function addToAddress(cidr: string, offset: number): string {
  const [address = '', length = ''] = cidr.split('/')
  const bytes = ipaddr.parse(address).toByteArray()
  let carry = offset
  for (let i = bytes.length - 1; i >= 0 && carry > 0; i--) {
    const sum = bytes[i]! + carry
    bytes[i] = sum % 256
    carry = Math.floor(sum / 256)
  }
  return `${ipaddr.fromByteArray(bytes).toString()}/${length}`
}
