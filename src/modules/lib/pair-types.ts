/** What the planning of pairs passes round. */
import type { Addresses } from '../../facts/addresses.ts'
import type { Identity } from '../../facts/identity.ts'
import type { Links } from '../../facts/links.ts'
import type { NetFilters } from '../../facts/net_filters.ts'
import type { SshConnection } from '../../facts/ssh_connection.ts'
import type { Note } from '../../model/change.ts'
import type { PathChoice } from '../../mptcp/chosen-paths.ts'
import type { PairPath } from '../../mptcp/pairing.ts'
import type { EndpointFacts } from './endpoints.ts'

/** Everything that is read of each host. */
export interface PairFacts extends EndpointFacts {
  identity: Identity
  addresses: Addresses
  links: Links
  netFilters: NetFilters
  ssh: SshConnection
}

export interface PairWish {
  server: string
  clients: readonly string[]
  paths?: readonly PathChoice[] | undefined
  persist: boolean
}

/** One server and client that can be paired. */
export interface Pairing {
  client: string
  paths: PairPath[]
  notes: Note[]
}
