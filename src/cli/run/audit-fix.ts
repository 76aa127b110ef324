/** `audit --fix`: what failing controls ask for, planned, shown, applied and verified as any plan is. */
import { remedyPlay } from '../../engine/audit/remedies.ts'
import type { TargetOptions } from '../../engine/select-targets.ts'
import { selectTargets } from '../../engine/select-targets.ts'
import type { ConnectionFlags } from '../../inventory/types.ts'
import type { AuditReport } from '../../model/audit.ts'
import { modules } from '../../modules/registry.ts'
import { readGuardTime } from '../../text/duration.ts'
import type { Io } from '../io.ts'
import type { AuditFlags } from './audit.ts'
import { execute } from './execute.ts'
import { recordSealer } from './vault.ts'

/** The exit code of the run; null: no failing control has a remedy. */
export async function fixFailing(
  report: AuditReport,
  question: TargetOptions & { passwords: Pick<ConnectionFlags, 'password' | 'becomePassword'> },
  flags: AuditFlags,
  io: Io,
): Promise<number | null> {
  const { targets } = selectTargets(question)
  const play = remedyPlay(report, modules, targets)
  if (play === null) {
    const isFailing = report.hosts.some(({ results }) => results.some(({ failing }) => failing))
    io.stderr.write(
      isFailing ? 'no failing control has a remedy that a task could bring\n' : 'nothing fails that could be mended\n',
    )
    return null
  }
  const output = flags.output === 'text' ? 'text' : 'none'
  return await execute(
    {
      command: 'audit --fix',
      source: { assembled: () => ({ plays: [play], diagnostics: [] }) },
      flags: { ...flags, output, report: [], sign: null },
      check: flags.check,
      yes: flags.yes,
      guard: readGuardTime(flags.guard) ?? null,
      tags: [],
      skipTags: [],
      detailedExitcode: false,
      lists: null,
      seal: await recordSealer(flags, io),
      passwords: question.passwords,
    },
    io,
  )
}
