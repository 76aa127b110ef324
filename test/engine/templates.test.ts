/** Text from hosts never reaches the template engine: neither as a template nor as what a template can see. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { run } from '../../src/engine/run.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { templateVars } from '../../src/inventory/vars.ts'
import type { Module } from '../../src/modules/define.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { shellHosts } from '../support/shell-transport.ts'
import { joinModule, probeTrial, setModule } from '../support/tasks.ts'

/** Whatever the engine of templates is given, in order. */
const given = vi.hoisted(() => [] as unknown[][])

vi.mock('../../src/text/template.ts', async (original) => {
  const real: Record<string, unknown> = await original()
  const watched = Object.entries(real).map(([name, value]) => {
    if (typeof value !== 'function' || String(value).startsWith('class')) return [name, value]
    const call = value as (...args: unknown[]) => unknown
    return [
      name,
      (...args: unknown[]) => {
        given.push([name, ...args])
        return call(...args)
      },
    ]
  })
  return Object.fromEntries(watched) as unknown
})

const CANARY = 'said-by-the-host'
const PAYLOAD = `{{7*7}}{{${CANARY}}}{%if(1)%}`
const modules = new Map([setModule, joinModule, probeTrial].map((module) => [module.name, module as Module]))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-templates-'))
  given.length = 0
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

it('what facts hold is planned with, reported and shown as it is', async () => {
  const hosts = shellHosts(folder, { a: { id: PAYLOAD, x: PAYLOAD }, b: { id: 'B', x: '0' } })
  writeFileSync(
    path.join(folder, 'hosts.yml'),
    'all: { vars: { wish: one }, hosts: { a: { own: "{{ wish }}" }, b: { own: two } } }\n',
  )
  const inventory = await loadInventory(['hosts.yml'], folder, [])
  const playbook = parsePlaybook(
    `- hosts: all
  vars: { name: "{{ own }}" }
  tasks:
    - set: { values: { x: "{{ own }}" } }
    - join: { a: a, b: b }
    - set: { values: { y: "{{ name }}-2" } }
    - probe: { server: a, client: b }
`,
    'play.yml',
    modules,
  )
  let rendered: number | null = null
  const connect = hosts.connect
  hosts.connect = (...args) => {
    rendered ??= given.length
    return connect(...args)
  }
  const signal = new AbortController().signal
  const report = await run({
    command: 'apply',
    generator: null,
    runId: path.basename(folder),
    playbooks: [playbook],
    inventory,
    limit: null,
    tags: [],
    skipTags: [],
    forks: 2,
    check: false,
    connection: {},
    timeoutSeconds: 20,
    guard: null,
    transport: hosts,
    detailedExitcode: false,
    interrupt: signal,
    kill: signal,
    review: async () => true,
    emit: () => {},
  })
  // It was planned with: b took over what a said of itself, and the report has it as it was.
  expect(hosts.settings('b')['peer']).toBe(PAYLOAD)
  expect(JSON.stringify(report)).toContain(JSON.stringify(PAYLOAD).slice(1, -1))
  expect(JSON.stringify(report)).not.toContain('"49')
  // Templates were rendered, all before the first connection, and none saw a word of it.
  const renders = given.filter(([name]) => name === 'renderValue')
  expect(renders.length).toBeGreaterThan(3)
  expect(given).toHaveLength(rendered!)
  expect(JSON.stringify(given)).not.toContain(CANARY)
})

it('templates see the variables of inventory, play and task, and no fact', async () => {
  writeFileSync(path.join(folder, 'hosts.yml'), 'all: { children: { web: { hosts: { a: { own: 1 } } } } }\n')
  const inventory = await loadInventory(['hosts.yml'], folder, [])
  const names = Object.keys(templateVars(inventory, inventory.hosts.get('a')!)).toSorted()
  const ansible =
    'group_names groups hostvars inventory_dir inventory_file inventory_hostname inventory_hostname_short omit vars'
  expect(names).toEqual([...ansible.split(' '), 'own'].toSorted())
})

it('only what reads inventories and playbooks renders templates, and profiles hold expressions', () => {
  const src = path.resolve(import.meta.dirname, '../../src')
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const importing = (target: RegExp): string[] =>
    files.filter((file) => target.test(readFileSync(path.join(src, file), 'utf8'))).toSorted()
  const rooms = importing(/from '[^']*\/template(?:\/engine)?\.ts'/).map((file) => file.split('/')[0])
  expect(new Set(rooms)).toEqual(new Set(['audit', 'inventory', 'playbook', 'text']))
  // Expressions of a profile see what was read of hosts: it is data in them, see test/cases/own-controls.yml.
  const rendering = /\{[^}]*\b(?:renderValue|evaluateExpression|evaluateCondition)\b[^}]*\} from '[^']*\/template\.ts'/
  expect(importing(rendering).filter((file) => file.startsWith('audit/'))).toEqual([])
  // Of the engine, only what runs before any connection asks these rooms to render.
  expect(importing(/from '\.\.\/playbook\/resolve\.ts'/)).toEqual(['engine/assemble.ts'])
})
