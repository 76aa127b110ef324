/** Plans mptcpd's daemon: a second path manager beside this tool, so off unless asked for. */
import type { Identity } from '../../facts/identity.ts'
import type { Unit } from '../../facts/unit.ts'
import type { Change, PlanResult, RunStep } from '../../model/change.ts'
import { lasting, run } from './steps.ts'

export const DAEMON_UNIT = 'mptcp.service'

/** `pending`: changes of packages that come before, which may bring the unit or take it away. */
export function planDaemon(
  want: 'off' | 'on' | 'keep',
  have: Unit,
  identity: Identity,
  pending: readonly Change[],
): PlanResult {
  const brings = pending.some((change) => change.fact === 'packages/mptcpd' && change.after !== null)
  const takes = pending.some((change) => change.fact === 'packages/mptcpd' && change.after === null)
  if (want === 'keep' || takes) return { changes: [] }
  const isEnabled = have.enabled.startsWith('enabled')
  const isActive = have.active === 'active' || have.active === 'activating'
  if (want === 'off') {
    if (brings) return { changes: [daemonChange(have, 'disable', identity, `keep ${DAEMON_UNIT} off`, brings)] }
    if (!have.exists || (!isEnabled && !isActive)) return { changes: [] }
    return { changes: [daemonChange(have, 'disable', identity, `stop ${DAEMON_UNIT} and keep it off`, brings)] }
  }
  if (have.enabled === 'masked') {
    const hint = `systemctl unmask ${DAEMON_UNIT}, or daemon: off`
    return { changes: [], problems: [{ code: 'unit-masked', summary: `${DAEMON_UNIT} is masked`, hint }] }
  }
  if (isEnabled && (isActive || !identity.systemd)) return { changes: [] }
  if (isEnabled && have.active === 'failed') {
    const hint = `see why on the host: journalctl -u ${DAEMON_UNIT}`
    return { changes: [], problems: [{ code: 'daemon-failed', summary: `${DAEMON_UNIT} is enabled but failed`, hint }] }
  }
  return { changes: [daemonChange(have, 'enable', identity, `enable and start ${DAEMON_UNIT}`, brings)] }
}

/** `brings`: its package is installed just before, which outlasts a reboot, so that all that follows waits as well. */
function daemonChange(
  have: Unit,
  verb: 'enable' | 'disable',
  identity: Identity,
  summary: string,
  brings: boolean,
): Change {
  const after: Unit = {
    ...have,
    exists: true,
    enabled: verb === 'enable' ? 'enabled' : 'disabled',
    active: !identity.systemd ? have.active : verb === 'enable' ? 'active' : 'inactive',
    mainPid: null,
  }
  const now = run('systemctl', verb === 'enable' ? 'start' : 'stop', DAEMON_UNIT)
  return {
    fact: `unit/${DAEMON_UNIT}`,
    before: have,
    after,
    summary,
    apply: [...(identity.systemd ? [brings ? lasting(now) : now] : []), lasting(run('systemctl', verb, DAEMON_UNIT))],
    undo: undoSteps(have, identity),
    disruptive: false,
  }
}

/** The unit once its package is gone. */
export const NO_DAEMON: Unit = {
  exists: false,
  enabled: 'not-found',
  active: 'inactive',
  dropIns: [],
  needDaemonReload: false,
  mainPid: null,
}

/** The daemon as it was before its package was removed, for when the package is installed again. */
export function daemonSteps(have: Unit, identity: Identity): RunStep[] {
  return have.exists ? undoSteps(have, identity).map((step) => lasting(step)) : []
}

/** Enabled and running are undone apart, since a unit may run without being enabled. */
function undoSteps(have: Unit, identity: Identity): RunStep[] {
  const wasEnabled = have.enabled.startsWith('enabled')
  const wasActive = have.active === 'active' || have.active === 'activating'
  return [
    lasting(run('systemctl', wasEnabled ? 'enable' : 'disable', DAEMON_UNIT)),
    ...(identity.systemd ? [run('systemctl', wasActive ? 'start' : 'stop', DAEMON_UNIT)] : []),
  ]
}
