/** `plan PLAYBOOK…`: what would change on which host; nothing is changed. */
import type { RunReport } from '../../model/report.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import { connectionFlags, detailedExitcode, listFlags, outFlag, outputFlags, taskFlags } from '../flags.ts'
import type { Io } from '../io.ts'

export const command = defineCommand({
  usage: 'plan PLAYBOOK…',
  summary: 'Show what would change on which host. Hosts with the same plan are shown together; nothing is changed.',
  examples: [
    'plan -i inventories/pair.yml playbooks/pair.yml',
    'plan -i inventories/pair.yml --out pair.plan playbooks/pair.yml',
  ],
  flags: { ...connectionFlags, ...taskFlags, ...outputFlags, ...detailedExitcode, ...listFlags, ...outFlag },
  args: { min: 1, max: Infinity },
  run: async ({ args, flags }, io) => {
    if (flags.sign !== null && flags.out === null && flags.report.length === 0) {
      throw usageError('--sign signs what --out and --report write', 'add --out FILE')
    }
    const since = flags['diff-from'] === null ? null : await loadEarlier(flags['diff-from'], io)
    const out = flags.out === null ? null : { file: flags.out, sign: flags.sign }
    if (out !== null) {
      const { checkPlanFile } = await import('../run/keep-plan.ts')
      checkPlanFile(out, [...args, ...flags.inventory], io.cwd)
    }
    const { execute } = await import('../run/execute.ts')
    const { splitTags } = await import('../run/run-flags.ts')
    const request = {
      command: 'plan',
      source: { files: args },
      flags,
      check: true,
      yes: false,
      tags: splitTags(flags.tags),
      skipTags: splitTags(flags['skip-tags']),
      detailedExitcode: flags['detailed-exitcode'],
      lists: flags,
      out,
    }
    let report: RunReport | null = null
    const code = await execute({ ...request, onReport: (made) => (report = made) }, io)
    if (since !== null && report !== null) {
      const { changesSince, renderSince } = await import('../../report/since.ts')
      const { styleOf } = await import('../../report/style.ts')
      const text = renderSince(since.runId, changesSince(since, report), styleOf(io.stdout, io.env))
      const stream = flags.output === 'text' ? io.stdout : io.stderr
      stream.write(text)
    }
    return code
  },
})

async function loadEarlier(name: string, io: Io): Promise<RunReport> {
  const { loadReport, runNamed } = await import('../../store/load-run.ts')
  return loadReport(io.cwd, runNamed(io.cwd, name))
}
