import * as z from 'zod'
import { FactUnreadable } from '../model/fact.ts'
import type { EndpointFlag } from '../mptcp/endpoint-flags.ts'
import { endpointKey, flagsFromRaw, isEndpointFlag, sortFlags } from '../mptcp/endpoint-flags.ts'
import { parseAddress } from '../text/ip.ts'
import { defineFact } from './define.ts'
import { lines, parseJson, requireSuccess } from './read/output.ts'

export type { EndpointFlag }
export { endpointKey }

/** One endpoint of the kernel's path manager. */
export interface Endpoint {
  address: string
  port: number | null
  id: number
  /** Flags that are set, sorted. */
  flags: EndpointFlag[]
  dev: string | null
}

/** By endpointKey: `ADDRESS` or `ADDRESS port N`. Key of the fact: `endpoint`. */
export type Endpoints = Record<string, Endpoint>

const schema = z.array(
  z.looseObject({
    address: z.string().refine((text) => parseAddress(text) !== null, 'no address'),
    port: z.int().optional(),
    id: z.int().min(0),
    dev: z.string().optional(),
    rawflags: z.union([z.string(), z.number()]).optional(),
  }),
)

/** Their ids are of one byte. */
const MOST = 255

export const endpoints = defineFact<Endpoints>({
  key: 'endpoint',
  summary: "Endpoints of the kernel's path manager.",
  probe: 'ip -j mptcp endpoint show',
  parse: ({ stdout, stderr, rc }) => {
    requireSuccess({ rc, stderr, text: stdout }, 'ip')
    const text = stdout.trim()
    const list = text === '' || text.startsWith('[') ? fromJson(text) : lines(text).map(fromText)
    if (list.length > MOST)
      throw new FactUnreadable(`ip mptcp endpoint printed ${list.length} endpoints; no kernel has them`)
    return Object.fromEntries(list.map((endpoint) => [endpointKey(endpoint), endpoint]))
  },
  example: `[{"address":"192.0.2.20","id":1,"signal":true,"dev":"eth0"},{"address":"198.51.100.20","port":8443,"id":3,\
"signal":true,"dev":"wlan0"}]
`,
})

function fromJson(text: string): Endpoint[] {
  return parseJson(text, schema, 'ip mptcp endpoint').map((item) => ({
    address: item.address,
    port: item.port ?? null,
    id: item.id,
    flags: sortFlags([
      ...Object.keys(item).filter((name): name is EndpointFlag => isEndpointFlag(name) && item[name] === true),
      ...(item.rawflags === undefined
        ? []
        : typeof item.rawflags === 'number'
          ? flagsFromRaw(item.rawflags)
          : rawFlags(item.rawflags)),
    ]),
    dev: item.dev ?? null,
  }))
}

function fromText(line: string): Endpoint {
  const [address = '', ...words] = line.trim().split(/\s+/)
  const endpoint: Endpoint & { id: number } = { address, port: null, id: -1, flags: [], dev: null }
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const value = words[i + 1] ?? ''
    if (isEndpointFlag(word)) {
      endpoint.flags.push(word)
      continue
    }
    // Each word that is no flag has a value behind it; one that is not known is left out with its value.
    i++
    if (word === 'port') endpoint.port = decimal(value)
    else if (word === 'id') endpoint.id = decimal(value)
    else if (word === 'dev') endpoint.dev = value
    else if (word === 'rawflags') endpoint.flags.push(...rawFlags(value))
  }
  if (parseAddress(address) === null || !(endpoint.id >= 0) || Number.isNaN(endpoint.port ?? 0)) {
    throw new FactUnreadable(`ip mptcp endpoint printed what is no endpoint: ${line.slice(0, 80)}`)
  }
  return { ...endpoint, flags: sortFlags(endpoint.flags) }
}

function decimal(word: string): number {
  return /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN
}

function rawFlags(hex: string): EndpointFlag[] {
  if (!/^(?:0x)?[\da-f]{1,8}$/i.test(hex)) {
    throw new FactUnreadable(`ip mptcp endpoint printed rawflags that are no number: ${hex.slice(0, 20)}`)
  }
  return flagsFromRaw(Number.parseInt(hex, 16))
}
