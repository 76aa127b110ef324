/** Whether the interfaces below the subflows really carried them: byte counters of both ends, in both directions. */
import type { DeviceBytes } from './counters.ts'
import type { ProofEvidence, ProofFailure, RouteTaken } from './proof-evidence.ts'
import { clientDevice, serverDevice } from './proof-evidence.ts'
import type { TalliedSubflow } from './subflow-tally.ts'

/**
 * Bytes by which a device must grow, in each direction, for the subflows on it: what acknowledgements alone come to
 * (one of 66 bytes for 64 KiB received, the most that segments are merged to by default, is 1/1000; a tenth of that for
 * larger merging), and more than address resolution and neighbour discovery make in the same time.
 */
const LEAST_GROWTH = 1000
const LEAST_GROWTH_PART = 1 / 10_000

/** One failure for each direction of a device that did not carry its subflows. */
export function deviceFailures(evidence: ProofEvidence, established: readonly TalliedSubflow[]): ProofFailure[] {
  const ends = [
    { host: evidence.server, grown: evidence.serverBytes, routes: evidence.serverRoutes, of: serverDevice },
    { host: evidence.client, grown: evidence.clientBytes, routes: evidence.clientRoutes, of: clientDevice },
  ]
  const failures: ProofFailure[] = []
  for (const { host, grown, routes, of } of ends) {
    const carried = new Map<string, number>()
    for (const subflow of established) {
      const device = of(evidence, subflow)
      if (device === null) {
        failures.push(unknownDevice(host, subflow))
        continue
      }
      carried.set(device, (carried.get(device) ?? 0) + (subflow.backup ? 0 : subflow.bytes))
    }
    for (const [device, bytes] of carried) {
      failures.push(...deviceFailure(evidence, { host, device, bytes, grown, routes }))
    }
  }
  return failures
}

interface DeviceView {
  host: string
  device: string
  /** What the subflows on it carried, backups left out. */
  bytes: number
  grown: DeviceBytes
  routes: readonly RouteTaken[]
}

function deviceFailure(evidence: ProofEvidence, view: DeviceView): ProofFailure[] {
  const { host, device, bytes, grown } = view
  const growth = grown[device]
  if (growth === undefined) {
    return [{ code: 'counters-missing', reason: `the byte counters of ${device} on ${host} could not be read` }]
  }
  const least = bytes === 0 ? 1 : Math.max(LEAST_GROWTH, bytes * LEAST_GROWTH_PART)
  const ways = [
    { count: growth.tx, what: 'left through', way: 'sent' },
    { count: growth.rx, what: 'arrived at', way: 'received' },
  ]
  return ways
    .filter(({ count }) => count < least)
    .map(({ count, what, way }) => ({
      code: 'one-sided',
      reason:
        `hardly anything ${what} ${device} on ${host}: ${count} bytes ${way}, although its subflows carried ${bytes}` +
        (way === 'sent' ? routeHint(evidence, view) : ''),
    }))
}

/** `; the route from A to B leaves by X` where a path's own address is routed through another device. */
function routeHint(evidence: ProofEvidence, { host, device, routes }: DeviceView): string {
  const devices = host === evidence.client ? evidence.clientDevices : evidence.serverDevices
  const astray = routes.find(({ src, dev }) => devices[src] === device && dev !== null && dev !== device)
  if (astray === undefined) return ''
  return (
    `; the route from ${astray.src} to ${astray.dst} leaves by ${astray.dev}` +
    ` (give the endpoint its dev, or add an ip rule from ${astray.src})`
  )
}

function unknownDevice(host: string, { localAddress, peerAddress }: TalliedSubflow): ProofFailure {
  const reason = `no interface of ${host} is known to carry the subflow ${localAddress} -> ${peerAddress}`
  return { code: 'counters-missing', reason }
}
