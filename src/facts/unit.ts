/** State of one systemd unit. Key of the fact: `unit/NAME`. */
export interface Unit {
  exists: boolean
  /** As `systemctl is-enabled`: enabled, disabled, static, masked, generated, not-found, … */
  enabled: string
  /** As `systemctl is-active`; `unknown` where systemd does not run. */
  active: string
  dropIns: string[]
  needDaemonReload: boolean
  mainPid: number | null
}
