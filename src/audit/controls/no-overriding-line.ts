/** The files of the boot do not contradict each other about net.mptcp. */
import * as z from 'zod'
import { sysctlPersisted } from '../../facts/sysctl_persisted.ts'
import type { Evidence } from '../../model/audit.ts'
import { isGlob } from '../../mptcp/sysctl-files.ts'
import { defineControl, fail, pass } from '../define.ts'

/** Defaults of packages, which are there to be overridden by the files of the administrator. */
const PACKAGED = /^\/(?:usr\/(?:local\/)?)?lib\//
const OWN = /^\/(?:etc|run)\//

export const noOverridingLine = defineControl({
  id: 'no-overriding-line',
  title: 'No file sets a net.mptcp setting to another value than the file that wins',
  rationale: 'Which of two lines wins hangs on file names: the next package or edit can turn the outcome round unseen.',
  severity: 'medium',
  nist: ['CM-2', 'CM-6'],
  references: ['sysctl.d(5)'],
  params: z.strictObject({}),
  facts: () => ({ persisted: sysctlPersisted }),
  check: (_, { persisted: { lines, values } }) => {
    const losing = lines.filter(
      (line) =>
        !isGlob(line.name) &&
        line.unset !== true &&
        values[line.name]?.value !== line.value &&
        !(PACKAGED.test(line.file) && OWN.test(values[line.name]?.file ?? '')),
    )
    const seen = losing.map(({ name, value, file, line }): Evidence => ({
      kind: 'persistent',
      fact: `sysctl_persisted/${name}`,
      value,
      where: `${file}:${line}`,
    }))
    if (losing.length === 0) return pass('all files agree')
    const [{ file, line, name, value }] = losing as [(typeof losing)[number]]
    const winner = values[name]
    const wins = winner === undefined ? 'another line' : `${winner.file}:${winner.line} (${winner.value})`
    const more = losing.length === 1 ? '' : `, and ${losing.length - 1} more`
    return fail(`${file}:${line} sets ${name} to ${value}, but ${wins} wins${more}`, null, ...seen)
  },
})
