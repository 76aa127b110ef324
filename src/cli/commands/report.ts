/** `report RUN` writes the reports of a kept run once more, `report verify FILE` says who signed one. No host is connected to. */
import { listEndings } from '../../report/format.ts'
import { auditFormats } from '../../report/audit/formats.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import { outputFlags } from '../flags.ts'

export const command = defineCommand({
  usage: 'report RUN --report FILE… | verify FILE',
  summary:
    'Write the reports of a kept run once more, or tell who signed a report and whether it is still what was signed.',
  description: [
    'RUN is an id that "runs list" shows, or "last". verify reads FILE and FILE.sig, which',
    '--sign wrote. It ends with 0 where FILE is what one of the allowed signers signed, and',
    'with 2 where it was altered, or is signed by none of them. Without --allowed-signers it',
    'can only say that a file is unaltered, and not whose it is.',
  ].join('\n'),
  examples: [
    'report last --report audit.csv --report audit.md',
    'report last --report audit.json --sign ~/.ssh/id_ed25519',
    'report verify audit.json --allowed-signers auditors.signers',
  ],
  flags: {
    report: {
      type: 'strings',
      value: 'FILE',
      summary: `write this report; its ending picks the format: ${listEndings(auditFormats)}; a folder gets an .hdf.json of each host`,
    },
    sign: outputFlags.sign,
    'allowed-signers': {
      type: 'string',
      value: 'FILE',
      summary: 'verify: whose signatures count (see ssh-keygen, ALLOWED SIGNERS)',
    },
  },
  args: { min: 1, max: 2 },
  run: async ({ args: [first = '', file], flags }, io) => {
    const allowed = flags['allowed-signers']
    if (first !== 'verify') {
      if (file !== undefined) throw usageError(`report takes one run: ${first}`, `--report ${file}`)
      if (allowed !== null) throw usageError('--allowed-signers is for report verify', 'report verify FILE')
      const { rewriteReports } = await import('../run/rewrite-reports.ts')
      return await rewriteReports(first, flags.report, flags.sign, io)
    }
    if (file === undefined) throw usageError('report verify needs a file', 'the report, not its .sig')
    if (flags.report.length > 0 || flags.sign !== null) throw usageError('report verify writes nothing')
    const { verifyReport } = await import('../run/verify-report.ts')
    return await verifyReport(file, allowed, io)
  },
})
