import { expect, test } from 'vitest'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { selectTasks } from '../../src/playbook/tags.ts'
import { modules } from './modules.ts'

const tagged: Record<string, string> = {
  plain: '',
  a: 'a',
  b: 'b',
  ab: 'a,b',
  always: 'always',
  never: 'never',
  nevera: 'never,a',
}
const tasks = Object.entries(tagged).map(([name, tags]) => `    - {name: ${name}, tags: "${tags}", available: }\n`)
const [play] = parsePlaybook(`- hosts: all\n  tasks:\n${tasks.join('')}`, 'p.yml', modules).plays

test.each<[string[], string[], string]>([
  [[], [], 'plain a b ab always'],
  [['all'], [], 'plain a b ab always'],
  [['a'], [], 'a ab always nevera'],
  [['a', 'b'], [], 'a b ab always nevera'],
  [['never'], [], 'always never nevera'],
  [['tagged'], [], 'a b ab always'],
  [['untagged'], [], 'plain always'],
  [['nope'], [], 'always'],
  [[], ['a'], 'plain b always'],
  [['a'], ['b'], 'a always nevera'],
  [[], ['always'], 'plain a b ab'],
  [[], ['tagged'], 'plain'],
  [[], ['untagged'], 'a b ab always'],
  [[], ['all'], 'always'],
  [[], ['all', 'always'], ''],
])('--tags %j --skip-tags %j', (tags, skip, expected) => {
  expect(
    selectTasks(play!, tags, skip)
      .map((task) => task.name)
      .join(' '),
  ).toBe(expected)
})
