/** What settings have Ansible pass over in a folder of inventories is passed over here. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { dispatch } from '../../../src/cli/dispatch.ts'
import { makeFiles } from '../../inventory/files.ts'
import { hasAnsible, skipped } from '../../inventory/referee.ts'
import { testIo } from '../test-io.ts'

const names = ['hosts', 'more.ini', 'a.foo', 'b.foo~', 'old_web', 'x.bak']
const files = Object.fromEntries(names.map((name, i) => [`inv/${name}`, `[g]\nh${i}\n`]))

const CASES: [cfg: string, env: Record<string, string>, hosts: string[]][] = [
  ['', {}, ['h0', 'h2', 'h4']],
  ['[inventory]\nignore_extensions = .foo, ~\n', {}, ['h0', 'h1', 'h4', 'h5']],
  ['[defaults]\ninventory_ignore_patterns = ^old_, foo\n', {}, ['h0']],
  ['[inventory]\nignore_patterns = d_w\n', { ANSIBLE_INVENTORY_IGNORE: '.none' }, ['h0', 'h1', 'h2', 'h3', 'h5']],
  ['', { ANSIBLE_INVENTORY_IGNORE_REGEX: 'h.s(?=t)' }, ['h2', 'h4']],
]

function hostsOf(json: string): string[] {
  return (JSON.parse(json) as { g: { hosts: string[] } }).g.hosts.toSorted()
}

describe('settings of what is ignored', () => {
  it.each(CASES)('%j, %j', async (cfg, env, hosts) => {
    const { io, out } = testIo({ cwd: makeFiles({ ...files, 'ansible.cfg': cfg }), env })
    expect(await dispatch(['inventory', 'list', '-i', 'inv', '--output', 'json'], io)).toBe(0)
    expect(hostsOf(out())).toEqual(hosts)
  })

  it.runIf(hasAnsible).each(CASES)(`as ansible-core${skipped}: %j, %j`, (cfg, env, hosts) => {
    const cwd = makeFiles({ ...files, 'ansible.cfg': cfg })
    const clean = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: cwd, ...env }
    const { stdout } = spawnSync('ansible-inventory', ['-i', 'inv', '--list'], { cwd, env: clean, encoding: 'utf8' })
    expect(hostsOf(stdout)).toEqual(hosts)
  })
})
