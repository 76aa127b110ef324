/** Patterns mean the same hosts as in the real ansible-core, and what the commands print of an inventory is what it prints. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { expandLimit } from '../../src/cli/limit.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { limitHosts, selectHosts } from '../../src/inventory/select.ts'
import { toValue } from '../../src/text/yaml-node.ts'
import { parseYaml } from '../../src/text/yaml.ts'
import { testIo } from '../cli/test-io.ts'
import { argsOf, makeCase, topics } from './referee-cases.ts'
import type { Case } from './referee-cases.ts'
import type { Pattern, Referee, Verdict } from './referee.ts'
import { hasAnsible, skipped, startReferee } from './referee.ts'

const sourcesOf = (each: Case): string[] => argsOf(each).filter((word) => word !== '-i')

/** A name that is nowhere is a mistake to us, and nobody to Ansible: the other hosts are the same. */
async function selected(dir: string, each: Case, pattern: Pattern): Promise<unknown> {
  const inventory = await loadInventory(sourcesOf(each), dir)
  const meant = selectHosts(inventory, pattern, null)
  const limit = each.limit === undefined ? null : limitHosts(inventory, expandLimit(each.limit, dir).text)
  const errors = [...meant.diagnostics, ...(limit?.diagnostics ?? [])].filter(({ severity }) => severity === 'error')
  if (errors.some(({ code }) => code !== 'unknown-host')) return 'refused'
  return meant.hosts.filter((host) => limit?.hosts.includes(host) ?? true).map(({ name }) => name)
}

async function printed(dir: string, argv: string[]): Promise<string> {
  const { io, out } = testIo({ cwd: dir })
  return (await dispatch(['inventory', ...argv], io)) === 0 ? out() : 'refused'
}

/** This machine has a Python to Ansible, and none to us. */
const withoutPython = (text: string): string => text.replace(/^.*"ansible_python_interpreter".*\n/m, '')
const read = ({ status, stdout }: Verdict): unknown => (status === 0 ? JSON.parse(withoutPython(stdout)) : 'refused')
const yamlValue = (text: string): unknown => {
  const { node, diagnostics } = parseYaml(text, 'printed')
  expect(diagnostics).toEqual([])
  return toValue(node!)
}

describe.runIf(hasAnsible)(`answers of ansible-core${skipped}`, () => {
  let referee: Referee
  beforeAll(() => {
    referee = startReferee()
  })
  afterAll(() => referee.close())

  const all = topics.flatMap(({ cases }) => cases)
  it.each(all.filter((each) => each.patterns !== undefined))('patterns: $name', async (each) => {
    const dir = makeCase(each)
    for (const pattern of each.patterns!) {
      const verdict = await referee.hosts(dir, sourcesOf(each), pattern, each.limit)
      expect(await selected(dir, each, pattern), `${JSON.stringify(pattern)}: ${verdict.stderr}`).toEqual(read(verdict))
    }
  })

  it.each(all.filter((each) => each.graph !== undefined))('graph: $name', async (each) => {
    const dir = makeCase(each)
    for (const more of each.graph!) {
      const { status, stdout } = await referee.ask(dir, [...argsOf(each), '--graph', ...more])
      expect(await printed(dir, ['graph', ...argsOf(each), ...more])).toBe(status === 0 ? stdout : 'refused')
    }
  })

  it.each(all.filter((each) => each.hosts !== undefined))('host: $name', async (each) => {
    const dir = makeCase(each)
    for (const name of each.hosts!) {
      const theirs = read(await referee.ask(dir, [...argsOf(each), '--host', name]))
      const ours = await printed(dir, ['host', name, ...argsOf(each)])
      expect(ours === 'refused' ? ours : JSON.parse(ours), name).toEqual(theirs)
    }
  })

  it.each(all.filter((each) => each.yaml === true))('list --yaml: $name', async (each) => {
    const dir = makeCase(each)
    const theirs = await referee.ask(dir, [...argsOf(each), '--list', '--yaml'])
    expect(yamlValue(await printed(dir, ['list', '--yaml', ...argsOf(each)]))).toEqual(yamlValue(theirs.stdout))
  })
})
