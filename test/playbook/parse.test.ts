import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { Secret } from '../../src/model/secret.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { parseYaml } from '../../src/text/yaml.ts'
import { toValue } from '../../src/text/yaml-node.ts'
import { available, limits, modules } from './modules.ts'

interface Case {
  name: string
  text: string
  says: string[]
}

const { node } = parseYaml(readFileSync('test/cases/playbook/errors.yml', 'utf8'), 'errors.yml')

function complaints(text: string): string[] {
  try {
    parsePlaybook(text, 'p.yml', modules)
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return error.diagnostics.map((d) => `${d.source?.file}:${d.source?.line}:${d.source?.column}: ${d.summary}`)
  }
  return []
}

test.each(toValue(node!) as Case[])('$name', ({ text, says }) => {
  expect(complaints(text)).toEqual(says)
})

test('a play and its tasks with everything they may say', () => {
  const playbook = parsePlaybook(
    `- name: first
  hosts: [a, "b*"]
  become: yes
  become_user: op
  remote_user: admin
  gather_facts: no
  serial: [1, "50%", "3"]
  tags: net, slow
  check_mode: true
  any_errors_fatal: "yes"
  max_fail_percentage: 30
  vars: { ansible_password: pw, n: 2 }
  tasks:
    - name: set it
      tags: [slow, own]
      check_mode: no
      become: no
      become_user: 1000
      vars: { m: 1 }
      limits: { subflows: 2 }
    - available:
- hosts: all
  connection: local
`,
    'p.yml',
    modules,
  )
  const [first, second] = playbook.plays
  expect(first).toMatchObject({
    name: 'first',
    hosts: ['a', 'b*'],
    become: true,
    becomeUser: 'op',
    remoteUser: 'admin',
    connection: null,
    serial: [{ count: 1 }, { percent: 50 }, { count: 3 }],
    tags: ['net', 'slow'],
    checkMode: true,
    anyErrorsFatal: true,
    maxFailPercentage: 30,
    source: { file: 'p.yml', line: 1, column: 3 },
    hostsSource: { line: 2, column: 10 },
  })
  expect(first?.vars['ansible_password']).toBeInstanceOf(Secret)
  expect(first?.originOf('n')).toEqual({ file: 'p.yml', line: 12, column: 36 })
  expect(first?.tasks[0]).toMatchObject({
    name: 'set it',
    module: limits,
    args: { subflows: 2 },
    params: { subflows: 2, persist: true },
    tags: ['net', 'slow', 'own'],
    checkMode: false,
    become: false,
    becomeUser: '1000',
    vars: { m: 1 },
    source: { line: 14, column: 7 },
  })
  expect(first?.tasks[1]).toMatchObject({
    name: 'available',
    module: available,
    params: {},
    checkMode: true,
    become: null,
  })
  expect(second).toMatchObject({ name: 'all', tasks: [], serial: [], become: null, anyErrorsFatal: false })
})

test('files: missing, a directory', async () => {
  await expect(loadPlaybook('no/such.yml', modules)).rejects.toMatchObject({ diagnostics: [{ code: 'file-missing' }] })
  await expect(loadPlaybook('test', modules)).rejects.toMatchObject({ diagnostics: [{ code: 'file-is-directory' }] })
})

function checkMode(value: string): unknown {
  return parsePlaybook(`- hosts: all\n  check_mode: ${value}\n`, 'p.yml', modules).plays[0]?.checkMode
}

test('what Ansible takes for yes and no', () => {
  expect(['yes', '"on"', '1', '"T"', '"y"'].map(checkMode)).toEqual([true, true, true, true, true])
  expect(['no', '"off"', '0', 'n'].map(checkMode)).toEqual([false, false, false, false])
})

test('every keyword that is not there yet says what to write in its place', () => {
  const text =
    '- import_playbook: x\n- hosts: all\n  roles: []\n  tasks:\n    - available:\n      when: x\n      with_items: []\n'
  try {
    parsePlaybook(text, 'p.yml', modules)
    expect.fail('should have been refused')
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    expect(error.diagnostics.map((d) => d.hint)).toEqual([
      'name both playbooks on the command line, in their order',
      'write the tasks themselves under tasks:',
      'choose the hosts with hosts: of a play of their own, or with --limit',
      'write a task for each item',
    ])
  }
})

function noLog(play: string, task: string): boolean | undefined {
  const text = `- hosts: all\n${play}  tasks:\n    - available:\n${task}`
  return parsePlaybook(text, 'p.yml', modules).plays[0]?.tasks[0]?.noLog
}

test("no_log is the task's own word, else its play's", () => {
  const [yes, no] = ['  no_log: yes\n', '  no_log: "false"\n']
  expect(noLog('', '')).toBe(false)
  expect(noLog(yes, '')).toBe(true)
  expect(noLog(yes, `    ${no}`)).toBe(false)
  expect(noLog(no, `    ${yes}`)).toBe(true)
  expect(noLog('  no_log:\n', '')).toBe(false)
})

test('under no_log a wrong value is not shown, and what is no value still is', () => {
  const limits = (noLog: string, params: string): string[] =>
    complaints(`- hosts: all\n  tasks:\n    - limits: ${params}\n      no_log: ${noLog}\n`)
  expect(limits('no', '{subflows: tiger}')).toEqual([
    'p.yml:3:26: limits.subflows: expected a number, got text "tiger"',
  ])
  expect(limits('yes', '{subflows: tiger, names: [99]}')).toEqual([
    'p.yml:3:26: limits.subflows: is not valid (censored: no_log)',
    'p.yml:3:41: limits.names[0]: is not valid (censored: no_log)',
  ])
  expect(limits('yes', '{subflow: 1}')).toEqual(['p.yml:3:16: limits.subflow: unknown key, did you mean "subflows"?'])
  // Neither yes nor no: an error, that shows no value either.
  expect(limits('perhaps', '{subflows: tiger}').join()).not.toContain('tiger')
})
