import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { globPaths } from '../../src/inventory/ssh-config-glob.ts'
import { createSshConfigFiles } from '../../src/inventory/ssh-config-files.ts'
import { evaluateSshConfig } from '../../src/text/ssh-config-evaluate.ts'
import type { SshEvaluation } from '../../src/text/ssh-config-types.ts'
import { makeFiles } from './files.ts'

/** A controller with these files below `home/.ssh` and `etc`, private to it. */
function controller(files: Record<string, string>) {
  const dir = makeFiles(files)
  for (const name of Object.keys(files)) chmodSync(join(dir, name), 0o600)
  const local = {
    home: join(dir, 'home'),
    user: 'me',
    uid: process.getuid!(),
    hostName: 'controller',
    cwd: dir,
    env: {},
    homeOf: () => null,
    systemFolder: join(dir, 'etc'),
  }
  const sourceOf = createSshConfigFiles(local)
  const read = (configFile: string | null = null): SshEvaluation =>
    evaluateSshConfig('web1', [], sourceOf(configFile), local)
  return { dir, read }
}

const values = ({ options }: SshEvaluation): string[] =>
  [...options].map(([keyword, { values }]) => `${keyword} ${values.join(' ')}`)
const summaries = ({ problems }: SshEvaluation): string[] => problems.map(({ summary }) => summary)

test('the user’s file is read before the system’s, each with files of its own folder', () => {
  const { read } = controller({
    'home/.ssh/config': 'Include conf.d/*\nInclude ~/.ssh/more\nInclude absent/*\nUser config',
    'home/.ssh/conf.d/20': 'Port 20\nUser twenty',
    'home/.ssh/conf.d/10': 'Port 10',
    'home/.ssh/conf.d/.hidden': 'Port 1',
    'home/.ssh/more': 'ServerAliveInterval 1',
    'etc/ssh_config': 'Include ssh_config.d/*.conf\nUser system\nServerAliveCountMax 9',
    'etc/ssh_config.d/a.conf': 'HashKnownHosts yes',
    'etc/ssh_config.d/b': 'HashKnownHosts no',
  })
  expect(values(read())).toEqual([
    'port 10',
    'user twenty',
    'serveraliveinterval 1',
    'hashknownhosts yes',
    'serveralivecountmax 9',
  ])
})

test('no files are no configuration, and a file that is named must be there', () => {
  const { read } = controller({ other: 'Port 5' })
  expect([values(read()), summaries(read())]).toEqual([[], []])
  expect(values(read('other'))).toEqual(['port 5'])
  expect([values(read('NONE')), summaries(read('NONE'))]).toEqual([[], []])
  expect(summaries(read('absent'))).toEqual(['this configuration of ssh cannot be read'])
})

test('files that others may write are refused, but for one that is named', () => {
  const { dir, read } = controller({
    'home/.ssh/config': 'Include part',
    'home/.ssh/part': 'Port 1',
    'etc/ssh_config': '',
    open: 'Port 1',
    including: 'Include ~/.ssh/part',
  })
  expect(summaries(read())).toEqual([])
  chmodSync(join(dir, 'open'), 0o666)
  expect(values(read('open'))).toEqual(['port 1'])
  const again = controller({
    'home/.ssh/config': 'Include part',
    'home/.ssh/part': 'Port 1',
    open: 'Include ~/.ssh/part',
  })
  chmodSync(join(again.dir, 'home/.ssh/part'), 0o620)
  expect(summaries(again.read())[0]).toContain('bad owner or permissions')
  expect(summaries(again.read('open'))[0]).toContain('bad owner or permissions')
  const config = controller({ 'home/.ssh/config': 'Port 1' })
  chmodSync(join(config.dir, 'home/.ssh/config'), 0o602)
  expect(summaries(config.read())[0]).toContain('bad owner or permissions')
})

test('a file of the system may not reach into home directories, and what is included must be readable', () => {
  const { dir, read } = controller({ 'etc/ssh_config': 'Include ~/x', 'home/.ssh/x': '' })
  expect(summaries(read())).toEqual(['include ~/x: a file of the system may not begin with ~'])
  symlinkSync('/nonexistent', join(dir, 'home/.ssh/dangling'))
  writeFileSync(join(dir, 'config'), `Include ${join(dir, 'home/.ssh/dangling')}`)
  expect(summaries(read('config'))).toEqual(['this configuration of ssh cannot be read'])
})

test('nothing that a file names is ever run', () => {
  const { dir, read } = controller({})
  const marker = join(dir, 'marker')
  const run = `sh -c 'touch ${marker}'`
  writeFileSync(
    join(dir, 'config'),
    [
      `Match exec "touch ${marker}"`,
      'Port 2222',
      `Match host web1 exec "touch ${marker}" host other`,
      `Match all`,
      `ProxyCommand ${run}`,
      `KnownHostsCommand ${run}`,
      `LocalCommand ${run}`,
      'PermitLocalCommand yes',
      'CanonicalizeHostname always',
    ].join('\n'),
  )
  expect(summaries(read('config'))).toEqual(['Match exec is not evaluated'])
  expect(existsSync(marker)).toBe(false)
})

test('files are read once, however many hosts there are', () => {
  const { dir, read } = controller({ 'home/.ssh/config': 'Include part', 'home/.ssh/part': 'Port 1' })
  expect(values(read())).toEqual(['port 1'])
  writeFileSync(join(dir, 'home/.ssh/config'), 'Port 2')
  writeFileSync(join(dir, 'home/.ssh/part'), 'Port 3')
  expect(values(read())).toEqual(['port 1'])
})

test.each([
  ['?.conf', ['a.conf', 'b.conf']],
  ['[!a].conf', ['b.conf']],
  ['[a-b].conf', ['a.conf', 'b.conf']],
  ['?.c[o]nf', ['a.conf', 'b.conf']],
  ['.*', ['.c.conf']],
  ['a\\.conf', ['a.conf']],
  ['[z-a]*', []],
  ['a[.conf', ['a[.conf']],
  ['sub/*', ['sub/x']],
  ['*/x', ['sub/x']],
  ['none/*', []],
])('the paths of %s', (pattern, names) => {
  const dir = makeFiles({ 'a.conf': '', 'b.conf': '', '.c.conf': '', 'a[.conf': '', 'sub/x': '' })
  mkdirSync(join(dir, 'empty'))
  expect(globPaths(join(dir, '/') + pattern)).toEqual(names.map((name) => join(dir, name)))
})
