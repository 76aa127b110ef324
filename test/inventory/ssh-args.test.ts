import { expect, test } from 'vitest'
import { parseSshArgs } from '../../src/inventory/ssh-args.ts'

test.each<[string, string[] | null, string | null]>([
  ['', null, null],
  ['-o UserKnownHostsFile=/a', ['/a'], null],
  ['-oUserKnownHostsFile=/a -oStrictHostKeyChecking=no', ['/a'], 'off'],
  ['-o "UserKnownHostsFile /a" -o StrictHostKeyChecking=YES', ['/a'], 'strict'],
  ['-o UserKnownHostsFile="/a /b"', ['/a', '/b'], null],
  [`-o 'UserKnownHostsFile="/with blank" /b'`, ['/with blank', '/b'], null],
  ['-o userknownhostsfile = ', null, null],
  ['-o UserKnownHostsFile=none', [], null],
  ['-o UserKnownHostsFile=/a\\ b', ['/a', 'b'], null],
  ['-o StrictHostKeyChecking=no -o StrictHostKeyChecking=yes', null, 'off'],
])('%s', (text, files, checking) => {
  expect(parseSshArgs(text).args).toEqual({ knownHostsFiles: files, hostKeyChecking: checking })
})

test.each([
  ['-o StrictHostKeyChecking=accept-new', 'StrictHostKeyChecking=accept-new is not supported: use yes or no'],
  ['-o ProxyCommand=x', 'the option ProxyCommand is not supported'],
  ['-J jump', '"-J" is not supported'],
  ['-o', '-o has no value'],
  ['-o "x', 'a quotation mark is not closed'],
  ['-o UserKnownHostsFile=', 'UserKnownHostsFile names no file'],
  ['-o UserKnownHostsFile=%d/x', 'UserKnownHostsFile: % and ${} are not supported in file names'],
])('%s is refused', (text, problem) => {
  expect(parseSshArgs(text).problems).toContain(problem)
})
