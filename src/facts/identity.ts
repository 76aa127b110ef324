/** Who the probe ran as, and what it ran on. */
export interface Identity {
  uid: number
  hostname: string
  bootId: string
  machine: string
  /** True where systemd is the running init (/run/systemd/system exists). */
  systemd: boolean
}
