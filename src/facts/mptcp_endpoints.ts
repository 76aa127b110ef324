export type EndpointFlag = 'signal' | 'subflow' | 'backup' | 'fullmesh' | 'implicit' | 'laminar'

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

export function endpointKey(endpoint: { address: string; port: number | null }): string {
  return endpoint.port === null ? endpoint.address : `${endpoint.address} port ${endpoint.port}`
}
