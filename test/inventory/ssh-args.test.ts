import { expect, test } from 'vitest'
import { parseSshArgs } from '../../src/inventory/ssh-args.ts'
import { quoteSshWord } from '../../src/inventory/ssh-words.ts'
import { splitSshWords } from '../../src/text/ssh-config-words.ts'

const value = (keyword: string, ...values: string[]) => ({ kind: 'value', keyword, values })

test.each<[string, object[]]>([
  ['', []],
  ['-o UserKnownHostsFile=/a', [value('userknownhostsfile', '/a')]],
  [
    '-oUserKnownHostsFile=/a -oStrictHostKeyChecking=no',
    [value('userknownhostsfile', '/a'), value('stricthostkeychecking', 'no')],
  ],
  [
    '-o "UserKnownHostsFile /a" -o StrictHostKeyChecking=YES',
    [value('userknownhostsfile', '/a'), value('stricthostkeychecking', 'yes')],
  ],
  ['-o UserKnownHostsFile="/a /b"', [value('userknownhostsfile', '/a', '/b')]],
  [`-o 'UserKnownHostsFile="/with blank" /b'`, [value('userknownhostsfile', '/with blank', '/b')]],
  ['-o UserKnownHostsFile=none', [value('userknownhostsfile', 'none')]],
  ['-o UserKnownHostsFile=/a\\ b', [value('userknownhostsfile', '/a', 'b')]],
  ['-C -vvv -o ControlMaster=auto -S /path -A', [{ kind: 'harmless', keyword: 'controlmaster' }]],
  ['-4p2222 -l me', [value('addressfamily', 'inet'), value('port', '2222'), value('user', 'me')]],
  ["-i '/my keys/id'", [{ kind: 'identity', path: '/my keys/id' }]],
  ['-J a,u@b:22', [{ kind: 'jump', jumps: [{ host: 'a' }, { host: 'b', user: 'u', port: 22 }] }]],
  ['-b 192.0.2.1 -c aes128-ctr', [value('bindaddress', '192.0.2.1'), value('ciphers', 'aes128-ctr')]],
  ['-o ProxyCommand="nc %h %p"', [value('proxycommand', 'nc %h %p')]],
])('%s', (text, options) => {
  const { args, problems } = parseSshArgs(text)
  expect([args.options, problems]).toMatchObject([options, []])
  expect(args.options).toHaveLength(options.length)
})

test('the last -F counts', () => {
  expect(parseSshArgs('-F /one -4F/two').args.configFile).toBe('/two')
  expect(parseSshArgs('-4').args.configFile).toBeNull()
})

test.each([
  [
    '-o StrictHostKeyChecking=perhaps',
    'stricthostkeychecking: expected true, false, yes, no, off, ask, accept-new, got "perhaps"',
  ],
  ['-o userknownhostsfile = ', 'userknownhostsfile has no value'],
  ['-o UserKnownHostsFile=', 'userknownhostsfile has no value'],
  ['-o "Host x"', 'host cannot be an option'],
  ['-o', '-o has no value'],
  ['-o ""', '-o has no value'],
  ['-p x', 'port: expected a port (1 to 65535), got "x"'],
  ['-N', '-N is not supported'],
  ['-vN', '-N is not supported'],
  ['-O exit', '-O is not supported'],
  ['host', '"host" is no option of ssh'],
  ['--', '"--" is no option of ssh'],
  ['-o "x', 'a quotation mark is not closed'],
])('%s is refused', (text, problem) => {
  expect(parseSshArgs(text).problems).toContain(problem)
})

test.each(['plain', 'with blank', `both ' and "`, 'back\\slash', '#', '', 'ü%h'])(
  '%j is one word of ssh_config',
  (word) => {
    expect(splitSshWords(quoteSshWord(word))).toEqual([word])
  },
)
