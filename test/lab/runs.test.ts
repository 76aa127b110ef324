/** Kept runs on real hosts: a way back for each, saved plans, and runs that were cut off. */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { cli, hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

const ROOT = path.resolve(import.meta.dirname, '../..')
const LIMITS = '[{ hosts: all, become: true, tasks: [mptcp_limits: { subflows: 4 }] }]'
const inventory = (): string[] => ['-i', lab().inventoryFile]

/** Everything that these runs may change; of profiles their settings, since nmcli lays out their files as it likes. */
const STATE = `sysctl -n net.mptcp.enabled; ip mptcp limits; ip mptcp endpoint | grep -v implicit | sed 's/ id [0-9]*//'
nmcli -g connection.mptcp-flags connection show eth0 wlan0
find /etc/sysctl.d /etc/systemd /usr/local /run/mptcp-fleet -xdev -type f -print -exec cat {} + 2>/dev/null
dpkg -l mptcpize 2>/dev/null | tail -1; systemctl is-enabled mptcp-fleet.service; find / -xdev -name '.*Z-??????*' | sort`

const read = async (): Promise<string[]> =>
  await Promise.all(lab().hosts.map(async ({ name }) => (await lab().exec(name, `${STATE}; :`)).stdout))

test('a whole pairing is taken back to what was there before, shown first, and only once', async () => {
  const before = await read()
  const paired = await reported(work.folder, ['apply', ...inventory(), path.join(ROOT, 'playbooks/pair.yml'), '--yes'])
  expect(paired.code, paired.stdout + paired.stderr).toBe(0)
  // The inventory is that of the run.
  const shown = await cli(['rollback', 'last', '--check', '--detailed-exitcode'], { cwd: work.folder })
  expect(shown.code, shown.stderr).toBe(3)
  expect(shown.stdout).toContain('take back: ')
  expect(shown.stdout).toContain('# run: ')
  const back = await reported(work.folder, ['rollback', paired.report.runId, ...inventory(), '--yes'])
  expect(back.code, back.stdout + back.stderr).toBe(0)
  expect(await read()).toEqual(before)
  const again = await reported(work.folder, ['rollback', paired.report.runId, ...inventory(), '--yes'])
  expect(again.report.hosts.map(({ status, changes }) => [status, changes])).toEqual([
    ['ok', []],
    ['ok', []],
  ])
})

test('what somebody else changed since is refused, by its name; other hosts go on', async () => {
  const playbook = work.write('limits.yml', LIMITS)
  const applied = await reported(work.folder, ['apply', ...inventory(), playbook, '--yes'])
  expect(applied.code, applied.stderr).toBe(0)
  await lab().exec('system-a', 'ip mptcp limits set subflows 6')
  const back = await reported(work.folder, ['rollback', applied.report.runId, ...inventory(), '--yes'])
  expect(back.code).toBe(2)
  expect(hostOf(back.report, 'system-a').error).toMatchObject({ code: 'changed-since' })
  expect(hostOf(back.report, 'system-a').error?.summary).toContain('limits/subflows')
  expect(hostOf(back.report, 'system-b').status).toBe('changed')
  expect((await lab().exec('system-a', 'ip mptcp limits')).stdout).toContain('subflows 6')
  await lab().exec('system-a', 'ip mptcp limits set subflows 4')
  const rest = await reported(work.folder, [
    'rollback',
    applied.report.runId,
    ...inventory(),
    '-l',
    'system-a',
    '--yes',
  ])
  expect(rest.code, rest.stdout + rest.stderr).toBe(0)
})

test('the undo of a command runs once, is shown whole, and runs again only where the command was run again', async () => {
  const task = '{ command: mkdir /srv/once, args: { undo: rmdir /srv/once } }'
  const playbook = work.write('once.yml', `[{ hosts: system-a, become: true, tasks: [${task}] }]`)
  const isThere = async (): Promise<boolean> => (await lab().exec('system-a', 'ls /srv')).stdout.includes('once')
  const rollback = async (runId: string): Promise<{ runId: string; shown: string }> => {
    const shown = await cli(['rollback', runId, ...inventory(), '--check'], { cwd: work.folder })
    const done = await reported(work.folder, ['rollback', runId, ...inventory(), '--yes'])
    expect(done.code, done.stdout + done.stderr).toBe(0)
    return { runId: done.report.runId, shown: shown.stdout }
  }
  const applied = await reported(work.folder, ['apply', ...inventory(), playbook, '--yes'])
  expect(applied.code, applied.stderr).toBe(0)
  const first = await rollback(applied.report.runId)
  expect([first.shown, await isThere()]).toEqual([expect.stringContaining('# run: rmdir /srv/once'), false])
  const again = await rollback(applied.report.runId)
  expect(again.shown).toContain('note: taken back already, or never done: run mkdir /srv/once')
  const back = await rollback(first.runId)
  expect([back.shown, await isThere()]).toEqual([expect.stringContaining('# run: mkdir /srv/once'), true])
  await rollback(applied.report.runId)
  expect(await isThere()).toBe(false)
})

test('copies that a dead run left beside files are found and explained; those of a run at work are not', async () => {
  const copy = '/etc/sysctl.d/.90-mptcp.conf.20260102T030405Z-1a2b3c'
  const playbook = work.write('limits.yml', LIMITS)
  const plan = async (): Promise<string> => (await cli(['plan', ...inventory(), playbook], { cwd: work.folder })).stdout
  await lab().exec('system-a', `mkdir -p /run/mptcp-fleet/armed-20260102T030405Z-1a2b3c; echo before >${copy}`)
  expect(await plan()).not.toContain('Left behind')
  await lab().exec('system-a', 'rm -r /run/mptcp-fleet')
  const told = (await plan()).replaceAll(/\s+/g, ' ')
  expect(told.match(/Left behind by an earlier run/g)).toHaveLength(1)
  expect(told).toContain('run 20260102T030405Z-1a2b3c came to no end here')
  expect(told).toContain(`${copy}: /etc/sysctl.d/90-mptcp.conf as it was before`)
  expect(told).toContain('rollback 20260102T030405Z-1a2b3c')
  await lab().exec('system-a', `rm ${copy}`)
})

test('a saved plan is done as it was shown; edited, unsigned or overtaken by events it is refused', async () => {
  const playbook = work.write('limits.yml', LIMITS)
  const key = path.join(work.folder, 'key')
  expect(await keygen(['-q', '-t', 'ed25519', '-N', '', '-f', key])).toBe(0)
  work.write('allowed', `ops@example.org ${readFileSync(`${key}.pub`, 'utf8')}`)
  const saving = ['plan', ...inventory(), playbook, '--out', 'saved.plan', '--sign', 'key']
  expect((await cli(saving, { cwd: work.folder })).code).toBe(0)
  const file = path.join(work.folder, 'saved.plan')
  const text = readFileSync(file, 'utf8')
  const apply = (...more: string[]): ReturnType<typeof cli> =>
    cli(['apply', 'saved.plan', ...more], { cwd: work.folder })

  for (const edited of [
    text.replace('subflows: 4', 'subflows: 7'),
    text.replaceAll('set limit subflows to 4', 'nothing to see'),
    text.replaceAll('"subflows": 2', '"subflows": 3'),
  ]) {
    expect(edited).not.toBe(text)
    writeFileSync(file, edited)
    const refused = await apply()
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toMatch(/differs from its text|otherwise than shown/)
    const unsigned = await apply('--allowed-signers', 'allowed')
    expect([unsigned.code, unsigned.stderr]).toEqual([1, expect.stringContaining('is not what ops@example.org signed')])
  }
  writeFileSync(file, text)
  await lab().exec('system-a', 'ip mptcp limits set subflows 5')
  const done = await apply('--allowed-signers', 'allowed')
  expect(done.stderr).toContain('signed by ops@example.org')
  expect(done.stdout).toContain('stale: nothing was changed: since the plan was saved, limits changed')
  expect(done.code).toBe(2)
  expect((await lab().exec('system-a', 'ip mptcp limits')).stdout).toContain('subflows 5')
  expect((await lab().exec('system-b', 'ip mptcp limits')).stdout).toContain('subflows 4')
})

test("a command of a saved plan runs on its signer's word or with --yes, and on its own machine alone", async () => {
  const task = 'shell: "echo x >>/root/planned", no_log: true'
  const playbook = work.write('append.yml', `[{ hosts: system-a, become: true, tasks: [{ ${task} }] }]`)
  const key = path.join(work.folder, 'planned-key')
  expect(await keygen(['-q', '-t', 'ed25519', '-N', '', '-f', key])).toBe(0)
  work.write('planners', `ops@example.org ${readFileSync(`${key}.pub`, 'utf8')}`)
  const saving = ['plan', ...inventory(), playbook, '--out', 'planned.yml', '--sign', key]
  const saved = await cli(saving, { cwd: work.folder })
  expect(saved.code, saved.stderr).toBe(0)
  const apply = (...more: string[]): ReturnType<typeof cli> =>
    cli(['apply', 'planned.yml', ...more], { cwd: work.folder })
  const unasked = await apply()
  expect([unasked.code, unasked.stderr]).toEqual([5, expect.stringContaining('no checked signature covers')])
  const swapped = work.write(
    'swapped.yml',
    readFileSync(lab().inventoryFile, 'utf8')
      .replace(/system-a:/, 'system-c:')
      .replace(/system-b:/, 'system-a:'),
  )
  const elsewhere = await apply('-i', swapped, '--yes')
  expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('system-a was planned at')])
  for (const more of [['--allowed-signers', 'planners'], ['--yes']]) {
    const done = await apply(...more)
    expect(done.code, done.stdout + done.stderr).toBe(0)
  }
  expect((await lab().exec('system-a', 'cat /root/planned; rm /root/planned')).stdout).toBe('x\nx\n')
})

test('a run that was killed: runs show says what is unknown, --resume asks the hosts and goes on', async () => {
  const playbook = work.write(
    'slow.yml',
    '[{ hosts: all, become: true, tasks: [mptcp_limits: { subflows: 3 }, mptcp_tools: {}] }]',
  )
  const args = ['apply', ...inventory(), playbook, '--yes', '--output', 'ndjson']
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/main.js'), ...args], { cwd: work.folder })
  const ended = new Promise((resolve) => child.on('close', resolve))
  // Killed while packages are installed: the limits are set by then.
  for (let i = 0; i < 300; i++) {
    const set = await Promise.all(['system-a', 'system-b'].map((host) => lab().exec(host, 'ip mptcp limits')))
    if (set.every(({ stdout }) => stdout.includes('subflows 3'))) break
    await sleep(100)
  }
  child.kill('SIGKILL')
  await ended
  const shown = await cli(['runs', 'show', 'last'], { cwd: work.folder })
  expect(shown.stdout).toContain('It ended without a word')
  expect(shown.stdout).toMatch(/unknown {5}set limit subflows to 3/)
  const [, killed = ''] = /run (\S+): apply/.exec(shown.stdout) ?? []
  const resumed = await reported(work.folder, ['apply', '--resume', killed, '--yes'])
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0)
  expect(resumed.stderr).toMatch(new RegExp(`system-a: run ${killed}: \\d of \\d changes done`))
  const after = await cli(['runs', 'show', killed], { cwd: work.folder })
  expect(after.stdout).toMatch(/done {8}set limit subflows to 3/)
  const again = await reported(work.folder, ['apply', ...inventory(), playbook, '--yes'])
  expect(again.report.hosts.map(({ status }) => status)).toEqual(['ok', 'ok'])
  expect((await lab().exec('system-a', 'ls -A /run/mptcp-fleet 2>&1; :')).stdout).not.toContain('Z-')
})

async function keygen(args: readonly string[]): Promise<number | null> {
  const child = spawn('ssh-keygen', args, { stdio: 'ignore' })
  return await new Promise((resolve) => child.on('close', resolve))
}

test('a saved plan that was cut off is not gone on with by --resume, which says so', async () => {
  const tasks = '[{ shell: "echo x >>/root/cut; sleep 3" }, { mptcp_limits: { add_addr_accepted: 7 } }]'
  const playbook = work.write('cut.yml', `[{ hosts: system-a, become: true, tasks: ${tasks} }]`)
  const saved = await cli(['plan', ...inventory(), playbook, '--out', 'cut.plan'], { cwd: work.folder })
  expect(saved.code, saved.stderr).toBe(0)
  const args = [path.join(ROOT, 'dist/main.js'), 'apply', 'cut.plan', '--yes']
  const child = spawn(process.execPath, args, { cwd: work.folder, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const lines = async (): Promise<string> => (await lab().exec('system-a', 'cat /root/cut 2>&1; :')).stdout
  for (let i = 0; i < 300 && (await lines()) !== 'x\n'; i++) await sleep(100)
  child.kill('SIGKILL')
  await ended
  const resumed = await cli(['apply', '--resume', 'last', '--yes'], { cwd: work.folder })
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0)
  expect(resumed.stdout.replaceAll(/\s+/g, ' ')).toContain('had no playbook to go on with: its hosts are asked')
  expect((await lab().exec('system-a', 'cat /root/cut; rm /root/cut; ip mptcp limits')).stdout).toMatch(
    /^x\nadd_addr_accepted [^7]/,
  )
})

test('a command that a killed run has done is not run again by --resume', async () => {
  const append = 'sleep 1; echo x >>/root/appended; sleep 2'
  const first = "{ hosts: system-a, become: true, tasks: [{ shell: 'echo first >>/root/first', no_log: true }] }"
  const playbook = work.write(
    'append.yml',
    `[${first}, { hosts: system-a, become: true, tasks: [shell: "${append}"] }]`,
  )
  const args = ['apply', ...inventory(), playbook, '--yes', '--output', 'ndjson']
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/main.js'), ...args], { cwd: work.folder })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const lines = async (): Promise<string> => (await lab().exec('system-a', 'cat /root/appended 2>&1; :')).stdout
  for (let i = 0; i < 300 && (await lines()) !== 'x\n'; i++) await sleep(100)
  child.kill('SIGKILL')
  await ended
  // Taken up in vain: the host is still to be asked by the run that takes up this one.
  const proxy = 'mptcp_fleet_transport: openssh, ansible_ssh_common_args: "-o ProxyCommand=false"'
  const away = work.write('away.yml', `{ all: { hosts: { system-a: { ${proxy} } } } }`)
  const vain = await cli(['apply', '--resume', 'last', ...inventory(), '-i', away, '--yes'], { cwd: work.folder })
  expect(vain.code, vain.stdout + vain.stderr).toBe(4)
  const swapped = work.write('swapped.yml', '{ all: { hosts: { system-a: { ansible_host: 192.0.2.99 } } } }')
  const elsewhere = await cli(['apply', '--resume', 'last', ...inventory(), '-i', swapped, '--yes'], {
    cwd: work.folder,
  })
  expect(elsewhere.code).toBe(1)
  expect(elsewhere.stderr).toContain('system-a is at 192.0.2.99 now; the run changed it at ')
  const resumed = await cli(['apply', '--resume', 'last', ...inventory(), '--yes', '-v'], { cwd: work.folder })
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0)
  expect(resumed.stdout.replaceAll(/\s+/g, ' ')).toContain('done already by the run that is taken up')
  expect(await lines()).toBe('x\n')
  const firsts = await lab().exec('system-a', 'cat /root/first; rm /root/first /root/appended')
  expect(firsts.stdout).toBe('first\n')
  // What the run before knew is known to the one that takes up the next.
  const again = await cli(['apply', '--resume', 'last', '--yes'], { cwd: work.folder })
  expect(again.code, again.stdout + again.stderr).toBe(0)
  expect((await lab().exec('system-a', 'ls /root/first /root/appended 2>&1; :')).stdout).not.toMatch(/^\/root/m)
})
