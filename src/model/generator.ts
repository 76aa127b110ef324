/** What made a report. */
import * as z from 'zod'

export const generatorSchema = z.strictObject({
  name: z.literal('mptcp-fleet'),
  version: z.string(),
  account: z.string().describe('USER@MACHINE as this machine has it: a claim, which nothing proves'),
})
export type Generator = z.infer<typeof generatorSchema>
