/** Controls over pairs and over what was applied, on System A and System B: failing, mended, passing, and not tested. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditReport, ControlResult } from '../../src/model/audit.ts'
import { auditReportSchema } from '../../src/model/audit.ts'
import { cli, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

async function run(...args: string[]): Promise<number | null> {
  const { code } = await cli([args[0]!, '-i', lab().inventoryFile, ...args.slice(1)], { cwd: work.folder })
  return code
}

async function audit(...args: string[]): Promise<AuditReport> {
  const { code, stdout, stderr } = await cli(['audit', '-i', lab().inventoryFile, '--output', 'json', ...args], {
    cwd: work.folder,
  })
  if (stdout === '') throw new Error(`no report; exit code ${code}\n${stderr}`)
  return auditReportSchema.parse(JSON.parse(stdout))
}

function resultOf({ hosts }: AuditReport, control: string, host = 'system-a'): ControlResult {
  return hosts.find(({ name }) => name === host)!.results.find((one) => one.control === control)!
}

const PAIRS = 'pairs: [{ server: system-b, client: system-a }]'

const profile = (control: string, params = '{}', pairs = PAIRS): string =>
  work.write('one.yml', `name: one\ntitle: One\n${pairs}\ncontrols: { ${control}: { params: ${params} } }\n`)

/** What fails on system-a, and what mends it where --fix does not. */
const STATES: Readonly<Record<string, { fail: string; mend?: string }>> = {
  'pair-enabled': { fail: 'sysctl -qw net.mptcp.enabled=0' },
  'pair-limits': { fail: 'ip mptcp limits set subflows 0 add_addr_accepted 0' },
  'pair-checksum': {
    fail: 'sysctl -qw net.mptcp.checksum_enabled=1',
    mend: 'sysctl -qw net.mptcp.checksum_enabled=0',
  },
  'path-mtu': { fail: 'ip link set wlan0 mtu 1400', mend: 'ip link set wlan0 mtu 1500' },
}

beforeAll(async () => {
  expect(await run('pair', '--yes', 'system-b', 'system-a')).toBe(0)
})

test.each(Object.entries(STATES))('%s fails, is mended, passes', async (id, { fail, mend }) => {
  const args = ['--profile', profile(id)]
  expect(resultOf(await audit(...args), id)).toMatchObject({ status: 'pass' })
  await lab().exec('system-a', fail)
  expect(resultOf(await audit(...args), id)).toMatchObject({ status: 'fail', failing: true })
  if (mend === undefined) await audit(...args, '--fix', '--yes')
  else await lab().exec('system-a', mend)
  const after = await audit(...args)
  expect([after.exitCode, resultOf(after, id).status]).toEqual([0, 'pass'])
})

test('an end that the pattern leaves out, or that is away, is not tested, and what would take it in is said', async () => {
  const args = ['--profile', profile('pair-enabled')]
  const reason = 'system-b was not read: the pattern "system-a" leaves it out, "system-a:system-b" takes it in'
  expect(resultOf(await audit('system-a', ...args), 'pair-enabled')).toMatchObject({ status: 'not-tested', reason })
  expect(resultOf(await audit('-l', 'system-a', ...args), 'pair-enabled').reason).toContain('--limit leaves it out')
  expect(resultOf(await audit('system-a:system-b', ...args), 'pair-enabled').status).toBe('pass')
  await lab().exec('system-b', 'systemctl stop ssh.socket ssh.service')
  try {
    expect(resultOf(await audit(...args), 'pair-enabled')).toMatchObject({
      status: 'not-tested',
      reason: expect.stringContaining('system-b was not read:'),
    })
  } finally {
    await lab().exec('system-b', 'systemctl start ssh')
  }
})

test('bytes on all paths: passing by the last test, too old, failing by a later one', async () => {
  const id = 'paths-carried-bytes'
  // The pair is known from its test.
  const shown = resultOf(await audit('--profile', profile(id, '{}', '')), id)
  expect(shown).toMatchObject({
    status: 'pass',
    evidence: [{ kind: 'traffic', where: expect.stringMatching(/^run \S+, 2/) }],
  })
  const old = resultOf(await audit('--profile', profile(id, '{ max_age: 0d }')), id)
  expect(old).toMatchObject({ status: 'not-tested', reason: expect.stringContaining('older than 0d') })
  await lab().exec('system-b', 'ip mptcp limits set subflows 0')
  expect(await run('test', 'system-b', 'system-a')).toBe(2)
  expect(resultOf(await audit('--profile', profile(id)), id)).toMatchObject({ status: 'fail' })
  await lab().exec('system-b', 'ip mptcp limits set subflows 2')
  expect(await run('test', 'system-b', 'system-a')).toBe(0)
  expect(resultOf(await audit('--profile', profile(id)), id)).toMatchObject({ status: 'pass' })
})

test('drift: as applied, set by hand, applied again, and after a rollback the state of before', async () => {
  const id = 'applied-drift'
  const tasks = '  tasks: [{ mptcp_sysctl: { values: { stale_loss_cnt: 7 } } }]'
  const playbook = work.write('p.yml', `- hosts: system-a\n${tasks}\n`)
  const drift = async (): Promise<ControlResult> => resultOf(await audit('--profile', profile(id)), id)
  // Settings that other tests of this file changed by hand and set back.
  const before = await drift()
  expect(before, before.reason).toMatchObject({ status: 'pass' })
  expect(await run('apply', '--yes', playbook)).toBe(0)
  expect(await drift()).toMatchObject({ status: 'pass' })
  await lab().exec('system-a', 'sysctl -qw net.mptcp.stale_loss_cnt=5')
  expect(await drift()).toMatchObject({
    status: 'fail',
    reason: expect.stringMatching(/^changed since \S*p\.yml set it: sysctl\/net\.mptcp\.stale_loss_cnt;/),
    evidence: [{ kind: 'running', fact: 'sysctl/net.mptcp.stale_loss_cnt', value: '5' }],
  })
  const again = await reported(work.folder, ['apply', '-i', lab().inventoryFile, '--yes', playbook])
  expect(await drift()).toMatchObject({ status: 'pass' })
  expect(await run('rollback', '--yes', again.report.runId)).toBe(0)
  expect(await drift()).toMatchObject({ status: 'pass' })
  await lab().exec('system-a', 'sysctl -qw net.mptcp.stale_loss_cnt=7')
  expect(await drift()).toMatchObject({ status: 'fail' })
})
