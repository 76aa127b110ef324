/** Holds hosts against the controls of a profile in the midst of a play: a host on which one fails goes no further. */
import * as z from 'zod'
import { severitySchema } from '../model/finding.ts'
import { defineAudit } from './define.ts'

const file = z.string().min(1)

const params = z.strictObject({
  profile: file
    .default('baseline')
    .describe('which controls count: baseline, server, client, or a YAML file, looked for as those of script are'),
  fail_on: severitySchema
    .default('low')
    .describe('a host fails where a control of this severity or a worse one fails: critical, high, medium, low'),
  waivers: z
    .union([file, z.array(file)])
    .default([])
    .describe('files that say what is failing and accepted, by whom, why and until when'),
})

export type AuditWish = z.infer<typeof params>

export const audit = defineAudit({
  name: 'audit',
  summary: 'Hold hosts against the controls of a profile, and fail those on which one fails.',
  description:
    'As the command audit does: it looks at what the tasks before it have made of the host, and changes nothing. What it ' +
    'reads comes with the facts of the play. Check mode runs it as well, but for hosts on which tasks before it would ' +
    'change something: these are judged once that is done. Controls over pairs know the hosts of the batch.',
  example: `- name: nothing grave is wrong with the host
  audit:
    profile: baseline
    fail_on: critical
`,
  params,
  facts: () => ({}),
})
