import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { makeFiles } from '../inventory/files.ts'
import { testIo } from './test-io.ts'

const files = {
  hosts: '[web]\nweb1\nweb2\nweb3\n\n[db]\ndb1\n',
  'site.yml': '- hosts: web\n  tasks:\n    - mptcp_enabled:\n',
}

/** Each command that takes --limit and stops before it reaches a host where that is wrong. */
const COMMANDS = [
  ['inventory', 'list'],
  ['plan', 'site.yml'],
  ['apply', 'site.yml', '--yes'],
  ['status', 'web'],
  ['audit', 'web'],
]

async function limited(limit: string, command: string[]) {
  const { io, out, err } = testIo({ cwd: makeFiles({ ...files, 'some.retry': limit }) })
  const code = await dispatch([...command, '-i', 'hosts', '--limit', '@some.retry'], io)
  return { code, out: out(), err: err() }
}

describe('--limit @FILE', () => {
  it.each(COMMANDS)('%s %s says where a mistake stands', async (...command) => {
    const { code, err } = await limited('web1\n\n  wbe2\r\n!db2\nweb[7]\n~(\n', command)
    expect(code).toBe(1)
    const said = err.split('\n').filter((line) => line.startsWith('some.retry:'))
    expect(said).toEqual([
      'some.retry:3:3: --limit: no host and no group is named "wbe2", did you mean "web2"?',
      'some.retry:4:1: --limit: no host and no group is named "db2", did you mean "db"?',
      'some.retry:5:1: --limit: "web[7]": "web" has only 3 hosts',
      expect.stringMatching(/^some\.retry:6:1: --limit: "~\(" is no host pattern: /),
    ])
  })

  it.each([
    ['web2\nweb1\n', ['web1', 'web2']],
    ['# failed on Monday\nweb2\n  # and\nweb1\n', ['web1', 'web2']],
    ['web*\n!web2\n', ['web1', 'web3']],
    ['# all,but\nweb\n!web1\n', ['web2', 'web3']],
  ])('%j', async (limit, names) => {
    const { code, out } = await limited(limit, ['inventory', 'list', '--output', 'json'])
    expect(code).toBe(0)
    expect((JSON.parse(out) as { web: { hosts: string[] } }).web.hosts.toSorted()).toEqual(names)
  })

  it.each(['', '\n\n', '# nobody\n'])('refuses a file that names no host: %j', async (limit) => {
    const { code, err } = await limited(limit, ['inventory', 'list'])
    expect([code, err]).toEqual([1, expect.stringContaining('some.retry:1:1: --limit: this file names no host')])
  })

  it('is no file behind ! and &, as in Ansible, and says so', async () => {
    const { io, err } = testIo({ cwd: makeFiles({ ...files, web1: 'web1\n' }) })
    expect(await dispatch(['inventory', 'list', '-i', 'hosts', '-l', 'all,!@web1'], io)).toBe(1)
    expect(err()).toContain(
      '--limit: no host and no group is named "@web1"\n    hint: behind ! and & there are no files',
    )
  })

  it('knows patterns of the command line from those of files', async () => {
    const { io, err } = testIo({ cwd: makeFiles(files) })
    writeFileSync(join(io.cwd, 'a'), 'wbe1\n')
    expect(await dispatch(['inventory', 'list', '-i', 'hosts', '-l', 'wbe2,@a'], io)).toBe(1)
    expect(err()).toContain('--limit: no host and no group is named "wbe2"')
    expect(err()).toContain('a:1:1: --limit: no host and no group is named "wbe1"')
    expect(err()).not.toContain('a:1:1: --limit: no host and no group is named "wbe2"')
  })
})
