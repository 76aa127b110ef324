/** What runs below net.mptcp is what the boot will set. */
import * as z from 'zod'
import { sysctl } from '../../facts/sysctl.ts'
import { sysctlPersisted } from '../../facts/sysctl_persisted.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

export const sysctlsPersistent = defineControl({
  id: 'sysctls-persistent',
  title: 'Each net.mptcp setting that a file sets has that value now',
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
    if (differing.length === 0) return pass('what runs is what the files set')
    const values = Object.fromEntries(differing.map(({ name, value }) => [name.slice('net.mptcp.'.length), value]))
    const said = differing.map(({ name, value }) => `${name} is ${running[name]!}, at boot ${value}`).join('; ')
    const { enabled, ...others } = values
    const remedy =
      enabled === undefined
        ? { module: 'mptcp_sysctl', params: { values: others } }
        : { module: 'mptcp_enabled', params: { state: enabled === '1' ? 'enabled' : 'disabled' } }
    return fail(said, remedy, ...seen)
  },
})
