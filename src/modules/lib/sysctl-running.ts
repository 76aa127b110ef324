/** Plans running values of net.mptcp.*, compared in the form in which the kernel reads them back. */
import type { Sysctl } from '../../facts/sysctl.ts'
import type { Change, PlanResult, Problem } from '../../model/change.ts'
import type { SysctlSetting } from '../../mptcp/sysctl-names.ts'
import { SYSCTL_SETTINGS } from '../../mptcp/sysctl-names.ts'
import { run } from './steps.ts'

/** The two names of one setting: writing either changes both. */
const COUPLED: Readonly<Record<string, { other: string; values: Readonly<Record<string, string>> }>> = {
  'net.mptcp.pm_type': { other: 'net.mptcp.path_manager', values: { 0: 'kernel', 1: 'userspace' } },
  'net.mptcp.path_manager': { other: 'net.mptcp.pm_type', values: { kernel: '0', userspace: '1' } },
}

/** `wished` by full name, in kernel form. What this kernel lacks, or does not offer, is a problem. */
export function planSysctlRunning(
  wished: Readonly<Record<string, string>>,
  have: Sysctl,
  release: string,
): Required<PlanResult> {
  const changes: Change[] = []
  const problems: Problem[] = []
  const now: Record<string, string> = { ...have }
  if (Object.keys(have).length === 0) problems.push(notBuilt)
  for (const [name, value] of Object.entries(wished)) {
    const before = now[name]
    const problem = before === undefined ? missing(name, have, release) : notOffered(name, value, have)
    if (problem !== null) problems.push(problem)
    if (before === undefined || problem !== null || before === value) continue
    changes.push(runningChange(name, before, value, now))
    now[name] = value
    const coupled = coupledEffect(name, value, now)
    if (coupled !== null) now[coupled[0]] = coupled[1]
  }
  return { changes, notes: [], problems }
}

/**
 * One setting of the running kernel. None below net.mptcp can cut a connection: they are for sockets that are opened from
 * then on, and one that MPTCP fails falls back to TCP. A server that would not start again without MPTCP is refused before
 * (see wrapped.ts).
 */
export function runningChange(name: string, before: string, after: string, have: Sysctl = {}): Change {
  const coupled = coupledEffect(name, after, have)
  return {
    fact: `sysctl/${name}`,
    before,
    after,
    ...(coupled === null ? {} : { effects: { [`sysctl/${coupled[0]}`]: coupled[1] } }),
    summary: `set ${name} to ${after} (was ${before})`,
    apply: [run('sysctl', '-w', `${name}=${after}`)],
    undo: [run('sysctl', '-w', `${name}=${before}`)],
    disruptive: false,
  }
}

const notBuilt: Problem = {
  code: 'mptcp-not-built',
  summary: 'this kernel has nothing below net.mptcp: it was built without MPTCP',
  hint: 'mptcp_available tells what is missing',
}

function coupledEffect(name: string, value: string, have: Sysctl): [string, string] | null {
  const coupled = COUPLED[name]
  const other = coupled?.values[value]
  return coupled === undefined || other === undefined || have[coupled.other] === undefined
    ? null
    : [coupled.other, other]
}

function settingOf(name: string): SysctlSetting | undefined {
  return SYSCTL_SETTINGS[name.slice('net.mptcp.'.length)]
}

/** Null where nothing is there at all, which is told once. */
function missing(name: string, have: Sysctl, release: string): Problem | null {
  const setting = settingOf(name)
  if (Object.keys(have).length === 0 || setting === undefined) return null
  const upgrade = `run Linux ${setting.since} or newer, or leave it out`
  return {
    code: 'sysctl-missing',
    summary: `this kernel (${release}) has no ${name}, which came with Linux ${setting.since}`,
    hint: setting.instead === undefined ? upgrade : `use ${setting.instead}`,
  }
}

/** Whether a path manager or scheduler is one that the host lists; kernels that list none are not asked. */
function notOffered(name: string, value: string, have: Sysctl): Problem | null {
  const type = settingOf(name)?.type
  if (type?.kind !== 'name') return null
  const offered = have[`net.mptcp.${type.listedIn}`]?.split(/\s+/)
  if (offered === undefined || offered.includes(value)) return null
  return {
    code: 'sysctl-not-offered',
    summary: `${name} cannot be ${value}: this host offers ${offered.join(', ')}`,
    hint: `use what is offered, or load what brings ${value} first`,
  }
}
