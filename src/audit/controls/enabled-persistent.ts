/** A file switches MPTCP on at boot. */
import * as z from 'zod'
import { sysctlPersisted } from '../../facts/sysctl_persisted.ts'
import { unitFact } from '../../facts/unit.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

const NAME = 'net.mptcp.enabled'

/** What reads the files at boot. */
const READER = 'systemd-sysctl.service'

export const enabledPersistent = defineControl({
  id: 'enabled-persistent',
  title: 'MPTCP is switched on at boot, by a file',
  rationale: 'Kernels differ in what they start with: upstream ones with 1, those of UEK 8 and RHEL 9 with 0.',
  severity: 'high',
  nist: ['CM-2', 'CM-6', 'CP-10'],
  references: ['guide: Enabling MPTCP', 'sysctl.d(5)'],
  params: z.strictObject({}),
  facts: () => ({ persisted: sysctlPersisted, reader: unitFact(READER) }),
  check: (_, { persisted, reader }) => {
    const line = persisted.values[NAME] ?? null
    const seen: Evidence = {
      kind: 'persistent',
      fact: `sysctl_persisted/${NAME}`,
      value: line?.value ?? null,
      ...(line === null ? {} : { where: `${line.file}:${line.line}` }),
    }
    const remedy = { module: 'mptcp_enabled', params: { state: 'enabled', persist: true } }
    if (line === null || line.unset === true) return fail('no file switches it on at boot', remedy, seen)
    if (reader.enabled.startsWith('masked')) {
      const masked: Evidence = { kind: 'persistent', fact: `unit/${READER}/enabled`, value: reader.enabled }
      return fail(`${READER} is masked: no file sets anything at boot`, null, seen, masked)
    }
    if (line.value === '1') return pass(`${line.file} sets ${NAME} to 1`, seen)
    return fail(`${line.file}:${line.line} sets ${NAME} to ${line.value}`, remedy, seen)
  },
})
