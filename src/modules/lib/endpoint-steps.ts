/**
 * Changes of single endpoints in the kernel, by `ip mptcp endpoint`. None can cut a host off: addresses and routes stay, and
 * so do connections that use plain TCP; a new connection needs no endpoint.
 */
import type { Endpoint } from '../../facts/mptcp_endpoints.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { Change, RunStep, Step } from '../../model/change.ts'
import { orderFlags } from '../../mptcp/endpoint-flags.ts'
import type { EndpointWish } from './endpoint-goals.ts'
import { run } from './steps.ts'

/** Endpoints as they are at this place of the plan, by key, implicit ones among them, and the ids already taken. */
export interface EndpointTable {
  present: Map<string, Endpoint>
  ids: Set<number>
}

/** Adds an endpoint, always with its id: only so can the undo name it. */
export function addStep(endpoint: Endpoint): RunStep {
  const { address, port, id, dev, flags } = endpoint
  const where = [
    ...(port === null ? [] : ['port', String(port)]),
    'id',
    String(id),
    ...(dev === null ? [] : ['dev', dev]),
  ]
  const words = orderFlags(flags).filter((flag) => flag !== 'implicit')
  return run('ip', 'mptcp', 'endpoint', 'add', address, ...where, ...words)
}

/** Deletes an endpoint. */
function deleteStep(endpoint: Endpoint): RunStep {
  return run('ip', 'mptcp', 'endpoint', 'delete', 'id', String(endpoint.id))
}

/** The lowest id that no endpoint has or is about to get; it counts as taken from then on. */
export function takeId(table: EndpointTable): number {
  let id = 1
  while (table.ids.has(id)) id++
  table.ids.add(id)
  return id
}

/** Removes an endpoint. */
export function removeChange(table: EndpointTable, endpoint: Endpoint): Change {
  const key = endpointKey(endpoint)
  table.present.delete(key)
  return {
    fact: `endpoint/${key}`,
    before: endpoint,
    after: null,
    summary: `remove endpoint ${describe(endpoint)}`,
    apply: [deleteStep(endpoint)],
    undo: [addStep(endpoint)],
    disruptive: false,
  }
}

/** Adds or alters an endpoint, or null where it is so already. */
export function setChange(table: EndpointTable, wish: EndpointWish): Change | null {
  const key = endpointKey(wish)
  const old = table.present.get(key)
  const real = old === undefined || old.flags.includes('implicit') ? null : old
  if (real !== null && isMet(real, wish)) return null
  const { address, port, dev, flags } = wish
  const after: Endpoint = { address, port, id: wish.id ?? real?.id ?? takeId(table), flags, dev }
  table.present.set(key, after)
  return {
    fact: `endpoint/${key}`,
    before: real,
    after,
    summary:
      real === null
        ? `add endpoint ${describe(after)}`
        : `change endpoint ${describe(real)} to ${describe(after).slice(key.length + 1)}`,
    ...setSteps(old ?? null, after),
    disruptive: false,
  }
}

/** Whether an endpoint is as wished: flags and card, and the id where one is wished. */
export function isMet(endpoint: Endpoint, wish: EndpointWish): boolean {
  const sameId = wish.id === null || wish.id === endpoint.id
  return sameId && endpoint.dev === wish.dev && endpoint.flags.join(' ') === wish.flags.join(' ')
}

/** As people read it: `192.0.2.10 signal dev eth0`. */
export function describe(endpoint: Omit<EndpointWish, 'dev'> & { dev: string | null }): string {
  const dev = endpoint.dev === null ? [] : ['dev', endpoint.dev]
  return [endpointKey(endpoint), orderFlags(endpoint.flags).join(' ') || 'without flags', ...dev].join(' ')
}

/**
 * Flags and card cannot be changed in place, so the endpoint is deleted and added; only `backup` alone can, which
 * spares running subflows. An implicit endpoint is in the way of an explicit id (-22) and is deleted first.
 */
function setSteps(old: Endpoint | null, after: Endpoint): { apply: Step[]; undo: Step[] } {
  if (old === null) return { apply: [addStep(after)], undo: [deleteStep(after)] }
  if (old.flags.includes('implicit')) return { apply: [deleteStep(old), addStep(after)], undo: [deleteStep(after)] }
  if (old.id === after.id && old.dev === after.dev && sameButBackup(old, after)) {
    return { apply: [backupStep(after)], undo: [backupStep(old)] }
  }
  return { apply: [deleteStep(old), addStep(after)], undo: [deleteStep(after), addStep(old)] }
}

function sameButBackup(a: Endpoint, b: Endpoint): boolean {
  const [one, two] = [a, b].map(({ flags }) => flags.filter((flag) => flag !== 'backup').join(' '))
  return one === two
}

function backupStep(endpoint: Endpoint): RunStep {
  const flag = endpoint.flags.includes('backup') ? 'backup' : 'nobackup'
  return run('ip', 'mptcp', 'endpoint', 'change', 'id', String(endpoint.id), flag)
}
