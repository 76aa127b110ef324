/**
 * Passwords are planted as canaries, and files and programs of a host repeat them. Runs that go well, that fail and that tell
 * everything are made with them; then the canaries are looked for in all that could have kept them.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runReportSchema } from '../../src/model/report.ts'
import type { RunReport } from '../../src/model/report.ts'
import { canaries, newCanary, watchProcesses } from './support/canary.ts'
import type { Watch } from './support/canary.ts'
import type { CliResult } from './support/cli.ts'
import { cli, cliOnTerminal, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'

const HOST = 'target'
const USER = 'canary'
/** The user's password for SSH, root's for sudo, ones that are wrong, and the passphrase of a key. */
const [SSH, SUDO, WRONG_SSH, WRONG_SUDO, KEY] = ['ssh', 'sudo', 'wrong-ssh', 'wrong-sudo', 'key'].map(newCanary) as [
  string,
  string,
  string,
  string,
  string,
]
const known = canaries([SSH, SUDO, WRONG_SSH, WRONG_SUDO, KEY])
/** Where the canaries are planted on the host; all else that is searched must not have them. */
const PLANTED = '/etc/sysctl.d/99-planted.conf'
const SEARCHED = ['/tmp', '/var', '/run', '/etc', '/root', '/home', '/dev/shm', '/usr/local']

const given = workFolder()
const work = workFolder()
const results: CliResult[] = []
let watch: Watch
let lockedKey: string
const lab = withLab({
  name: 'secrets',
  links: {},
  middleboxes: [],
  hosts: {
    [HOST]: {
      kind: 'systemd',
      groups: [],
      sysctl: {},
      packages: { absent: [], present: [] },
      readOnly: [],
      files: {
        [`/etc/sudoers.d/${USER}`]: { content: `${USER} ALL=(ALL) ALL\nDefaults:${USER} rootpw\n`, mode: '0440' },
        [PLANTED]: `# ${SSH}\n# ${encodeURIComponent(SUDO)}\nnet.mptcp.enabled = 0\n`,
        // Found before the real one: it says what it must not, and fails where it is told to.
        '/usr/local/sbin/sysctl': {
          content: `#!/bin/sh\nif [ -e /run/fail ]; then cat /opt/planted >&2; exit 7; fi\nexec /usr/sbin/sysctl "$@"\n`,
          mode: '0755',
        },
        '/opt/planted': `it is ${SUDO}\nor ${Buffer.from(`x${SSH}`).toString('base64')}\n`,
      },
      users: [{ name: USER, password: SSH, sudo: 'none' }],
    },
  },
})

beforeAll(async () => {
  const set = await lab().exec(HOST, ['chpasswd'], { input: `root:${SUDO}\n` })
  expect(set.rc, set.stderr).toBe(0)
  lockedKey = given.write('locked', readFileSync(lab().keyFile, 'utf8'))
  chmodSync(lockedKey, 0o600)
  // Before anybody watches: ssh-keygen takes it as an argument.
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', KEY, '-f', lockedKey], { stdio: 'ignore' })
  watch = watchProcesses(known)
})
afterAll(async () => {
  await watch.stop()
  given.remove()
  work.remove()
})

const playbook = (state: string): string =>
  work.write(
    `${state}.yml`,
    JSON.stringify([
      { hosts: HOST, become: true, tasks: [{ mptcp_enabled: { state } }, { mptcp_limits: { subflows: 3 } }] },
    ]),
  )

/** Runs the command as USER, who logs in by password. */
async function run(
  argv: readonly string[],
  vars: Record<string, unknown> = {},
  typed: { question: string; answer: string } | null = null,
): Promise<CliResult> {
  // Its password decides: no key of the lab, of an agent or of this machine's user.
  const own = { ansible_user: USER, ansible_ssh_private_key_file: null, ...vars }
  const inventory = given.write('vars.yml', JSON.stringify({ all: { hosts: { [HOST]: own } } }))
  const args = [argv[0]!, '-i', lab().inventoryFile, '-i', inventory, ...argv.slice(1)]
  const options = { cwd: work.folder, env: { HOME: work.folder, SSH_AUTH_SOCK: '' } }
  const result = typed === null ? await cli(args, options) : await cliOnTerminal(args, typed, options)
  results.push(result)
  return result
}

const errorOf = (result: CliResult): RunReport['hosts'][number]['error'] =>
  runReportSchema.parse(JSON.parse(result.stdout)).hosts[0]!.error

const variables = { ansible_password: SSH, ansible_become_password: '{{ sudo_password }}', sudo_password: SUDO }

describe('runs with canaries', () => {
  it('plan with all there is to tell, passwords from a file and from a program', async () => {
    const file = given.write('ssh-password', `${SSH}\n`)
    const program = given.write('sudo-password', `#!/bin/sh\ncat '${given.write('sudo-kept', SUDO)}'\n`)
    chmodSync(program, 0o700)
    const flags = ['--connection-password-file', file, '--become-password-file', program, '-vvv', '--diff']
    const result = await run(['plan', ...flags, playbook('enabled')])
    expect(result.code, result.stdout + result.stderr).toBe(0)
    // The file that repeats the passwords is a part of the plan, and its text is shown.
    expect(result.stdout).toContain(PLANTED)
    expect(result.stdout).toMatch(/# \[secret\]/)
  })

  it('apply, passwords from variables', async () => {
    const report = ['--report', 'applied.json', '--output', 'ndjson']
    const result = await run(['apply', '--yes', '-vvv', '--diff', ...report, playbook('enabled')], variables)
    expect(result.code, result.stdout + result.stderr).toBe(0)
    expect(result.stdout).toContain('"apply-started"')
    expect((await lab().exec(HOST, `grep -c '^net.mptcp' ${PLANTED}`)).stdout).toBe('0\n')
  })

  it('apply that fails, while a program repeats the passwords', async () => {
    await lab().exec(HOST, 'touch /run/fail')
    const result = await run(['apply', '--yes', '-vvv', '--output', 'json', playbook('disabled')], variables)
    await lab().exec(HOST, 'rm /run/fail')
    expect(result.code, result.stdout + result.stderr).toBe(2)
    expect(errorOf(result)?.detail).toMatch(/it is \[secret\]\nor .{0,2}\[secret\]/)
  })

  it('status, and a listing of the inventory', async () => {
    expect((await run(['status', '-b', '-v'], variables)).code).toBe(0)
    const listed = await run(['inventory', 'list', '--output', 'json'], variables)
    expect(listed.stdout).toContain('"sudo_password"')
    expect(JSON.parse(listed.stdout)).toMatchObject({
      _meta: { hostvars: { [HOST]: { ansible_password: '[secret]' } } },
    })
  })

  it.skipIf(spawnSync('script', ['-V']).status !== 0)(
    'plan with an encrypted key, whose passphrase is typed (skipped where there is no script)',
    async () => {
      const vars = { ansible_user: 'root', ansible_ssh_private_key_file: lockedKey }
      const typed = { question: 'Passphrase of the key', answer: KEY }
      const result = await run(['plan', '-vvv', playbook('enabled')], vars, typed)
      expect(result.code, result.stdout).toBe(0)
      expect(result.stdout).toContain(`Passphrase of the key ${lockedKey}`)
    },
  )

  it('logins that are refused', async () => {
    const plan = ['plan', '-vvv', '--output', 'json', playbook('enabled')]
    const ssh = await run(plan, { ...variables, ansible_password: WRONG_SSH })
    expect(errorOf(ssh)?.code).toBe('auth')
    const sudo = await run(plan, { ...variables, sudo_password: WRONG_SUDO })
    expect(errorOf(sudo)?.code).toBe('become-password-wrong')
  })
})

describe('afterwards no canary is', () => {
  it('in what was printed', () => {
    expect(results.length).toBeGreaterThan(6)
    expect(results.every((result) => (result.stdout + result.stderr).length > 100)).toBe(true)
    expect(results.flatMap((result) => known.findIn(result.stdout + result.stderr))).toEqual([])
  })

  it('in files that were left here', () => {
    // The search finds what is there.
    const probe = work.write('probe.txt', `x${JSON.stringify({ SSH })}`)
    expect(known.findBelow(work.folder)).toEqual([probe])
    work.write('probe.txt', '')
    expect(known.findBelow(work.folder)).toEqual([])
  })

  it('in the arguments or the environment of any process, here or on the host', async () => {
    await watch.stop()
    const seen = [...watch.seen]
    expect(seen.some((args) => /main\.js (?:plan|apply)/.test(args))).toBe(true)
    expect(seen.some((args) => /sudo -S -p/.test(args))).toBe(true)
    expect(seen.some((args) => args.startsWith('sh -s'))).toBe(true)
    expect(watch.found).toEqual([])
  })

  it("in the host's journal", async () => {
    const { stdout } = await lab().exec(HOST, 'journalctl -o export --no-pager')
    // What sudo and sshd told of these runs is there.
    expect(stdout).toMatch(/incorrect password attempt/)
    expect(stdout).toMatch(/Accepted password for canary/)
    expect(known.findIn(stdout)).toEqual([])
  })

  it("in the host's files", async () => {
    const grep = async (patterns: readonly string[]): Promise<string[]> => {
      const argv = ['grep', '-rlaFs', '-D', 'skip', '-f', '-', ...SEARCHED]
      const { stdout } = await lab().exec(HOST, argv, { input: `${patterns.join('\n')}\n` })
      return stdout.trim().split('\n').filter(Boolean)
    }
    expect(await grep(['root:x:0:0:'])).toContain('/etc/passwd')
    expect(await grep(known.patterns)).toEqual([PLANTED])
    expect((await lab().exec(HOST, 'ls -A /run/mptcp-fleet 2>&1')).stdout).toMatch(/No such file/)
  })
})
