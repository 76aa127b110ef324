/** `audit [PATTERN]`: compliance controls over facts; nothing is changed. */
import { SEVERITIES } from '../../model/audit.ts'
import { auditFormats } from '../../report/audit/formats.ts'
import { listEndings } from '../../report/format.ts'
import { defineCommand } from '../command.ts'
import { applyFlags, connectionFlags, outputFlags, showFlags, vaultFlags } from '../flags.ts'

export const auditFlags = {
  ...showFlags,
  verbose: { letter: 'v', type: 'count', summary: 'every control of each host, with its evidence' },
  profile: {
    type: 'string',
    value: 'NAME|FILE',
    default: 'baseline',
    summary: 'which controls count: baseline, server, client, or a YAML file',
  },
  waivers: { type: 'strings', value: 'FILE', summary: 'what is failing and accepted, by whom, why and until when' },
  'fail-on': {
    type: 'string',
    value: 'SEVERITY',
    default: 'low',
    choices: SEVERITIES,
    summary: 'exit 2 only where a control of this severity or a worse one fails',
  },
  since: {
    type: 'string',
    value: 'RUN|DATE',
    summary:
      'also show, and write into JSON, HTML and Markdown, what changed since an earlier audit: its run, or last or a day (2026-01-31): the last by this profile of any of these hosts',
  },
  fix: { type: 'boolean', summary: 'plan what mends failing controls, ask, do it, and audit once more' },
  diff: outputFlags.diff,
  sign: outputFlags.sign,
  ...applyFlags,
  ...vaultFlags,
  report: {
    type: 'strings',
    value: 'FILE',
    summary: `also write a report; its ending picks the format: ${listEndings(auditFormats)}; a folder gets an .hdf.json of each host`,
  },
} as const

export const command = defineCommand({
  usage: 'audit [PATTERN]',
  summary: 'Hold hosts against the controls of a profile, with evidence. Changes nothing without --fix.',
  description: [
    'PATTERN is a host pattern as in a playbook; all hosts unless given. One exec for each host.',
    'Exit code 2 where a control fails or its evidence cannot be read, unless a waiver covers it; 4 where hosts were',
    'unreachable and nothing failed.',
  ].join('\n'),
  examples: [
    'audit -i inventories/pair.yml',
    'audit -i hosts.yml web --profile server --fail-on high',
    'audit -i hosts.yml --waivers waivers.yml --report audit.json',
    'audit -i hosts.yml --report audit.csv --report hdf/',
    'audit -i inventories/pair.yml --fix --check',
    'audit -i hosts.yml --since 2026-10-31',
  ],
  flags: { ...connectionFlags, ...auditFlags },
  args: { min: 0, max: 1 },
  run: async ({ args: [pattern], flags }, io) => {
    const { auditFleet } = await import('../run/audit.ts')
    return await auditFleet(pattern ?? 'all', flags, io)
  },
})
