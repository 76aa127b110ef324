/** ansible.cfg and the environment: found where Ansible finds them, and read as it reads them. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSettings } from '../../../src/cli/config/settings.ts'
import { DiagnosticsError } from '../../../src/model/diagnostic.ts'
import { hasAnsible, skipped } from '../../inventory/referee.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mptcp-fleet-config-'))
  for (const folder of ['work', 'home', 'other']) mkdirSync(join(root, folder))
})
afterEach(() => rmSync(root, { recursive: true }))

type Files = Readonly<Record<string, string>>
type Env = Readonly<Record<string, string>>

function write(files: Files): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
}

/** `ROOT` in values stands for the folder of the test. */
function places(env: Env) {
  const told = Object.entries(env).map(([name, value]) => [name, value.replace('ROOT', root)])
  return { cwd: join(root, 'work'), env: { HOME: join(root, 'home'), ...Object.fromEntries(told) } as Env }
}

/** Our names of Ansible's settings; those in small letters are of its ssh plugin. */
const NAMES = {
  inventory: 'DEFAULT_HOST_LIST',
  ignoreExtensions: 'INVENTORY_IGNORE_EXTS',
  remoteUser: 'DEFAULT_REMOTE_USER',
  remotePort: 'DEFAULT_REMOTE_PORT',
  privateKeyFile: 'DEFAULT_PRIVATE_KEY_FILE',
  hostKeyChecking: 'host_key_checking',
  forks: 'DEFAULT_FORKS',
  timeout: 'DEFAULT_TIMEOUT',
  vaultPasswordFile: 'DEFAULT_VAULT_PASSWORD_FILE',
  vaultIdentityList: 'DEFAULT_VAULT_IDENTITY_LIST',
  askVaultPass: 'DEFAULT_ASK_VAULT_PASS',
  askPass: 'DEFAULT_ASK_PASS',
  connectionPasswordFile: 'CONNECTION_PASSWORD_FILE',
  become: 'DEFAULT_BECOME',
  becomeMethod: 'DEFAULT_BECOME_METHOD',
  becomeUser: 'DEFAULT_BECOME_USER',
  becomeAskPass: 'DEFAULT_BECOME_ASK_PASS',
  becomePasswordFile: 'BECOME_PASSWORD_FILE',
  sshArgs: 'ssh_args',
  sshCommonArgs: 'ssh_common_args',
  sshExtraArgs: 'ssh_extra_args',
} as const

/** The values that do not come from Ansible's defaults. */
function theirs(env: Env): Record<string, unknown> {
  const script = `
import json, sys
from ansible import constants as C
from ansible.plugins.loader import connection_loader
connection_loader.get('ssh', class_only=True)
found = {}
for ours, name in json.loads(sys.argv[1]).items():
    plugin = dict(plugin_type='connection', plugin_name='ssh') if name.islower() else {}
    value, origin = C.config.get_config_value_and_origin(name, **plugin)
    if origin != 'default': found[ours] = value
print(json.dumps(found))`
  const { cwd, env: given } = places(env)
  const clean = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...given }
  const argv = ['-c', script, JSON.stringify(NAMES)]
  const done = spawnSync('/usr/bin/python3', argv, { cwd, env: clean, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout) as Record<string, unknown>
}

function ours(env: Env): Record<string, unknown> {
  const { settings } = readSettings(places(env))
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null))
}

function warnings(env: Env = {}): string[] {
  return readSettings(places(env)).warnings.map(({ summary, source }) => {
    return `${source?.file}:${source?.line}: ${summary}`
  })
}

const ALL = `[defaults]
inventory = hosts.yml, ../other/hosts , $HOME/more
remote_user = "deploy"
remote_port = 2222
private_key_file = ~/.ssh/fleet
host_key_checking = False
forks=25
timeout: 30
vault_password_file = {{CWD}}/vault
vault_identity_list = dev@~/dev , 'prod@prompt'
ask_vault_pass = yes
ask_pass = no
connection_password_file = pw
become_password_file = ../pw
[privilege_escalation]
become = true
become_method = doas ; as there
become_user = op
become_ask_pass = 0
[ssh_connection]
ssh_args = -C -o ControlMaster=auto
ssh_common_args = -o ProxyCommand="ssh -W %h:%p -q bastion"
ssh_extra_args = '-o A=b'
host_key_checking = yes
`

describe.runIf(hasAnsible)(`as ansible-core${skipped}`, () => {
  const cases: [name: string, files: Files, env?: Env][] = [
    ['everything in ./ansible.cfg', { 'work/ansible.cfg': ALL }],
    ['a file named by ANSIBLE_CONFIG', { 'other/a.cfg': ALL }, { ANSIBLE_CONFIG: 'ROOT/other/a.cfg' }],
    ['a folder named by ANSIBLE_CONFIG', { 'other/ansible.cfg': ALL }, { ANSIBLE_CONFIG: '../other' }],
    ['named, and not there', { 'work/ansible.cfg': '[defaults]\nforks = 3\n' }, { ANSIBLE_CONFIG: '/no/a.cfg' }],
    ['of the user', { 'home/.ansible.cfg': ALL }],
    ['the nearest alone', { 'work/ansible.cfg': '[defaults]\nforks = 3\n', 'home/.ansible.cfg': ALL }],
    [
      'the environment over the file',
      { 'work/ansible.cfg': ALL },
      {
        ...{ ANSIBLE_FORKS: '7', ANSIBLE_REMOTE_USER: 'env', ANSIBLE_INVENTORY: 'x,y', ANSIBLE_SSH_ARGS: '-v' },
        ...{ ANSIBLE_HOST_KEY_CHECKING: '0', ANSIBLE_PRIVATE_KEY_FILE: '~/k', ANSIBLE_BECOME: 'True' },
        ...{ ANSIBLE_VAULT_IDENTITY_LIST: 'a@b, c@d', ANSIBLE_VAULT_PASSWORD_FILE: 'v', ANSIBLE_TIMEOUT: '5' },
      },
    ],
    [
      'endings of either section',
      { 'work/ansible.cfg': '[defaults]\ninventory_ignore_extensions=.a\n[inventory]\nignore_extensions = .b, ~\n' },
    ],
    ['endings in the environment', {}, { ANSIBLE_INVENTORY_IGNORE: '.x,.y' }],
    ['of two names the last one', {}, { ANSIBLE_HOST_KEY_CHECKING: 'no' }],
    ['nothing', {}],
  ]
  it.each(cases)('%s', (_, files, env = {}) => {
    write(files)
    expect(ours(env)).toEqual(theirs(env))
  })
})

describe('what is told', () => {
  it('a file in a folder that everybody may write to is passed over', () => {
    write({ 'work/ansible.cfg': '[defaults]\nforks = 3\n' })
    chmodSync(join(root, 'work'), 0o777)
    expect(readSettings(places({})).settings.forks).toBeNull()
    expect(warnings()).toEqual([expect.stringContaining('ansible.cfg:1: this file is not read')])
    const env = { ANSIBLE_CONFIG: 'ROOT/work/ansible.cfg' }
    expect(readSettings(places(env)).settings.forks).toBe(3)
    expect(warnings(env)).toEqual([])
  })

  it('settings that are not used are listed once', () => {
    write({ 'work/ansible.cfg': '[defaults]\nforks=3\ngathering=smart\nroles_path=x\n[colors]\nok=green\n' })
    expect(warnings()).toEqual(['ansible.cfg:3: not used here: [defaults] gathering, roles_path; [colors] ok'])
  })

  it.each([
    ['[defaults]\nforks = many\n', {}, '2: forks: expected a whole number, got "many"'],
    ['[defaults]\nhost_key_checking = maybe\n', {}, '2: host_key_checking: expected yes or no, got "maybe"'],
    ['[inventory]\nignore_patterns = ^x, (\n', {}, '2: ignore_patterns: expected regular expressions, got "^x, ("'],
    ['forks = 3\n', {}, '1: a setting stands before any section: forks = 3'],
    ['', { ANSIBLE_FORKS: 'x' }, 'undefined: ANSIBLE_FORKS: expected a whole number, got "x"'],
    ['[defaults\nforks = 3\n', {}, '1: a section is not closed: [defaults'],
    [
      '[defaults]\nhash_behaviour = merge\n',
      {},
      '2: hash_behaviour: merge is not supported, mappings replace each other',
    ],
    [
      '',
      { ANSIBLE_HASH_BEHAVIOUR: 'merge' },
      'undefined: ANSIBLE_HASH_BEHAVIOUR: merge is not supported, mappings replace each other',
    ],
    ['', { ANSIBLE_CONFIG: '/dev/null' }, '1: a configuration of Ansible has a name that ends in .cfg or .ini'],
  ])('%j, %j', (text, env, expected) => {
    write({ 'work/ansible.cfg': text })
    try {
      readSettings(places(env))
      expect.fail('should have been refused')
    } catch (error) {
      expect(error).toBeInstanceOf(DiagnosticsError)
      const [first] = (error as DiagnosticsError).diagnostics
      expect(`${first?.source?.line}: ${first?.summary}`).toBe(expected)
      expect(first?.hint).not.toBe('')
    }
  })
})
