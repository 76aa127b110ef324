/** Small modules, so that these tests depend on no real one. */
import * as z from 'zod'
import type { Module } from '../../src/modules/define.ts'
import { defineFleetModule, defineModule } from '../../src/modules/define.ts'

const texts = { summary: '', description: '', example: '' }

export const available = defineModule({
  ...texts,
  name: 'available',
  params: z.strictObject({}),
  facts: () => ({}),
  plan: () => ({ changes: [] }),
})

export const limits = defineModule({
  ...texts,
  name: 'limits',
  params: z.strictObject({
    subflows: z.int().min(0).max(8).optional(),
    persist: z.boolean().default(true),
    names: z.array(z.string()).optional(),
  }),
  facts: () => ({}),
  plan: () => ({ changes: [] }),
})

export const pair = defineFleetModule({
  ...texts,
  name: 'pair',
  params: z.strictObject({ server: z.string(), client: z.string() }),
  facts: () => ({}),
  hosts: (want) => [want.server, want.client],
  plan: () => ({}),
})

export const modules: ReadonlyMap<string, Module> = new Map<string, Module>(
  [available, limits, pair].map((module) => [module.name, module as Module]),
)
