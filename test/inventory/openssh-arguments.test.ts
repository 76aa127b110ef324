import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { opensshArguments } from '../../src/inventory/openssh-arguments.ts'
import { parseSshArgs } from '../../src/inventory/ssh-args.ts'

const wishes = {
  name: 'web1',
  port: 2200,
  user: 'the user',
  password: null,
  keyFile: '/my "keys"/100%/#1\\x',
  hostKeyChecking: false,
  timeout: 7,
  argsBefore: parseSshArgs('-o User=before -4').args,
  argsAfter: [parseSshArgs('-o Port=1').args, parseSshArgs('-o ServerAliveInterval=5').args],
  configFile: 'none',
}

test('the options are in the order of Ansible, and no destination is taken for one', () => {
  expect(opensshArguments(wishes).join(' ')).toBe(
    '-o User=before -4 -o StrictHostKeyChecking=no -o Port=2200 ' +
      '-o IdentityFile="/my \\"keys\\"/100%%/#1\\\\x" -o User="the user" -o ConnectTimeout=7 ' +
      '-o Port=1 -o ServerAliveInterval=5 -F none -- web1',
  )
})

test.skipIf(spawnSync('ssh', ['-V']).status !== 0)('ssh reads them so (skipped where there is no ssh)', () => {
  const argv = ['-T', '-G', ...opensshArguments(wishes)]
  const lines = spawnSync('ssh', argv, { encoding: 'utf8' }).stdout.split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'host web1',
      'user before',
      'port 2200',
      'addressfamily inet',
      'stricthostkeychecking false',
      'connecttimeout 7',
      'serveraliveinterval 5',
      'identityfile /my "keys"/100%%/#1\\x',
    ]),
  )
})
