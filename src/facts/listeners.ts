export interface Listener {
  protocol: 'tcp' | 'mptcp'
  address: string
  port: number
  /** Names of the processes, empty where not visible. */
  processes: { name: string; pid: number }[]
}
export type Listeners = Listener[]
