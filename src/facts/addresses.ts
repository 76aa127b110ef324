/** `ip -j addr`, one entry an address. */
export interface Address {
  dev: string
  family: 4 | 6
  address: string
  prefix: number
  scope: 'global' | 'link' | 'host' | 'site'
  /** Given for a limited time by DHCP or router advertisement. */
  dynamic: boolean
  tentative: boolean
  peer: string | null
}
export type Addresses = Address[]
