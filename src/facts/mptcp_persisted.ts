import type { EndpointFlag } from './mptcp_endpoints.ts'

export interface PersistedEndpoint {
  address: string
  port: number | null
  id: number | null
  dev: string | null
  flags: EndpointFlag[]
}

/** The model that the restore script holds. */
export interface PersistedModel {
  limits: { subflows: number | null; addAddrAccepted: number | null }
  /** By endpointKey. */
  endpoints: Record<string, PersistedEndpoint>
}

/** What our restore script and unit will do at boot. Chained: several changes of it are written once, with the last. */
export interface MptcpPersisted extends PersistedModel {
  /** Lines of the script that do not parse: someone edited it; never overwritten. */
  badLines: { line: number; text: string }[]
  /** Script and unit stand on the disk exactly as the model is rendered, with the right mode. */
  script: { path: string; content: string; mode: string; owner: string; group: string } | null
  unit: { path: string; content: string; mode: string; owner: string; group: string } | null
  unitEnabled: boolean
  /** Which of the directories above the script exist. */
  directories: Record<string, boolean>
}
