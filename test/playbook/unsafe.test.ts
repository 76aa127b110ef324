import { expect, test } from 'vitest'
import { modules } from '../../src/modules/registry.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { resolveTask } from '../../src/playbook/resolve.ts'

test.each([
  ['command: { cmd: !unsafe "echo {{ x }}" }', 'echo {{ x }}'],
  ['command: !unsafe "echo {{ x }}"', 'echo {{ x }}'],
  ['command: { cmd: "{{ mine }}", stdin: !unsafe "{{ x }}" }', '{{ y }}'],
])('%s: what is !unsafe is sent as it is written', (task, cmd) => {
  const text = `- hosts: all\n  vars: { mine: !unsafe "{{ y }}" }\n  tasks:\n    - ${task}\n`
  const [play] = parsePlaybook(text, 'p.yml', modules).plays
  expect(resolveTask(play!.tasks[0]!, play!.vars)).toMatchObject({ params: { cmd } })
})
