/** `runs list|show`: what is kept of runs below .mptcp-fleet/runs/. No host is connected to. */
import { EXIT } from '../../model/exit-codes.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import { showFlags } from '../flags.ts'

export const command = defineCommand({
  usage: 'runs list | show RUN',
  summary: 'Show the runs that are kept, and of one what was done, what was not and what is unknown, host by host.',
  description: 'A run that was killed is told from its journal. RUN may be "last".',
  examples: ['runs list', 'runs show last', 'runs show 20260102T030405Z-1a2b3c --output json'],
  flags: showFlags,
  args: { min: 1, max: 2 },
  run: async ({ args: [verb = '', name], flags }, io) => {
    const { loadRunStarts, loadRunState, runNamed } = await import('../../store/load-run.ts')
    const { renderRun, renderRunList } = await import('../../report/runs.ts')
    const { styleOf } = await import('../../report/style.ts')
    const json = flags.output === 'json'
    if (verb === 'list') {
      if (name !== undefined) throw usageError('runs list takes no further argument', `runs show ${name}`)
      const runs = loadRunStarts(io.cwd).flatMap(({ folder }) => loadRunState(io.cwd, folder) ?? [])
      if (json) io.stdout.write(`${JSON.stringify(runs, null, 2)}\n`)
      else io.stdout.write(runs.length === 0 ? 'no run is kept in this folder\n' : renderRunList(runs))
      return EXIT.ok.code
    }
    if (verb !== 'show') throw usageError(`runs ${verb}: no such action`, 'runs list or show')
    if (name === undefined) throw usageError('runs show needs the id of a run, or "last"', 'runs list shows them')
    const runId = runNamed(io.cwd, name)
    const { loadAudit } = await import('../../store/audit-record.ts')
    const audit = loadAudit(io.cwd, runId)
    if (audit !== null) {
      const { renderAudit } = await import('../../report/audit/render.ts')
      const { renderJson } = await import('../../report/json.ts')
      io.stdout.write(json ? renderJson(audit) : renderAudit(audit, styleOf(io.stdout, io.env), false))
      return EXIT.ok.code
    }
    const state = loadRunState(io.cwd, runId)
    if (state === null) throw usageError(`run ${name} left no journal`, 'runs list shows those that did')
    io.stdout.write(json ? `${JSON.stringify(state, null, 2)}\n` : renderRun(state, styleOf(io.stdout, io.env)))
    return EXIT.ok.code
  },
})
