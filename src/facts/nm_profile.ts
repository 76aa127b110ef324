/**
 * Settings of one NetworkManager profile as `nmcli -t` prints them, with the names nmcli uses:
 * `connection.id`, `connection.uuid`, `connection.interface-name`, `connection.autoconnect`, `connection.mptcp-flags`
 * (a decimal number as text, `0` is default), `ipv4.method`, `ipv4.addresses`, `ipv4.gateway`, the same for ipv6.
 */
export type NmSettings = Record<string, string>

/** By UUID. Path of a change: `UUID/connection.mptcp-flags`. Key of the fact: `nm_profile`. */
export type NmProfiles = Record<string, NmSettings>
