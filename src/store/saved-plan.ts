/** Saved plans: what `plan --out` writes and `apply FILE` reads. Holds no known secret; the only commands are those of its playbooks. */
import * as z from 'zod'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'

/** What tells such a file from a playbook. */
const KIND = 'mptcp-fleet-plan'

const shownChange = z.strictObject({
  task: z.string(),
  module: z.string(),
  fact: z.string(),
  summary: z.string(),
  before: z.unknown(),
  after: z.unknown(),
})

const fact = z.union([
  z.strictObject({ value: z.unknown() }),
  z.strictObject({ digest: z.string().describe('of what the host printed: its value is not for files') }),
  z.strictObject({ unreadable: z.string() }),
])

const place = z.strictObject({ address: z.string(), port: z.number(), user: z.string() })
const machine = z.strictObject({
  ...place.shape,
  jumps: z.array(place),
  openssh: z
    .array(z.string())
    .nullable()
    .default(null)
    .describe("arguments of OpenSSH's own client, where it connects"),
})

const savedPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal(KIND),
  createdAt: z.string().describe('ISO 8601 UTC'),
  runId: z.string(),
  playbooks: z.array(
    z.strictObject({ file: z.string().describe("absolute, or from the plan's folder"), text: z.string() }),
  ),
  inventories: z.array(z.string()).describe("hosts with a comma; else absolute, or from the plan's folder"),
  limit: z.string().nullable(),
  tags: z.array(z.string()),
  skipTags: z.array(z.string()),
  hosts: z.record(z.string(), z.array(machine)).describe('where each host is reached, and as whom'),
  variables: z
    .array(z.strictObject({ play: z.string(), task: z.string(), wants: z.record(z.string(), z.unknown()) }))
    .describe('what each task wishes of each host, templates rendered, without secrets; under no_log a digest'),
  facts: z.record(z.string(), z.record(z.string(), fact)).describe('what was read of each host'),
  shown: z.record(z.string(), z.array(shownChange)).describe('the changes of each host as they were shown'),
})

export type SavedPlan = z.infer<typeof savedPlanSchema>
export type SavedMachine = z.infer<typeof machine>
export type SavedFact = z.infer<typeof fact>
export type ShownChange = z.infer<typeof shownChange>

/** A new plan's fixed part. */
export function newSavedPlan(rest: Omit<SavedPlan, 'schemaVersion' | 'kind' | 'createdAt'>): SavedPlan {
  return { schemaVersion: 1, kind: KIND, createdAt: new Date().toISOString(), ...rest }
}

/** The saved plan in a file's text, or null where it is something else. Throws DiagnosticsError where it is damaged. */
export function parseSavedPlan(text: string, path: string): SavedPlan | null {
  if (!text.startsWith('{') || !text.includes(KIND)) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw damaged(path, (error as Error).message)
  }
  if ((value as { kind?: unknown }).kind !== KIND) return null
  const parsed = savedPlanSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damaged(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`)
}

function damaged(path: string, why: string): DiagnosticsError {
  const hint = 'it was written by another version of mptcp-fleet, or edited: make the plan anew'
  return new DiagnosticsError([errorDiagnostic('saved-plan', `${path} is no saved plan: ${why}`, { hint })])
}
