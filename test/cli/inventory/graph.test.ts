import { expect, it } from 'vitest'
import { dispatch } from '../../../src/cli/dispatch.ts'
import { makeFiles } from '../../inventory/files.ts'
import { testIo } from '../test-io.ts'

async function graph(yaml: string, ...argv: string[]) {
  const { io, out, err } = testIo({ cwd: makeFiles({ 'hosts.yml': yaml }) })
  const code = await dispatch(['inventory', 'graph', '-i', 'hosts.yml', ...argv], io)
  return { code, out: out(), err: err() }
}

it('control characters are shown as escapes, whole numbers without a point, passwords not at all', async () => {
  const { out } = await graph(
    'web: { hosts: { a: { x: "1\\n|--@fake:\\e[2J", y: 2.0, ansible_password: tiger } } }',
    'web',
    '--vars',
  )
  expect(out.split('\n')).toEqual([
    '@web:',
    '  |--a',
    '  |  |--{ansible_password = [secret]}',
    String.raw`  |  |--{x = 1\n|--@fake:\x1b[2J}`,
    '  |  |--{y = 2}',
    '',
  ])
})

it('a tree that would never end is refused', async () => {
  const layers = Array.from(
    { length: 25 },
    (_, i) => `g${i}: { children: { a${i}: { children: { g${i + 1}: } }, b${i}: { children: { g${i + 1}: } } } }\n`,
  )
  const { code, err } = await graph(layers.join(''))
  expect([code, err]).toEqual([1, expect.stringContaining('the tree of groups has more than 500000 lines')])
})
