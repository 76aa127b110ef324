/** OCI on 127.0.0.1: the calls that an inventory makes, every signature verified, page by page, with faults on request. */
import type { KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { verifyRequest } from './signature.ts'
import type { Item, Tenancy } from './tenancy.ts'

/** One call, as it is counted: `us-ashburn-1 GetVnic ocid1…`. */
export interface Call {
  region: string
  operation: string
  /** The resource, compartment or subnet that is asked for. */
  of: string
  page: string | null
}

/** A call, with when it says it was signed. */
type SignedCall = Call & { signedAt: string }

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** Instead of the right answer; `hang` never answers. */
export type Fault = Answer | 'hang' | null

export interface OciServer {
  /** For the option `endpoint`. */
  endpoint: string
  origin: string
  calls: SignedCall[]
  /** The most requests that were under way at once. */
  mostAtOnce: () => number
  /** Public keys by key id. */
  keys: Map<string, KeyObject>
  refused: string[]
}

interface ServerOptions {
  /** Asked for each request that is signed well; `nth` counts those of one call from 1. */
  fault?: (call: Call, nth: number) => Fault
  pageSize?: number
  /** What else is served, for the metadata and token services; null: not that path. The body is of a request verified by nobody. */
  extra?: (request: IncomingMessage, body: string) => Answer | null
  /** How long each answer takes, in milliseconds: so that requests are under way at once. */
  delay?: number
}

const NOT_FOUND = {
  status: 404,
  body: { code: 'NotAuthorizedOrNotFound', message: 'Authorization failed or requested resource not found.' },
}

export async function startOci(tenancy: Tenancy, options: ServerOptions = {}): Promise<OciServer> {
  const calls: SignedCall[] = []
  const keys = new Map<string, KeyObject>()
  const refused: string[] = []
  const counts = new Map<string, number>()
  let [atOnce, most] = [0, 0]

  const answer = (request: IncomingMessage, body: string): Fault => {
    const extra = options.extra?.(request, body) ?? null
    if (extra !== null) return extra
    const verdict = verifyRequest(request, body, (keyId) => keys.get(keyId) ?? null)
    if ('refused' in verdict) {
      refused.push(verdict.refused)
      const message = 'The required information to complete authentication was not provided or was incorrect.'
      return { status: 401, body: { code: 'NotAuthenticated', message } }
    }
    const url = new URL(request.url ?? '', 'http://oci')
    const found = route(tenancy, url)
    if (found === null) return NOT_FOUND
    calls.push({ ...found.call, signedAt: String(request.headers['x-date']) })
    const key = JSON.stringify(found.call)
    const nth = (counts.get(key) ?? 0) + 1
    counts.set(key, nth)
    return options.fault?.(found.call, nth) ?? paged(found.result, url, options.pageSize ?? 1000)
  }
  const server = createServer((request, response) => {
    most = Math.max(most, ++atOnce)
    let isOpen = true
    const done = (): void => {
      if (isOpen) atOnce--
      isOpen = false
    }
    response.once('close', done)
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const reply = answer(request, Buffer.concat(parts).toString('utf8'))
      if (reply === 'hang') return
      setTimeout(() => {
        // Who has the answer may ask again before this end sees the connection idle.
        done()
        send(response, reply ?? NOT_FOUND)
      }, options.delay ?? 0)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { endpoint: `${origin}/{service}/{region}`, origin, calls, mostAtOnce: () => most, keys, refused }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {})
  response.writeHead(status, { 'content-type': 'application/json', 'opc-request-id': 'REQ/1', ...headers }).end(text)
}

/** What a path means; null where it is none of ours. */
function route(tenancy: Tenancy, url: URL): { call: Call; result: Item | Item[] | object[] | null } | null {
  const [, service = '', region = '', version, kind = '', id = '', rest] = decodeURIComponent(url.pathname).split('/')
  if (version !== '20160918' || !tenancy.regions.includes(region)) return null
  const query = (name: string): string => url.searchParams.get(name) ?? ''
  const isAsked = (item: Item, name: string): boolean => query(name) === '' || item[name] === query(name)
  const page = url.searchParams.get('page')
  const call = (operation: string, of: string): Call => ({ region, operation, of, page })
  const one = (items: Record<string, Item[]>): Item | null => items[region]?.find((each) => each.id === id) ?? null
  const within = (items: Record<string, Item[]>): Item[] =>
    (items[region] ?? []).filter((each) => each.compartmentId === query('compartmentId'))
  if (service === 'identity') {
    if (kind === 'tenancies' && rest === 'regionSubscriptions') {
      const result = tenancy.regions.map((regionName) => ({ regionName, regionKey: regionName, status: 'READY' }))
      return { call: call('ListRegionSubscriptions', id), result: id === tenancy.id ? result : null }
    }
    if (kind !== 'compartments') return null
    if (id !== '')
      return { call: call('GetCompartment', id), result: tenancy.compartments.find((each) => each.id === id) ?? null }
    const result = tenancy.compartments.filter((each) => each.compartmentId === query('compartmentId'))
    return { call: call('ListCompartments', query('compartmentId')), result }
  }
  if (service !== 'iaas') return null
  switch (kind) {
    case 'instances': {
      const running = within(tenancy.instances).filter((each) => each['lifecycleState'] === query('lifecycleState'))
      return { call: call('ListInstances', query('compartmentId')), result: running }
    }
    case 'vnicAttachments': {
      const result = within(tenancy.attachments).filter((each) => isAsked(each, 'instanceId'))
      return { call: call('ListVnicAttachments', query('compartmentId')), result }
    }
    case 'vnics':
      return { call: call('GetVnic', id), result: one(tenancy.vnics) }
    case 'subnets':
      return { call: call('GetSubnet', id), result: one(tenancy.subnets) }
    case 'vcns':
      return { call: call('GetVcn', id), result: one(tenancy.vcns) }
    case 'vlans':
      return { call: call('GetVlan', id), result: one(tenancy.vlans) }
    case 'ipv6': {
      const all = tenancy.ipv6s[region] ?? []
      const result = all.filter((each) => isAsked(each, 'subnetId') && isAsked(each, 'vnicId'))
      return { call: call('ListIpv6s', query('subnetId')), result }
    }
    default:
      return null
  }
}

function paged(result: object | null, url: URL, pageSize: number): Answer {
  if (result === null) return NOT_FOUND
  if (!Array.isArray(result)) return { status: 200, body: result }
  const limit = Math.min(Number(url.searchParams.get('limit') ?? pageSize), pageSize)
  const page = url.searchParams.get('page')
  const start = page === null ? 0 : Number(Buffer.from(page, 'base64url').toString())
  const next = Buffer.from(String(start + limit)).toString('base64url')
  const headers: Record<string, string> = start + limit < result.length ? { 'opc-next-page': next } : {}
  return { status: 200, body: result.slice(start, start + limit), headers }
}
