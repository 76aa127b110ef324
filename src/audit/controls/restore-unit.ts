/** What restores limits and endpoints at boot is whole, and as this tool writes it. */
import * as z from 'zod'
import { mptcpPersisted } from '../../facts/mptcp_persisted.ts'
import { unitFact } from '../../facts/unit.ts'
import type { Evidence } from '../../model/audit.ts'
import {
  renderRestoreScript,
  renderRestoreUnit,
  RESTORE_SCRIPT_PATH,
  RESTORE_UNIT,
  RESTORE_UNIT_PATH,
} from '../../mptcp/restore-script.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const restoreUnit = defineControl({
  id: 'restore-unit',
  title: 'The unit that restores limits and endpoints at boot is whole and enabled',
  rationale: 'A script that somebody edited, or a unit that is not enabled, brings back something else, or nothing.',
  severity: 'high',
  nist: ['CM-2', 'CM-5', 'SI-7'],
  references: ['guide: Making Subflow Limits Persistent', 'systemd.unit(5)'],
  params: z.strictObject({}),
  facts: () => ({ persisted: mptcpPersisted, loaded: unitFact(RESTORE_UNIT) }),
  check: (_, { persisted, loaded }) => {
    const { script, unit, unitEnabled, badLines } = persisted
    if (script === null && unit === null) return notApplicable('nothing is restored by it')
    // Those that a distribution makes for all services (service.d) say nothing of this one; of mptcp-.service.d they do.
    const dropIns = loaded.dropIns.filter((path) => !path.includes('/service.d/'))
    const seen: Evidence[] = [
      { kind: 'persistent', fact: 'mptcp_persisted/script', value: script?.mode ?? null, where: RESTORE_SCRIPT_PATH },
      { kind: 'persistent', fact: 'mptcp_persisted/unit', value: unit?.mode ?? null, where: RESTORE_UNIT_PATH },
      { kind: 'persistent', fact: 'mptcp_persisted/unitEnabled', value: unitEnabled },
    ]
    const wrong = [
      ...(script === null ? [`${RESTORE_SCRIPT_PATH} is missing`] : []),
      ...(unit === null ? [`${RESTORE_UNIT_PATH} is missing`] : []),
      ...(unit !== null && !unitEnabled ? ['the unit is not enabled'] : []),
      // By a link in a folder that comes before that of the unit's own file.
      ...(loaded.enabled.startsWith('masked') ? ['the unit is masked'] : []),
      ...(badLines.length > 0 ? [`line ${badLines[0]!.line} of the script is none of this tool`] : []),
      ...(script !== null && badLines.length === 0 && script.content !== renderRestoreScript(persisted)
        ? ['the script is not as this tool writes it']
        : []),
      ...(unit !== null && unit.content !== renderRestoreUnit() ? ['the unit is not as this tool writes it'] : []),
      ...[script, unit].flatMap((file) =>
        file !== null && file.owner !== 'root' ? [`${file.path} belongs to ${file.owner}`] : [],
      ),
      ...(script !== null && script.mode !== '0755' ? [`${script.path} has mode ${script.mode}, not 0755`] : []),
      ...(unit !== null && unit.mode !== '0644' ? [`${unit.path} has mode ${unit.mode}, not 0644`] : []),
      ...dropIns.map((path) => `${path} changes the unit`),
    ]
    return wrong.length === 0 ? pass('it is whole and enabled', ...seen) : fail(wrong.join('; '), null, ...seen)
  },
})
