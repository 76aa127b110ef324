import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { graphInventory } from '../../src/inventory/show-graph.ts'
import { hostVars, listInventory } from '../../src/inventory/show.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { limitHosts } from '../../src/inventory/select.ts'
import { dispatch } from '../../src/cli/dispatch.ts'
import { testIo } from '../cli/test-io.ts'
import { makeFiles } from './files.ts'

const files = {
  'hosts.yml': `
all:
  hosts: { lonely: , plain: { ansible_host: 192.0.2.1, ansible_password: tiger, inventory_dir: mine } }
  children:
    web: { vars: { color: red, list: [b, { z: 1, a: null }] }, hosts: { "w[1:2]": { n: 1.5 } }, children: { east: } }
    east: { hosts: { e1: , w1: } }
    empty: { }
`,
  'group_vars/web.yml': 'from_file: yes\n',
  empty: '\n \n',
  lines: 'w1,w2\n!w1\n',
}

const ansible = spawnSync('ansible-inventory', ['--help']).error === undefined

function ansibleSays(dir: string, ...argv: string[]): string {
  const env = { ...process.env, ANSIBLE_LOCALHOST_WARNING: '0', ANSIBLE_DEPRECATION_WARNINGS: '0' }
  return spawnSync('ansible-inventory', ['-i', join(dir, 'hosts.yml'), ...argv], { encoding: 'utf8', env }).stdout
}

async function inventoryOf(dir: string) {
  const inventory = await loadInventory(['hosts.yml'], dir)
  return { inventory, hosts: [...inventory.hosts.values()] }
}

describe('list', () => {
  it('is groups with children and hosts, and variables host by host', async () => {
    const { inventory, hosts } = await inventoryOf(makeFiles(files))
    const web = { color: 'red', from_file: true, list: ['b', { a: null, z: 1 }] }
    expect(listInventory(inventory, hosts)).toEqual({
      _meta: {
        hostvars: {
          e1: web,
          plain: { ansible_host: '192.0.2.1', ansible_password: '[secret]' },
          w1: { ...web, n: 1.5 },
          w2: { ...web, n: 1.5 },
        },
      },
      all: { children: ['ungrouped', 'web', 'east', 'empty'] },
      east: { hosts: ['e1', 'w1'] },
      ungrouped: { hosts: ['lonely', 'plain'] },
      web: { children: ['east'], hosts: ['w1', 'w2'] },
    })
  })

  it('leaves out the hosts that a limit leaves out', async () => {
    const { inventory } = await inventoryOf(makeFiles(files))
    const { hosts } = limitHosts(inventory, 'w2,plain')
    expect(listInventory(inventory, hosts)).toMatchObject({ web: { hosts: ['w2'] }, ungrouped: { hosts: ['plain'] } })
    expect(listInventory(inventory, hosts)).not.toHaveProperty('east')
  })
})

const skipped = ansible ? '' : ' (skipped: it is not installed; .ci/setup test installs it)'

describe.runIf(ansible)(`as ansible-inventory${skipped}`, { timeout: 60_000 }, () => {
  it('prints the same list, but for the password', async () => {
    const dir = makeFiles(files)
    const { io, out } = testIo({ cwd: dir })
    expect(await dispatch(['inventory', 'list', '-i', 'hosts.yml', '--output', 'json'], io)).toBe(0)
    expect(out()).toBe(ansibleSays(dir, '--list').replace('"tiger"', '"[secret]"'))
  })

  it('prints the same host and the same graph', async () => {
    const dir = makeFiles(files)
    const { inventory, hosts } = await inventoryOf(dir)
    expect(JSON.parse(ansibleSays(dir, '--host', 'w1'))).toEqual(hostVars(inventory.hosts.get('w1')!))
    expect(graphInventory(inventory, { start: 'all', hosts, vars: false }).join('\n')).toBe(
      ansibleSays(dir, '--graph').trimEnd(),
    )
    expect(graphInventory(inventory, { start: 'web', hosts, vars: false }).join('\n')).toBe(
      ansibleSays(dir, '--graph', 'web').trimEnd(),
    )
  })

  it('prints the same list of the examples', async () => {
    for (const file of ['pair', 'fleet']) {
      const inventory = await loadInventory([`inventories/${file}.yml`], process.cwd())
      const said = spawnSync('ansible-inventory', ['-i', `inventories/${file}.yml`, '--list'], {
        encoding: 'utf8',
      }).stdout
      expect(listInventory(inventory, [...inventory.hosts.values()])).toEqual(JSON.parse(said))
    }
  })
})

describe('the command', () => {
  it('shows no password, also none that another variable holds', async () => {
    const vars = {
      ansible_password: '{{ pw }}',
      ansible_become_password: '{{ nope }}',
      pw: 'tiger-tank',
      url: 'x:tiger-tank@y',
    }
    const dir = makeFiles({ 'hosts.yml': JSON.stringify({ all: { hosts: { a: vars } } }) })
    const { io, out } = testIo({ cwd: dir })
    expect(await dispatch(['inventory', 'host', 'a', '-i', 'hosts.yml'], io)).toBe(0)
    expect(JSON.parse(out())).toMatchObject({ pw: '[secret]', url: 'x:[secret]@y', ansible_password: '{{ pw }}' })
  })

  it.each([
    [['list'], 0, /│ plain +│ 192\.0\.2\.1 +│ ungrouped +│/],
    [['host', 'plain'], 0, /"ansible_password": "\[secret\]"/],
    [['graph', 'web'], 0, /^@web:\n {2}\|--@east:/],
  ])('inventory %j', async (argv, code, text) => {
    const { io, out } = testIo({ cwd: makeFiles(files) })
    expect(await dispatch(['inventory', ...argv, '-i', 'hosts.yml'], io)).toBe(code)
    expect(out()).toMatch(text)
    expect(out()).not.toContain('tiger')
  })

  it.each([
    [[], 'here'],
    [['--playbook-dir', 'books'], 'books'],
  ])('reads the variables beside playbooks: %j', async (argv, from) => {
    const dir = makeFiles({
      'inv/hosts.yml': 'all: { hosts: { a: } }\n',
      'group_vars/all.yml': 'x: here\n',
      'books/host_vars/a.yml': 'x: books\n',
    })
    for (const words of [
      ['host', 'a'],
      ['list', '--yaml'],
      ['graph', '--vars'],
    ]) {
      const { io, out } = testIo({ cwd: dir })
      expect(await dispatch(['inventory', ...words, '-i', 'inv/hosts.yml', ...argv], io)).toBe(0)
      expect(out()).toContain(from)
    }
  })

  it('shows no passwords of misspelt names', async () => {
    const vars = {
      ...{
        ansible_ssh_pas: 1,
        ansible_ssh_passphrase: 'tiger',
        Ansible_Api_Token: ['tiger'],
        ansible_client_secret: 'tiger',
      },
      ...{
        ansible_ssh_passwd: '{{ pw }}',
        ansible_private_key: 'tiger',
        ansible_ssh_private_key_file: '~/key',
        bypass: 'no',
      },
    }
    const dir = makeFiles({ 'hosts.yml': JSON.stringify({ all: { hosts: { a: vars } } }) })
    for (const words of [
      ['host', 'a'],
      ['list', '--yaml'],
      ['graph', '--vars'],
    ]) {
      const { io, out } = testIo({ cwd: dir })
      expect(await dispatch(['inventory', ...words, '-i', 'hosts.yml'], io)).toBe(0)
      expect(out()).not.toContain('tiger')
      expect(out().match(/\[secret\]/g)).toHaveLength(5)
      expect(out()).toContain('{{ pw }}')
      expect(out()).toContain('~/key')
    }
  })

  it.each([
    [['host', 'plane'], 1, 'did you mean "plain"'],
    [['graph', 'wbe'], 1, 'did you mean "web"'],
    [['list', '-l', 'wbe'], 1, 'did you mean "web"'],
    [['list', 'web'], 5, 'choose hosts with --limit web'],
    [['show'], 5, 'inventory list, host, graph or check'],
    [['list', '--vars'], 5, '--vars is not for inventory list'],
    [['graph', '--yaml'], 5, '--yaml is not for inventory graph'],
    [['host', 'web'], 1, '"web" means 3 hosts'],
    [['host', 'w1', '-l', 'w2'], 1, '"w1" means no host'],
    [['list', '-l', '@gone'], 1, 'gone:1:1: no such file'],
    [['list', '-l', '@hosts.yml,@empty'], 1, 'empty:1:1: --limit: this file names no host'],
    [['graph', '0'], 1, 'no group is named "0"\n'],
    [['host'], 5, 'inventory list shows all of them'],
    [['list', '-l', ''], 5, 'limit'],
    [['list', '-l', '@lines'], 1, 'no host and no group is named "w1,w2"'],
    [['toString'], 5, 'no such action'],
    [['host'], 5, 'needs the name of a host'],
  ])('inventory %j says what is wrong', async (argv, code, text) => {
    const { io, err } = testIo({ cwd: makeFiles(files) })
    expect(await dispatch(['inventory', ...argv, '-i', 'hosts.yml'], io)).toBe(code)
    expect(err()).toContain(text)
  })
})
