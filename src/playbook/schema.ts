/** The keywords of plays and tasks, as zod schemas; values mean what they mean to Ansible. */
import * as z from 'zod'
import { readBoolean } from '../text/boolean.ts'
import { GUARD_TIMES, readGuardTime } from '../text/duration.ts'
import type { BatchSize } from './types.ts'

/** A boolean, also in quotes; a key without a value counts as absent. */
const flag = z.preprocess((value) => readBoolean(value) ?? value, z.boolean().nullable().optional())

const text = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().nullable().optional(),
)

const tag = z.union([z.string(), z.number()])

/** Commas separate tags in text, not in a list. */
const tags = z
  .union([tag, z.array(tag)])
  .nullable()
  .optional()
  .transform((value) => {
    if (Array.isArray(value)) return value.map(String)
    return String(value ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')
  })

const batchSize = z.union([z.number(), z.string()]).transform((value, context): BatchSize => {
  const match = /^\s*(\d+)\s*(%?)\s*$/.exec(String(value))
  if (match !== null) return match[2] === '%' ? { percent: Number(match[1]) } : { count: Number(match[1]) }
  context.addIssue({ code: 'custom', message: `expected a whole number or a percentage as "30%", got ${value}` })
  return z.NEVER
})

const serial = z
  .union([batchSize, z.array(batchSize)])
  .nullable()
  .optional()
  .transform((value) => (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]))

/** Seconds, or null for no guard. */
const guard = z
  .union([z.string(), z.number(), z.boolean()])
  .nullable()
  .optional()
  .transform((value, context): number | null | undefined => {
    if (value === null || value === undefined) return undefined
    const time = readGuardTime(value)
    if (time === undefined)
      context.addIssue({ code: 'custom', message: `expected ${GUARD_TIMES}, got ${JSON.stringify(value)}` })
    return time
  })

const vars = z.record(z.string(), z.unknown()).nullable().optional()

const shared = { name: text, tags, check_mode: flag, no_log: flag, become: flag, become_user: text, guard, vars }

export const playSchema = z.strictObject({
  ...shared,
  hosts: z.union([z.string().trim().min(1), z.array(z.string().trim().min(1)).min(1)]),
  remote_user: text,
  connection: z.enum(['ssh', 'smart', 'local', 'ansible.builtin.ssh', 'ansible.builtin.local']).nullable().optional(),
  serial,
  any_errors_fatal: flag,
  max_fail_percentage: z.preprocess(
    (value) => (typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value),
    z.number().min(0).max(100).nullable().optional(),
  ),
  /** Accepted for the sake of playbooks that say it; facts are always gathered, and only those that tasks need. */
  gather_facts: flag,
  tasks: z.array(z.unknown()).nullable().optional(),
})

export const taskSchema = z.strictObject(shared)

export const TASK_KEYWORDS: readonly string[] = Object.keys(shared)

export type PlayKeywords = z.infer<typeof playSchema>
