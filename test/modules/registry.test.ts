/** Every module is registered under its file's name, documented throughout, and its example is a playbook that parses. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { loadInventory } from '../../src/inventory/load.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { modules } from '../../src/modules/registry.ts'
import { resolveTask } from '../../src/playbook/resolve.ts'
import { examplePlaybooks, parseExample } from '../support/examples.ts'

const NO_MODULES = new Set(['define', 'registry'])
const files = readdirSync(new URL('../../src/modules/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !NO_MODULES.has(name))

interface JsonSchema {
  description?: string
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: JsonSchema[]
}

describe('the registry', () => {
  it('has a module for each file, under its name', () => {
    expect(files.length).toBeGreaterThan(5)
    expect([...modules.keys()].toSorted()).toEqual(files.toSorted())
  })

  it('has cases for each module that plans', () => {
    const planning = [...modules.values()]
      .filter(({ kind }) => kind === 'host' || kind === 'fleet')
      .map(({ name }) => `${name}.yml`)
    expect(readdirSync(new URL('../cases/modules/', import.meta.url)).toSorted()).toEqual(planning.toSorted())
  })
})

describe.each([...modules.values()])('$name', (module) => {
  it('says what it is for', () => {
    expect(module.summary).toMatch(/^[A-Z].{20,}\.$/)
    expect(module.description).not.toBe('')
  })

  it('has an example that is a playbook for System A and System B', async () => {
    const inventory = await loadInventory(['inventories/pair.yml'], process.cwd())
    const plays = examplePlaybooks(module.example).flatMap(parseExample)
    for (const play of plays) {
      expect(selectHosts(inventory, play.hosts, play.hostsSource)).toMatchObject({ diagnostics: [] })
      const wished = play.tasks.map((task) => [task.module.name, task.name, resolveTask(task, {})])
      // A name of its own says what each is for.
      const expected = play.tasks.map(() => [module.name, expect.stringContaining(' '), { params: expect.anything() }])
      expect(wished).toEqual(expected)
    }
    expect(plays.flatMap(({ tasks }) => tasks)).not.toEqual([])
  })

  it('describes every parameter', () => {
    const schema = z.toJSONSchema(module.params, { io: 'input', unrepresentable: 'any' }) as JsonSchema
    expect(undescribed(schema, module.name)).toEqual([])
  })

  it('refuses parameters that it does not have', () => {
    expect(module.params.safeParse({ nonsense: 1 }).success).toBe(false)
  })
})

function undescribed(schema: JsonSchema, path: string): string[] {
  const parts = [schema, ...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])]
  return parts
    .flatMap((part) => Object.entries(part.properties ?? {}))
    .flatMap(([name, inner]) => [
      ...(inner.description === undefined ? [`${path}.${name}`] : []),
      ...undescribed(inner, `${path}.${name}`),
    ])
}
