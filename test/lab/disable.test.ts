/** From stock to paired, verified, switched off for good, and paired again: each by its playbook. */
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

const root = path.resolve(import.meta.dirname, '../..')
const HOSTS = ['system-a', 'system-b']

function run(verb: 'plan' | 'apply', playbook: string, ...flags: string[]): ReturnType<typeof reported> {
  const inventories = ['-i', path.join(root, 'inventories/pair.yml'), '-i', lab().inventoryFile]
  return reported(work.folder, [verb, ...inventories, playbook, ...flags])
}

const playbook = (name: string): string => path.join(root, 'playbooks', name)

/** Everything of this tool's that could be on a host, as lines. */
const OURS = `
sysctl net.mptcp.enabled
ip mptcp limits
ip mptcp endpoint
systemctl list-unit-files 'mptcp*' --no-legend
ls -d /usr/local/libexec/mptcp-fleet /run/mptcp-fleet 2>/dev/null
find /etc -xdev -name '*mptcp*' -printf '%p %m\\n'
grep -v '^#' /etc/sysctl.d/90-mptcp.conf 2>/dev/null`

const SERVICE = `[Service]
ExecStart=/usr/bin/python3 -m http.server 8080 --directory /srv
[Install]
WantedBy=multi-user.target`

async function shell(host: string, line: string): Promise<string> {
  const result = await lab().exec(host, line)
  expect(result, line).toMatchObject({ rc: 0 })
  return result.stdout
}

const changes = (result: Awaited<ReturnType<typeof run>>): [string, string, string][] =>
  result.report.hosts.flatMap((host) =>
    host.changes.map((change): [string, string, string] => [host.name, change.fact, change.status]),
  )

test('verify on stock hosts: all that is missing is told, nothing is applied', async () => {
  const before = await shell('system-b', `${OURS}; true`)
  const plan = await run('plan', playbook('verify.yml'), '--detailed-exitcode')
  expect(plan.code).toBe(3)
  const applied = await run('apply', playbook('verify.yml'), '--yes')
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(applied.report.hosts.map(({ status }) => status)).toEqual(['changed', 'changed'])
  expect(changes(applied).length).toBeGreaterThan(4)
  expect(new Set(changes(applied).map(([, , status]) => status))).toEqual(new Set(['planned']))
  expect(await shell('system-b', `${OURS}; true`)).toBe(before)
})

test('paired and with a wrapped service, verify has nothing to say', async () => {
  await shell(
    'system-b',
    `cat >/etc/systemd/system/web.service <<'X'\n${SERVICE}\nX\nsystemctl enable --now web.service 2>&1`,
  )
  const wrap = work.write(
    'wrap.yml',
    '- hosts: system-b\n  become: true\n  tasks:\n    - mptcp_service: { unit: web.service }\n',
  )
  for (const file of [playbook('pair.yml'), wrap]) {
    const applied = await run('apply', file, '--yes')
    expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  }
  expect(await shell('system-b', 'ss -HMln')).toContain(':8080')
  const verified = await run('apply', playbook('verify.yml'), '--detailed-exitcode')
  expect({ code: verified.code, changes: changes(verified) }).toEqual({ code: 0, changes: [] })
})

test('verify finds what drifted', async () => {
  await shell('system-a', 'ip mptcp limits set subflows 0')
  const result = await run('apply', playbook('verify.yml'))
  expect(changes(result)).toEqual([['system-a', 'limits/subflows', 'planned']])
  expect(await shell('system-a', 'ip mptcp limits')).toContain('subflows 0')
})

test('MPTCP is not switched off under a wrapped service', async () => {
  const off = work.write(
    'off.yml',
    '- hosts: all\n  become: true\n  tasks:\n    - mptcp_enabled: { state: disabled }\n',
  )
  const result = await run('plan', off)
  expect(result.code).toBe(2)
  const failed = result.report.hosts.find(({ name }) => name === 'system-b')
  expect(failed?.error).toMatchObject({ code: 'units-wrapped' })
  expect(failed?.error?.summary).toContain('web.service')
})

test('disable takes everything back, and a second time changes nothing', async () => {
  const applied = await run('apply', playbook('disable.yml'), '--yes')
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  // The service goes on as plain TCP.
  expect(await shell('system-b', 'ss -HMln; ss -Htln')).toMatch(/:8080/)
  expect(await shell('system-b', 'ss -HMln')).not.toContain(':8080')
  const again = await run('apply', playbook('disable.yml'), '--yes')
  expect({ code: again.code, changes: changes(again) }).toEqual({ code: 0, changes: [] })
})

test('after a reboot nothing of it is there but the file that says so', async () => {
  await Promise.all(HOSTS.map((host) => lab().reboot(host)))
  for (const host of HOSTS) {
    expect(
      (await lab().exec(host, OURS)).stdout
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      'net.mptcp.enabled = 0',
      'add_addr_accepted 0 subflows 2',
      '/etc/sysctl.d/90-mptcp.conf 644',
      'net.mptcp.enabled = 0',
    ])
  }
  const again = await run('plan', playbook('disable.yml'), '--detailed-exitcode')
  expect({ code: again.code, changes: changes(again) }).toEqual({ code: 0, changes: [] })
})

test('and they pair again, with proof', async () => {
  const applied = await run('apply', playbook('pair.yml'), '--yes')
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(applied.report.trials.map(({ verdict }) => verdict)).toEqual(['pass'])
})
