/** The guide's steps as test/cases/guide/walk.yml has them, and what of the tool each is done by. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const ROOT = path.resolve(import.meta.dirname, '../..')

const where = z.enum(['all', 'system-a', 'system-b'])
/** Tasks by the hosts of their play. */
const plays = z.partialRecord(where, z.array(z.record(z.string(), z.record(z.string(), z.unknown()))).min(1))

const step = z
  .strictObject({
    row: z.string(),
    step: z.string(),
    before: z.array(z.tuple([where.exclude(['all']), z.string()])).default([]),
    plan: plays.optional(),
    apply: plays.optional(),
    playbook: z.string().optional(),
    command: z.array(z.string()).min(1).optional(),
    code: z.int().default(0),
    says: z.array(z.string()).default([]),
    looks: z.literal(true).optional(),
    reboots: z.literal(true).optional(),
    shows: z.array(z.tuple([where, z.string(), z.string()])).min(1),
  })
  .refine(({ plan, apply, playbook, command }) => [plan, apply, playbook, command].filter(Boolean).length === 1)

export type GuideStep = z.infer<typeof step>

export function loadWalk(): GuideStep[] {
  return z.array(step).parse(parse(readFileSync(path.join(ROOT, 'test/cases/guide/walk.yml'), 'utf8')))
}

/** The modules of its tasks, its command, or its playbook, as README names them. */
export function toolsOf({ plan, apply, playbook, command }: GuideStep): string[] {
  if (playbook !== undefined) return [`playbooks/${playbook}`]
  if (command !== undefined) return [command[0]!]
  const tasks = Object.values(plan ?? apply ?? {}).flat()
  return [...new Set(tasks.flatMap((task) => Object.keys(task)))]
}

/** The playbook that a step's plays make, or the shipped one; `write` gives the path of a file with the text. */
export function playbookOf({ plan, apply, playbook }: GuideStep, write: (text: string) => string): string {
  if (playbook !== undefined) return path.join(ROOT, 'playbooks', playbook)
  const list = Object.entries(plan ?? apply ?? {}).map(([hosts, tasks]) => ({ hosts, become: true, tasks }))
  return write(JSON.stringify(list))
}

/** Rows of README's table "From the guide to the tool", without its head. */
export function guideTable(): { step: string; tool: string }[] {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8')
  const section = readme.split('\n## From the guide to the tool\n')[1]?.split('\n## ')[0] ?? ''
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => {
      const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim())
      return { step: first, tool: second }
    })
}
