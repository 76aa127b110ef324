export interface NmDevice {
  device: string
  type: string
  /** `connected`, `disconnected`, `unmanaged`, `unavailable`, … */
  state: string
  managed: boolean
  /** UUID of the active profile. */
  profileUuid: string | null
}

/** NetworkManager's daemon and its devices by name. */
export interface Nm {
  /** Installed (nmcli is there). */
  installed: boolean
  running: boolean
  version: string | null
  devices: Record<string, NmDevice>
}
