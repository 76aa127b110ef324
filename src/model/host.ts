import type { Secret } from './secret.ts'

/** How privileges are raised on a host once it is reached. */
export interface Become {
  user: string
  password: Secret | null
}

/** Everything that is needed to reach a host, resolved from inventory, play and flags. */
export interface Connection {
  address: string
  port: number
  user: string
  password: Secret | null
  /** Absolute path, or null: then the agent and the user's default keys are offered. */
  privateKeyFile: string | null
  become: Become | null
  hostKeyChecking: 'strict' | 'off'
  /** In the order in which OpenSSH would read them. */
  knownHostsFiles: string[]
}

/** One host of the inventory. */
export interface Host {
  name: string
  /** Names of all groups the host is in, `all` among them, parents before children. */
  groups: string[]
  /** Variables after inventory precedence; connection variables among them. */
  vars: Readonly<Record<string, unknown>>
}

/** A host with what is needed to reach it. */
export interface Target {
  host: Host
  connection: Connection
}
