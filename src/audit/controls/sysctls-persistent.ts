/** What runs below net.mptcp is what the boot will set, or what the kernel starts with where no file says anything. */
import * as z from 'zod'
import { sysctl } from '../../facts/sysctl.ts'
import type { SysctlLine, SysctlPersisted } from '../../facts/sysctl_persisted.ts'
import { sysctlPersisted } from '../../facts/sysctl_persisted.ts'
import type { Evidence, Remedy } from '../../model/audit.ts'
import { SYSCTL_SETTINGS } from '../../mptcp/sysctl-names.ts'
import { defineControl, fail, pass } from '../define.ts'

const PREFIX = 'net.mptcp.'

export const sysctlsPersistent = defineControl({
  id: 'sysctls-persistent',
  title: 'Each net.mptcp setting has the value now that the next boot gives it',
  rationale: 'A host whose running settings differ from its files changes its behaviour at the next boot.',
  severity: 'high',
  nist: ['CM-2', 'CM-3', 'CM-6'],
  references: ['guide: Enabling MPTCP', 'sysctl.d(5)'],
  params: z.strictObject({}),
  facts: () => ({ running: sysctl, persisted: sysctlPersisted }),
  check: (_, { running, persisted }) => {
    const set = Object.values(persisted.values).filter(({ unset }) => unset !== true)
    const differing = set.filter(({ name, value }) => running[name] !== undefined && running[name] !== value)
    const seen = differing.flatMap(({ name, value, file, line }): Evidence[] => [
      { kind: 'running', fact: `sysctl/${name}`, value: running[name] },
      { kind: 'persistent', fact: `sysctl_persisted/${name}`, value, where: `${file}:${line}` },
    ])
    const lost = Object.entries(running).filter(([name, value]) => isLost(name, value, persisted.values))
    seen.push(
      ...lost.flatMap(([name, value]): Evidence[] => [
        { kind: 'running', fact: `sysctl/${name}`, value },
        { kind: 'persistent', fact: `sysctl_persisted/${name}`, value: null },
      ]),
    )
    const said = [
      ...differing.map(({ name, value }) => `${name} is ${running[name]!}, at boot ${value}`),
      ...lost.map(([name, value]) => `${name} is ${value} by no file, at boot ${initialOf(name)!}`),
    ]
    if (said.length === 0) return pass('what runs is what the boot sets')
    // Whether a value that no file has is to stay, only a person knows.
    return fail(said.join('; '), lost.length > 0 ? null : remedyOf(differing), ...seen)
  },
})

function remedyOf(differing: readonly SysctlLine[]): Remedy {
  const values = Object.fromEntries(differing.map(({ name, value }) => [name.slice(PREFIX.length), value]))
  const { enabled, ...others } = values
  return enabled === undefined
    ? { module: 'mptcp_sysctl', params: { values: others } }
    : { module: 'mptcp_enabled', params: { state: enabled === '1' ? 'enabled' : 'disabled' } }
}

function initialOf(name: string): string | undefined {
  return name.startsWith(PREFIX) ? SYSCTL_SETTINGS[name.slice(PREFIX.length)]?.initial : undefined
}

/** Set by hand alone. The kernel's path_manager follows pm_type, which is the one that is looked at here. */
function isLost(name: string, value: string, files: SysctlPersisted['values']): boolean {
  const initial = initialOf(name)
  if (initial === undefined || value === initial) return false
  if (name === `${PREFIX}pm_type` && isSet(files[`${PREFIX}path_manager`])) return false
  return !isSet(files[name])
}

function isSet(line: SysctlLine | undefined): boolean {
  return line !== undefined && line.unset !== true
}
