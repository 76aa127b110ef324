/** From a host's facts to what `status` reports of it. Pure. */
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { StatusReading } from '../../model/status.ts'
import type { CardFacts } from '../../facts/read/card.ts'
import { missingEndpoints, ownerOf } from '../../facts/read/owner.ts'
import { fallbackCount, troubles } from '../../mptcp/trouble.ts'
import type { StatusFacts, Unread } from './facts.ts'

const ENABLED = 'net.mptcp.enabled'

/** Everything of the report's host that comes from its facts. */
export function statusReading(have: StatusFacts, unread: Unread[]): StatusReading {
  const counters = have.counters ?? {}
  return {
    hostname: have.identity?.hostname ?? null,
    bootId: have.identity?.bootId ?? null,
    enabled: enabledOf(have),
    limits: limitsOf(have),
    socket: have.socket === null ? null : { opens: have.socket.opens, errno: have.socket.errnoName },
    ...endpointsOf(have),
    links: linksOf(have),
    networkManager: networkManagerOf(have),
    connections: connectionsOf(have),
    fallbacks: fallbackCount(counters),
    troubles: troubles(counters),
    counters,
    log: have.log,
    unread,
  }
}

function enabledOf({ sysctl, sysctlPersisted }: StatusFacts): StatusReading['enabled'] {
  const running = sysctl?.[ENABLED]
  const line = sysctlPersisted?.values[ENABLED]
  return {
    running: running === undefined ? null : running !== '0',
    persistent: line === undefined ? null : line.value !== '0',
    file: line === undefined ? null : `${line.file}:${line.line}`,
  }
}

function limitsOf({ limits, persisted }: StatusFacts): StatusReading['limits'] {
  if (limits === null) return null
  const atBoot = persisted?.unitEnabled === true ? persisted.limits : { subflows: null, addAddrAccepted: null }
  return {
    subflows: { running: limits.subflows, persistent: atBoot.subflows },
    addAddrAccepted: { running: limits.addAddrAccepted, persistent: atBoot.addAddrAccepted },
  }
}

function endpointsOf(have: StatusFacts): Pick<StatusReading, 'endpoints' | 'missingEndpoints'> {
  const { endpoints, persisted } = have
  if (endpoints === null) return { endpoints: null, missingEndpoints: [] }
  const known: CardFacts = {
    endpoints,
    addresses: have.addresses ?? [],
    routing: have.routing ?? { routes: [], rules: [] },
    // A NetworkManager that cannot be asked may own anything, as one that does not run.
    nm: have.nm ?? { installed: true, running: false, version: null, devices: {} },
    nmProfiles: have.nmProfiles ?? {},
  }
  const list = Object.values(endpoints).map((endpoint) => {
    const { address, port, id, flags, dev } = endpoint
    return { address, port, id, flags: [...flags], device: dev, ...ownerOf(endpoint, { ...known, persisted }) }
  })
  return {
    endpoints: list.toSorted((a, b) => a.id - b.id || (endpointKey(a) < endpointKey(b) ? -1 : 1)),
    missingEndpoints: missingEndpoints({ ...known, persisted }).map(({ key }) => key),
  }
}

function linksOf({ links, addresses }: StatusFacts): StatusReading['links'] {
  if (links === null) return null
  const byLink = new Map<string, string[]>()
  for (const { dev, address, prefix } of addresses ?? []) {
    const own = byLink.get(dev)
    if (own === undefined) byLink.set(dev, [`${address}/${prefix}`])
    else own.push(`${address}/${prefix}`)
  }
  return Object.values(links).map(({ name, up, mtu, kind, rxBytes, txBytes }) => {
    return { name, up, mtu, kind, rxBytes, txBytes, addresses: byLink.get(name) ?? [] }
  })
}

/** A subflow that is bound to no device leaves by the one that has its address, as far as routes agree. */
function connectionsOf({ connections, addresses }: StatusFacts): StatusReading['connections'] {
  if (connections === null) return null
  const deviceOf = new Map((addresses ?? []).map(({ address, dev }) => [address, dev]))
  const listed = connections.listed.map((connection) => {
    const subflows = connection.subflows.map((subflow) => {
      const localDevice = subflow.localDevice ?? deviceOf.get(subflow.localAddress) ?? null
      return Object.assign({}, subflow, { localDevice })
    })
    return Object.assign({}, connection, { subflows })
  })
  return { ...connections, listed }
}

function networkManagerOf({ nm, nmProfiles }: StatusFacts): StatusReading['networkManager'] {
  if (nm === null || !nm.installed) return null
  const profiles = new Map(
    Object.entries(nmProfiles ?? {}).map(([name, settings]) => [settings['connection.uuid'], { name, settings }]),
  )
  const devices = Object.values(nm.devices).map(({ device, type, state, managed, profileUuid }) => {
    const profile = profileUuid === null ? null : profiles.get(profileUuid)
    const flags = profile?.settings['connection.mptcp-flags']
    const name = profile?.name ?? profileUuid
    return { device, type, state, managed, profile: name, mptcpFlags: flags === undefined ? null : Number(flags) }
  })
  return { running: nm.running, version: nm.version, devices }
}
