/** command, shell and script on real hosts: applied and taken back, and a host that one of them cuts off comes back. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LAB_USERS } from '../../src/lab/image-recipe.ts'
import { cli, hostOf, reported, workFolder } from './support/cli.ts'
import { ssh } from './support/machine.ts'
import { withPairLab } from './support/pair-lab.ts'
import { changedFacts, playbookOf, roundTrip } from './support/round-trip.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

const STATE = `
find /srv /run/mptcp-fleet /run/user /tmp -path '*mptcp-fleet*' -o -path '/srv*' | sort
ip -o link | sed 's/.*: \\(.*\\): .*state \\([A-Z]*\\).*/\\1 \\2/' | sort
ip mptcp limits
nft list ruleset`

const SCRIPT = `#!/usr/bin/env bash
set -euo pipefail
[[ $1 == up ]] && printf '%s\\n' "$2" "$(id -un)" >/srv/script || rm -f /srv/script
`

beforeAll(() => {
  mkdirSync(path.join(work.folder, 'files'))
  writeFileSync(path.join(work.folder, 'files', 'state.sh'), SCRIPT)
})

test('plan, apply, again, undo', async () => {
  await roundTrip(lab(), work, STATE, {
    hosts: 'all',
    tasks: [
      {
        name: 'a folder',
        'ansible.builtin.command': 'mkdir /srv/data',
        args: { creates: '/srv/data', undo: 'rmdir /srv/data' },
      },
      {
        name: 'a file in it',
        shell: {
          cmd: 'hostname >name\ncat >>name',
          chdir: '/srv/data',
          stdin: '{{ inventory_hostname }}',
          creates: 'n*e',
          undo: 'rm name',
        },
      },
      // Reads the host after commands: a segment of its own.
      { name: 'limits', mptcp_limits: { subflows: 5, persist: false } },
      {
        name: 'a script',
        script: {
          cmd: "state.sh up '{{ inventory_hostname }}'",
          creates: '/srv/script',
          undo: { cmd: 'state.sh down' },
        },
      },
    ],
    shows: [
      ['system-a', 'test "$(cat /srv/data/name)" = "$(printf "system-a\\nsystem-a")"'],
      [
        'system-b',
        'test "$(cat /srv/script)" = "$(printf "system-b\\nroot")" && test "$(ls -d /run/mptcp-fleet/*)" = ""',
      ],
    ],
    facts: [1, 2].flatMap(() => ['command/a folder', 'shell/a file in it', 'limits/subflows', 'script/a script']),
  })
})

test('a user without root runs commands, in a folder of its own', async () => {
  const tasks = [
    { name: 'who', shell: { cmd: 'id -un >who; echo "$0" >>who', creates: 'who', undo: 'rm who' } },
    { name: 'a script', script: { cmd: 'me.sh', creates: 'me' } },
  ]
  writeFileSync(path.join(work.folder, 'files', 'me.sh'), 'echo "$0" >me\n')
  const file = work.write('user.yml', JSON.stringify([{ hosts: 'system-a', become: false, tasks }]))
  const vars = { all: { hosts: { 'system-a': { ansible_user: LAB_USERS.withPassword } } } }
  const args = ['-i', lab().inventoryFile, '-i', work.write('vars.yml', JSON.stringify(vars)), file, '--yes']
  const first = await reported(work.folder, ['apply', ...args])
  expect(first.code, first.stdout + first.stderr).toBe(0)
  const said = await lab().exec('system-a', `cd ~${LAB_USERS.withPassword} && stat -c %U who me && cat who me`)
  expect(said.stdout.split('\n')).toEqual([
    LAB_USERS.withPassword,
    LAB_USERS.withPassword,
    LAB_USERS.withPassword,
    '/bin/sh',
    expect.stringMatching(/^\/(?:run\/user\/\d+|tmp)\/mptcp-fleet-\d+\/.*\/script-me\.sh$/),
    '',
  ])
  const again = await reported(work.folder, ['apply', ...args])
  expect({ code: again.code, changes: changedFacts(again.report) }).toEqual({ code: 0, changes: [] })
})

test('a command that fails ends the host, with what it said', async () => {
  const tasks = [{ command: 'ls /no/such' }, { command: 'touch /srv/never' }]
  const file = playbookOf(work, 'system-a', tasks)
  const { code, report, stdout } = await reported(work.folder, ['apply', '-i', lab().inventoryFile, file, '--yes'])
  expect(code).toBe(2)
  expect(hostOf(report, 'system-a')).toMatchObject({
    status: 'failed',
    error: { code: 'command-failed', summary: 'run ls /no/such: it ended with 2' },
    changes: [
      { fact: 'command/task 1', status: 'failed' },
      { fact: 'command/task 2', status: 'not-started' },
    ],
  })
  expect(stdout).toContain('/no/such')
  expect((await lab().exec('system-a', 'test -e /srv/never')).rc).toBe(1)
})

describe('a disruptive command', () => {
  const cut = 'table inet cut { chain input { type filter hook input priority 0; tcp dport 22 drop; }; }'
  const drop = { name: 'cut', command: { cmd: 'nft -f -', stdin: cut, disruptive: true } }

  test('without undo is refused before any host is reached, unless the guard is off', async () => {
    const file = work.write('cut.yml', '- hosts: all\n  tasks:\n    - command: { cmd: nft, disruptive: yes }\n')
    const inventory = work.write('far.yml', 'all: { hosts: { far: { ansible_host: 192.0.2.254 } } }')
    for (const args of [['plan'], ['apply', '--yes'], ['apply', '--yes', '--guard', '5s']]) {
      const { code, stderr } = await cli([...args, '-i', inventory, file])
      expect(code).toBe(1)
      expect(stderr).toContain('cut.yml:3:7: ')
      expect(stderr).toContain('command: disruptive without undo')
    }
    const checked = await cli(['apply', '--check', '--guard', 'off', '-T', '1', '-i', inventory, file])
    expect(checked.code, checked.stdout + checked.stderr).toBe(4)
  })

  test.each([
    ['drops the SSH port', { ...drop, command: { ...drop.command, undo: 'nft delete table inet cut' } }],
    [
      'takes the management card down',
      {
        name: 'cut',
        shell: { cmd: 'ip link set mgmt0 down', disruptive: true, undo: 'ip link set mgmt0 up\nip -br link' },
      },
    ],
  ])('that %s is taken back by the host itself, and told so', async (_name, task) => {
    const before = (await lab().exec('system-a', STATE)).stdout
    const file = playbookOf(work, 'system-a', [task])
    const args = ['-i', lab().inventoryFile, file]
    const planned = await cli(['plan', ...args])
    expect(planned.stdout).toContain('may cut the connection that carries SSH')
    expect(planned.stdout).toMatch(/# undo: (?:nft delete table inet cut|\/bin\/sh -c 'ip link set mgmt0 up\n)/)
    const { code, report, stdout, stderr } = await reported(work.folder, ['apply', ...args, '--yes', '--guard', '8s'])
    expect(code, stdout + stderr).toBe(2)
    expect(hostOf(report, 'system-a')).toMatchObject({
      status: 'rolled-back',
      error: { code: 'rolled-back' },
      changes: [{ fact: expect.stringMatching(/\/cut$/), status: 'rolled-back' }],
    })
    expect((await ssh(lab(), 'system-a', 'true')).rc).toBe(0)
    expect((await lab().exec('system-a', STATE)).stdout).toBe(before)
  })

  test('that leaves the way in open is kept', async () => {
    const open = cut.replace('22', '2222')
    const task = { ...drop, command: { ...drop.command, stdin: open, undo: 'nft delete table inet cut' } }
    const args = ['-i', lab().inventoryFile, playbookOf(work, 'system-a', [task])]
    const { code, report, stdout } = await reported(work.folder, ['apply', ...args, '--yes', '--guard', '30s'])
    expect(code, stdout).toBe(0)
    expect(hostOf(report, 'system-a')).toMatchObject({ status: 'changed', changes: [{ status: 'done' }] })
    expect(hostOf(report, 'system-a').metrics).toMatchObject({ execs: 4, connections: 2 })
    expect((await lab().exec('system-a', 'nft list table inet cut')).rc).toBe(0)
    expect((await lab().exec('system-a', 'nft delete table inet cut; ls /run/mptcp-fleet')).stdout).toBe('')
  })
})
