/** `audit` as a task of a playbook: passing, failing, in check mode, after what mends it, and under a guard. */
import { afterAll, beforeEach, expect, test } from 'vitest'
import { hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

beforeEach(async () => {
  await lab().exec('system-a', 'sysctl -qw net.mptcp.enabled=0; rm -f /etc/sysctl.d/90-mptcp.conf')
  await lab().exec('system-b', 'sysctl -qw net.mptcp.enabled=1')
})

const CONTROLS = 'name: own\ntitle: Own\ncontrols: { enabled-running: {}, enabled-persistent: {} }\n'
const AUDIT = '    - name: it is on\n      audit: { profile: own.yml, fail_on: critical }\n'
const MEND = '    - mptcp_enabled:\n'
const LIMITS = '    - mptcp_limits: { subflows: 3 }\n'

async function play(tasks: string, ...flags: string[]) {
  work.write('own.yml', CONTROLS)
  const playbook = work.write('site.yml', `- hosts: all\n  tasks:\n${tasks}`)
  const ran = await reported(work.folder, ['apply', '-i', lab().inventoryFile, playbook, ...flags])
  const told = ran.report.findings.map(({ host, control, fails }) => `${host} ${control}${fails ? '' : ' (spared)'}`)
  return { ...ran, told, a: hostOf(ran.report, 'system-a'), b: hostOf(ran.report, 'system-b') }
}

test('a host on which a control fails goes no further, others do; it needs no exec of its own', async () => {
  const { code, told, a, b, stdout } = await play(AUDIT + LIMITS, '--yes')
  expect([code, a.status, b.status], stdout).toEqual([2, 'failed', 'changed'])
  expect(told).toContain('system-a enabled-running')
  expect(a).toMatchObject({ error: { code: 'controls-failing' }, changes: [], metrics: { execs: 1 } })
  expect(stdout).toContain('critical enabled-running: MPTCP is switched on')
  expect(stdout).toMatch(/^system-a : .*failed=1/m)
  await lab().exec('system-b', 'ip mptcp limits set subflows 2')
})

test('it judges what the tasks before it have made, guarded or not', async () => {
  for (const guard of ['off', '30s']) {
    const reset = 'sysctl -qw net.mptcp.enabled=0; rm -f /etc/sysctl.d/90-mptcp.conf'
    await lab().exec('system-a', reset)
    const { code, told, a, stdout } = await play(MEND + AUDIT, '--yes', '--guard', guard)
    expect([code, a.status, told.filter((one) => !one.endsWith('(spared)'))], stdout).toEqual([0, 'changed', []])
  }
})

test('check mode judges hosts that nothing would change, and no others', async () => {
  const failing = await play(AUDIT, '--check')
  expect([failing.code, failing.told]).toEqual([2, expect.arrayContaining(['system-a enabled-running'])])
  const mended = await play(MEND + AUDIT, '--check')
  expect([mended.code, mended.a.status], mended.stdout).toEqual([0, 'changed'])
  expect(mended.stdout).toContain('judges what the changes before it make')
  expect((await lab().exec('system-a', 'sysctl -n net.mptcp.enabled')).stdout.trim()).toBe('0')
})
