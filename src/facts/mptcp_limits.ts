/** `ip mptcp limits`: extra subflows per connection, announced addresses accepted. Key of the fact: `limits`. */
export interface Limits {
  subflows: number
  addAddrAccepted: number
  /** Greatest value this kernel allows, null where it could not be asked (no root). */
  max: number | null
}
