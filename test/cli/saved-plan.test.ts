import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import type { Io } from '../../src/cli/io.ts'
import { planKeeper } from '../../src/cli/run/keep-plan.ts'
import { assembleFrom, loadAll } from '../../src/cli/run/load.ts'
import type { PlaybookSource } from '../../src/cli/run/load.ts'
import { checkSavedPlan, readSavedPlan, wasShown } from '../../src/cli/run/saved-plan.ts'
import type { Assembled } from '../../src/engine/assemble.ts'
import type { HostPlan, PlayPlan } from '../../src/model/events.ts'
import { testIo } from './test-io.ts'

const LIMITS = '[{ hosts: all, tasks: [mptcp_limits: { subflows: 4 }] }]'
const COMMAND = '[{ hosts: all, tasks: [{ name: look, command: uptime }] }]'
const HOST = 'all: { hosts: { system-a: { ansible_host: 192.0.2.1, ansible_user: opc } } }'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mptcp-fleet-plan-'))
  for (const folder of ['inv', 'plans', 'elsewhere']) mkdirSync(join(root, folder))
  write('inv/hosts.yml', HOST)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text)
}

const ioIn = (folder: string): Io => testIo({ cwd: join(root, folder) }).io

async function assembled(inventories: string[], source: PlaybookSource, io: Io): Promise<Assembled> {
  const flags = { inventory: inventories, 'vault-password-file': [], 'vault-id': [], 'ask-vault-pass': false }
  const loaded = await loadAll(flags, source, io)
  const rest = { limit: null, tags: [], skipTags: [], secrets: io.secrets }
  return assembleFrom(source, { ...loaded, ...rest, connection: { sshConfig: 'none' } })
}

/** `plan -i inv/hosts.yml site.yml --out FILE` without any host. */
async function keep(playbook: string, file = 'plans/site.plan', sign: string | null = null): Promise<string> {
  write('site.yml', playbook)
  const io = ioIn('')
  const request = { playbooks: ['site.yml'], inventories: ['inv/hosts.yml'], limit: null, tags: [], skipTags: [] }
  const made = await assembled(request.inventories, { files: request.playbooks }, io)
  await planKeeper({ file, sign }, { io, assembled: made, request, runId: '20260102T030405Z-1a2b3c' }).write()
  return readFileSync(join(root, file), 'utf8')
}

/** What `apply FILE` looks at before it connects. */
async function check(file: string, folder = '', more: { signer?: string; asks?: boolean } = {}): Promise<void> {
  const io = ioIn(folder)
  const saved = { ...readSavedPlan([file], io)!, signer: more.signer ?? null }
  const { playbooks, inventories } = saved.plan
  checkSavedPlan(saved, await assembled(inventories, { texts: playbooks }, io), io, more.asks ?? true)
}

async function call(folder: string, ...argv: string[]): Promise<{ code: number; err: string }> {
  const { io, err } = testIo({ cwd: join(root, folder) })
  return { code: await dispatch(argv, io), err: err().replaceAll(/\s+/g, ' ') }
}

describe('the machines of a plan', () => {
  it.each(['', 'plans', 'elsewhere'])('are found again from another working directory: %j', async (folder) => {
    await keep(LIMITS)
    await check(join(root, 'plans/site.plan'), folder)
    write('inv/hosts.yml', HOST.replace('.1,', '.2,'))
    await expect(check(join(root, 'plans/site.plan'), folder)).rejects.toThrow(/was planned at/)
  })

  it.each([
    ['ansible_host: 192.0.2.1', 'ansible_host: 192.0.2.2', 'opc@192.0.2.2 port 22'],
    ['ansible_user: opc', 'ansible_user: root', 'root@192.0.2.1 port 22'],
    ['ansible_user: opc', 'ansible_user: opc, ansible_port: 2222', 'opc@192.0.2.1 port 2222'],
    [
      'ansible_user: opc',
      'ansible_user: opc, ansible_ssh_common_args: -J ops@jump',
      'opc@192.0.2.1 port 22 through ops@jump port 22',
    ],
  ])('are no others: %s', async (then, now, told) => {
    await keep(LIMITS)
    write('inv/hosts.yml', HOST.replace(then, now))
    const { code, err } = await call('', 'apply', 'plans/site.plan', '--yes', '--ssh-config', 'none')
    expect(err).toContain(`system-a was planned at opc@192.0.2.1 port 22; now it is ${told}`)
    expect(code).toBe(1)
  })

  it('are reached by the same arguments of ssh', async () => {
    const ssh = 'ansible_user: opc, mptcp_fleet_transport: openssh, ansible_ssh_args: -o '
    write('inv/hosts.yml', HOST.replace('ansible_user: opc', `${ssh}ProxyCommand=nc`))
    await keep(LIMITS)
    await check('plans/site.plan')
    write('inv/hosts.yml', HOST.replace('ansible_user: opc', `${ssh}ProxyCommand=evil`))
    const { code, err } = await call('', 'apply', 'plans/site.plan', '--yes', '--ssh-config', 'none')
    expect(err).toContain('was planned at opc@192.0.2.1 port 22 (ssh -o ProxyCommand=nc')
    expect(err).toContain('now it is opc@192.0.2.1 port 22 (ssh -o ProxyCommand=evil')
    expect(code).toBe(1)
    write('inv/hosts.yml', HOST)
    expect((await call('', 'apply', 'plans/site.plan', '--yes', '--ssh-config', 'none')).code).toBe(1)
  })

  it('cannot be taken out of the file', async () => {
    const plan = JSON.parse(await keep(LIMITS)) as { hosts: Record<string, unknown> }
    delete plan.hosts['system-a']
    write('plans/site.plan', JSON.stringify(plan))
    const { code, err } = await call('', 'apply', 'plans/site.plan', '--yes', '--ssh-config', 'none')
    expect([code, err]).toEqual([1, expect.stringContaining('system-a is not among the hosts of the plan')])
  })
})

describe('a plan that nobody signed', () => {
  it.each(['plans', 'elsewhere'])('is refused where its playbook lies there and differs: from %s', async (folder) => {
    await keep(COMMAND)
    write('site.yml', COMMAND.replace('uptime', 'reboot'))
    const { code, err } = await call(folder, 'apply', join(root, 'plans/site.plan'), '--yes')
    expect(err).toContain('../site.yml differs from its text in')
    expect(code).toBe(1)
  })

  it('runs commands only with a yes', async () => {
    await keep(COMMAND)
    const { code, err } = await call('', 'apply', 'plans/site.plan', '--ssh-config', 'none')
    expect(err).toContain('task "look" of the plan runs a command that no checked signature covers')
    expect(code).toBe(5)
    await check('plans/site.plan', '', { asks: false })
    await check('plans/site.plan', '', { signer: 'ops' })
    await keep(LIMITS)
    await check('plans/site.plan')
  })

  it('runs no command that stands in it alone', async () => {
    await keep(COMMAND)
    rmSync(join(root, 'site.yml'))
    const { code, err } = await call('', 'apply', 'plans/site.plan', '--ssh-config', 'none', '--yes')
    expect(err).toContain('would run a command that stands in plans/site.plan alone: site.yml is not there')
    expect(code).toBe(1)
    await check('plans/site.plan', '', { signer: 'ops' })
  })

  it('is asked about where a command is among what was shown', async () => {
    const names = {
      task: 'look',
      module: 'command',
      fact: 'command/look',
      summary: 'run uptime',
    }
    const change = { ...names, before: null, after: null }
    const plan = { ...JSON.parse(await keep(COMMAND)), shown: { 'system-a': [change] } }
    const now = (opaque: boolean): PlayPlan => {
      const steps = { effects: {}, apply: [], undo: [], disruptive: false, checkOnly: false }
      const changes = [{ ...change, ...steps, host: 'system-a', taskIndex: 0, opaque }]
      const host: HostPlan = { host: 'system-a', changes, notes: [], problems: [], afterApply: [] }
      return { play: '', batch: 1, batches: 1, tasks: [], hosts: [host], trials: [] }
    }
    const read = { plan, text: '', file: '' }
    expect(wasShown({ ...read, signer: null }, now(true))).toBe(false)
    expect(wasShown({ ...read, signer: 'ops' }, now(true))).toBe(true)
    expect(wasShown({ ...read, signer: null }, now(false))).toBe(true)
  })

  it('has a signature that was not checked: that is told', async () => {
    await keep(COMMAND)
    write('plans/site.plan.sig', 'x')
    const { err } = await call('', 'apply', 'plans/site.plan', '--ssh-config', 'none')
    expect(err).toContain('warning: plans/site.plan.sig was not checked: --allowed-signers FILE')
  })
})

describe('--out and --sign', () => {
  it.each([
    [['--out', 'none/x.plan'], /--out none\/x.plan: \S+none is no folder/],
    [['--out', 'plans'], /--out plans: this is a folder/],
    [['--out', '/dev/null'], /--out \/dev\/null: this is no file/],
    [['--out', 'site.yml'], /--out site.yml: the plan is made from this file/],
    [['--out', 'x.plan', '--sign', '/nonexistent'], /--sign \/nonexistent: there is no key/],
    [['--out', 'x.plan', '--sign', 'plans'], /--sign plans: there is no key/],
  ])('%j is refused before any host is reached', async (flags, told) => {
    write('site.yml', LIMITS)
    const { code, err } = await call('', 'plan', '-i', 'inv/hosts.yml', 'site.yml', ...flags)
    expect([code, err]).toEqual([1, expect.stringMatching(told)])
    expect(existsSync(join(root, 'x.plan'))).toBe(false)
  })

  it('writes a plan only together with its signature', async () => {
    write('key', 'no key')
    await expect(keep(LIMITS, 'x.plan', 'key')).rejects.toThrow(/x.plan cannot be signed with key/)
    expect([existsSync(join(root, 'x.plan')), existsSync(join(root, 'x.plan.sig'))]).toEqual([false, false])
    rmSync(join(root, 'key'))
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(root, 'key')])
    write('allowed', `ops@example.org ${readFileSync(join(root, 'key.pub'), 'utf8')}`)
    await keep(LIMITS, 'x.plan', 'key')
    write('inv/hosts.yml', HOST.replace('.1,', '.2,'))
    const { err } = await call('', 'apply', 'x.plan', '--allowed-signers', 'allowed', '--ssh-config', 'none')
    expect(err).toContain('x.plan: signed by ops@example.org')
    expect(err).toContain('system-a was planned at')
    await keep(LIMITS, 'x.plan')
    expect(existsSync(join(root, 'x.plan.sig'))).toBe(false)
  })

  it('refuses a playbook that a known secret stands in', async () => {
    const playbook = LIMITS.replace('hosts: all', 'hosts: all, vars: { ansible_password: hunter22 }')
    await expect(keep(playbook)).rejects.toThrow(/a known secret stands in it/)
  })

  it('knows a plan by what is in it, whatever its name', async () => {
    await keep(LIMITS, 'plan.yml')
    write('inv/hosts.yml', HOST.replace('.1,', '.2,'))
    const { err } = await call('', 'apply', 'plan.yml', '--yes', '--ssh-config', 'none')
    expect(err).toContain('system-a was planned at')
  })
})

describe('no_log', () => {
  const HIDDEN = '[{ hosts: all, tasks: [{ no_log: true, command: { cmd: cat, stdin: "{{ token }}" } }] }]'
  const withToken = (token: string): string => HOST.replace('ansible_user', `token: ${token}, ansible_user`)

  it('keeps a digest of what a task wishes, and still tells what moved', async () => {
    write('inv/hosts.yml', withToken('hunter22hunter'))
    expect(await keep(HIDDEN)).not.toContain('hunter22hunter')
    await check('plans/site.plan', '', { asks: false })
    write('inv/hosts.yml', withToken('hunter23hunter'))
    await expect(check('plans/site.plan', '', { asks: false })).rejects.toThrow(/variables are not those of the plan/)
  })
})
