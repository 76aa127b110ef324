/** Hosts that others of a play are reached through: they are changed last, each alone. Pure. */
import type { Connection, Target } from '../model/host.ts'
import { batchesOf } from '../playbook/batches.ts'
import type { BatchSize } from '../playbook/types.ts'

/**
 * The batches of a play. Whatever a change of a jump host breaks, the hosts behind it are done by then, and a jump host
 * behind another one is done before that.
 */
export function orderedBatches(targets: readonly Target[], serial: readonly BatchSize[]): Target[][] {
  const behind = hostsBehind(targets)
  if (behind.size === 0) return batchesOf(targets, serial)
  const depths = new Map<Target, number>()
  const depthOf = (target: Target): number => {
    const known = depths.get(target)
    if (known !== undefined) return known
    // Two that lead to each other have no order; what is asked again on the way counts as done.
    depths.set(target, 0)
    const depth = 1 + Math.max(...(behind.get(target) ?? []).map(depthOf), -1)
    depths.set(target, depth)
    return depth
  }
  const leading = targets.filter((target) => behind.has(target)).map((target) => ({ target, depth: depthOf(target) }))
  return [
    ...batchesOf(
      targets.filter((target) => !behind.has(target)),
      serial,
    ),
    ...leading.toSorted((a, b) => a.depth - b.depth).map(({ target }) => [target]),
  ]
}

/** Jump hosts among the hosts, by name of host, with how many of the others are behind each. */
export function jumpHosts(targets: readonly Target[]): Map<string, number> {
  return new Map([...hostsBehind(targets)].map(([{ host }, behind]) => [host.name, behind.length]))
}

/** Where a jump host leads to next on the way to some host. */
export interface Hop {
  /** The host, or one of those behind it where it is a jump host that no inventory names. */
  name: string
  address: string
  port: number
}

/** Of each host of `targets` that leads to others of `all`, by name, the places to which it must get. */
export function hopsFrom(targets: readonly Target[], all: readonly Target[]): Map<string, Hop[]> {
  const ways = all.filter(({ connection }) => connection.jumps.length > 0)
  if (ways.length === 0) return new Map()
  const leading = new Map(targets.map((target) => [placeOf(target.connection), target.host.name]))
  const hops = new Map<string, Map<string, Hop>>()
  for (const { host, connection } of ways) {
    const stations = [...connection.jumps, connection]
    for (const [index, station] of stations.slice(0, -1).entries()) {
      const jump = leading.get(placeOf(station))
      const next = stations[index + 1]!
      const { address, port } = next.place ?? next
      if (jump === undefined || jump === host.name) continue
      const known = hops.get(jump) ?? new Map<string, Hop>()
      hops.set(jump, known)
      const place = `${address} ${port}`
      if (!known.has(place)) known.set(place, { name: host.name, address, port })
    }
  }
  return new Map([...hops].map(([name, known]) => [name, [...known.values()]]))
}

function hostsBehind(targets: readonly Target[]): Map<Target, Target[]> {
  const behind = new Map<Target, Target[]>()
  if (targets.every(({ connection }) => connection.jumps.length === 0)) return behind
  const byPlace = new Map<string, Target[]>()
  for (const target of targets) {
    const place = placeOf(target.connection)
    const same = byPlace.get(place) ?? []
    same.push(target)
    byPlace.set(place, same)
  }
  for (const target of targets) {
    for (const place of new Set(target.connection.jumps.map(placeOf))) {
      for (const jump of byPlace.get(place) ?? []) {
        if (jump === target) continue
        const others = behind.get(jump) ?? []
        others.push(target)
        behind.set(jump, others)
      }
    }
  }
  return behind
}

function placeOf({ address, port, place = { address, port } }: Connection): string {
  return `${place.address} ${place.port}`
}
