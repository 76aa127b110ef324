/** Parameters as one text, below args:, and files that they name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { Secret } from '../../src/model/secret.ts'
import { modules } from '../../src/modules/registry.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { resolveTask } from '../../src/playbook/resolve.ts'
import type { Task } from '../../src/playbook/types.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-params-'))
  for (const name of ['files', 'work', 'folder.sh']) mkdirSync(path.join(folder, name))
  const files = { 'files/a.sh': 'files a', 'a.sh': 'a', 'b.sh': 'b', 'work/b.sh': 'work b', 'work/c.sh': 'c' }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  writeFileSync(path.join(folder, 'binary.sh'), Buffer.from([0x7f, 0x45, 0x00]))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A task as the lines of its mapping. */
function taskOf(lines: readonly string[]): Task {
  const text = ['- hosts: all', '  tasks:', ...lines.map((line, i) => `    ${i === 0 ? '-' : ' '} ${line}`)].join('\n')
  return parsePlaybook(text, 'p.yml', modules).plays[0]!.tasks[0]!
}

function said(work: () => unknown): string[] {
  try {
    work()
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics.map(line)
    throw error
  }
  return []
}

function line({ source, summary }: DiagnosticsError['diagnostics'][number]): string {
  return `${source?.file}:${source?.line}:${source?.column}: ${summary}`
}

describe('one text in the place of parameters', () => {
  test.each([
    [['command: ip link show'], 'command', { cmd: 'ip link show' }],
    [['ansible.builtin.shell: echo $x | cat'], 'shell', { cmd: 'echo $x | cat' }],
    [['ansible.legacy.command:', '  cmd: a'], 'command', { cmd: 'a' }],
    [
      ['command: make', 'args: { creates: out, chdir: /srv }'],
      'command',
      { cmd: 'make', creates: 'out', chdir: '/srv' },
    ],
    [['args: { cmd: one, creates: /x }', 'command:', '  cmd: two'], 'command', { cmd: 'two', creates: '/x' }],
    [['args: { cmd: one }', 'command:'], 'command', { cmd: 'one' }],
    [['mptcp_limits:', 'args: { subflows: 3 }'], 'mptcp_limits', { subflows: 3 }],
  ])('%j', (lines, module, params) => {
    expect(taskOf(lines)).toMatchObject({ module: { name: module }, params })
  })

  test('may be a template, and is split once that is rendered', () => {
    const task = taskOf(['command: "touch {{ name }}"'])
    expect(task.params).toBeNull()
    expect(resolveTask(task, { name: 'a' })).toMatchObject({ params: { cmd: 'touch a' } })
  })

  test.each<[string[], string[]]>([
    [['mptcp_limits: subflows=3'], ['p.yml:3:21: mptcp_limits: parameters on one line are not supported']],
    [['command: touch a creates=a'], ['p.yml:3:16: command: creates= in the text is not supported']],
    [["shell: it's chdir=/x"], ['p.yml:3:14: shell: chdir= in the text is not supported']],
    [['shell: cat <x chdir'], []],
    [['command: dd if=/dev/zero of=/x'], []],
    [["command: it's"], ['p.yml:3:16: command.cmd: a quotation mark is not closed, or a backslash ends it']],
    [['command: ""'], ['p.yml:3:16: command.cmd: names no program']],
    [['command: "a\\0"'], ['p.yml:3:16: command.cmd: a NUL byte cannot stand here']],
    [['command:'], ['p.yml:3:15: command: give either cmd or argv']],
    [['command: { cmd: a, argv: [b] }'], ['p.yml:3:16: command: give either cmd or argv']],
    [['command: { argv: [] }'], ['p.yml:3:24: command.argv: must not be empty']],
    [['command: a', 'args: b'], ['p.yml:4:13: args: expected a mapping']],
    [['command: a', 'args: { undo: { cmd: b, argv: [c] } }'], ['p.yml:4:21: command.undo: give either cmd or argv']],
    [['command: a', 'args: { crates: b }'], ['p.yml:4:15: command.crates: unknown key, did you mean "creates"?']],
    [
      ['command: { cmd: a, chdir: ~/x, creates: $HOME/x }'],
      [
        'p.yml:3:33: command.chdir: expected a path in which nothing has to be replaced: no ~, no variables',
        'p.yml:3:47: command.creates: expected a path in which nothing has to be replaced: no ~, no variables',
      ],
    ],
    [['shell: { cmd: a, executable: bash }'], ['p.yml:3:36: shell.executable: expected a path that begins with /']],
    [['command: a', 'register: b'], ['p.yml:4:7: register: not supported yet in this version']],
    [['command: a', 'when: b'], ['p.yml:4:7: when: not supported yet in this version']],
    [['command: a', 'changed_when: b'], ['p.yml:4:7: changed_when: not supported yet in this version']],
    [['command: a', 'failed_when: b'], ['p.yml:4:7: failed_when: not supported yet in this version']],
    [
      ['ansible.builtin.copy: { src: a }'],
      ['p.yml:3:7: ansible.builtin.copy: this is a module of Ansible, which this version does not have'],
    ],
  ])('%j: %j', (lines, expected) => {
    expect(said(() => taskOf(lines))).toEqual(expected)
  })
})

describe('a secret', () => {
  const vars = { pw: new Secret('tiger'), inventory_hostname: 'h' }
  const REFUSED = 'a secret cannot stand here, where every user of the host could read it: give it by stdin'

  test.each([
    [['command: "{{ pw }}"'], `p.yml:3:16: command.cmd: ${REFUSED}`],
    [['command: { argv: [echo, "{{ pw }}"] }'], `p.yml:3:31: command.argv[1]: ${REFUSED}`],
    [['shell: "{{ pw }}"'], `p.yml:3:14: shell.cmd: ${REFUSED}`],
    [['shell: { cmd: a, undo: "{{ pw }}" }'], `p.yml:3:30: shell.undo: ${REFUSED}`],
    [['command: { cmd: a, creates: "{{ pw }}" }'], `p.yml:3:35: command.creates: ${REFUSED}`],
  ])('%j is refused', (lines, expected) => {
    const resolved = resolveTask(taskOf(lines), vars)
    expect('diagnostics' in resolved ? resolved.diagnostics.map(line) : resolved).toEqual([expected])
  })

  test('stands in stdin', () => {
    const resolved = resolveTask(taskOf(['command: { cmd: a, stdin: "{{ pw }}" }']), vars)
    expect(resolved).toMatchObject({ params: { stdin: vars.pw } })
  })
})

/** The task of a playbook that runs a script, read in the folder work beside it. */
async function load(cmd: string): Promise<Task> {
  const text = `- hosts: all\n  tasks:\n    - script: ${cmd}\n`
  writeFileSync(path.join(folder, 'p.yml'), text)
  const { plays } = await loadPlaybook('../p.yml', modules, path.join(folder, 'work'))
  return plays[0]!.tasks[0]!
}

describe('a script', () => {
  test.each([
    ['a.sh now', { 'a.sh': 'files a' }],
    ['./b.sh', { './b.sh': 'b' }],
    ['c.sh', { 'c.sh': 'c' }],
    ['{ cmd: "a.sh up", undo: "a.sh down" }', { 'a.sh': 'files a' }],
    ['{ cmd: "a.sh up", undo: { cmd: b.sh } }', { 'a.sh': 'files a', 'b.sh': 'b' }],
  ])('%s: beside the playbook, then in the working directory', async (cmd, texts) => {
    expect((await load(cmd)).params).toMatchObject({ texts })
  })

  test('is looked for once its template is rendered', async () => {
    const task = await load('"{{ name }}.sh"')
    expect(resolveTask(task, { name: 'b' })).toMatchObject({ params: { texts: { 'b.sh': 'b' } } })
    expect(resolveTask(task, { name: 'd', inventory_hostname: 'h' })).toMatchObject({
      diagnostics: [{ code: 'file-missing', detail: 'for host h', source: { line: 3, column: 15 } }],
    })
  })

  test.each([
    ['d.sh', 'file-missing', '../p.yml:3:15: script.cmd: d.sh: no such file'],
    ['/no/such', 'file-missing', '../p.yml:3:15: script.cmd: /no/such: no such file'],
    ['folder.sh', 'file-is-directory', '../p.yml:3:15: script.cmd: folder.sh: this is a directory, not a file'],
    [
      'binary.sh',
      'file-binary',
      '../p.yml:3:15: script.cmd: binary.sh: this is a binary file (it has a NUL byte), not text',
    ],
    ['{ cmd: a.sh, undo: { cmd: d.sh } }', 'file-missing', '../p.yml:3:41: script.undo.cmd: d.sh: no such file'],
  ])('%s is refused before any host is reached', async (cmd, code, expected) => {
    const error: unknown = await load(cmd).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ diagnostics: [{ code }] })
    expect((error as DiagnosticsError).diagnostics.map(line)).toEqual([expected])
  })
})
