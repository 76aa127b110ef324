/** Task mptcp_tools with the real dnf and rpm: package mptcpd from a repository, its daemon kept off. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { hostOf, reported, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'
import { changedFacts, playbookOf, roundTrip } from './support/round-trip.ts'

const lab = withLab(
  parseTopology('hosts: { rpm-host: { packages: { present: [dnf, rpm, createrepo-c] } } }\n', 'dnf.yml'),
)
const work = workFolder()
afterAll(() => work.remove())

const STATE = `
rpm -q mptcpd; ls /usr/bin/mptcpize 2>&1
systemctl is-enabled mptcp.service 2>&1; systemctl is-active mptcp.service`

beforeAll(async () => {
  const script = readFileSync(new URL('support/rpm-repository.sh', import.meta.url), 'utf8')
  const made = await lab().exec('rpm-host', script)
  expect(made.rc, made.stdout + made.stderr).toBe(0)
})

test('installs the package by dnf and keeps its daemon off; undo removes it', async () => {
  await roundTrip(lab(), work, STATE, {
    hosts: 'all',
    tasks: [{ mptcp_tools: {} }],
    facts: ['packages/mptcpd', 'unit/mptcp.service'],
    shows: [
      ['rpm-host', 'rpm -q mptcpd'],
      ['rpm-host', 'mptcpize --version'],
      ['rpm-host', 'test "$(systemctl is-enabled mptcp.service)" = disabled'],
      ['rpm-host', 'test "$(systemctl is-active mptcp.service)" = inactive'],
    ],
  })
})

test('the daemon is on where asked for, and the package can be removed', async () => {
  for (const params of [{ daemon: 'on' }, { state: 'absent' }]) {
    const file = playbookOf(work, 'all', [{ mptcp_tools: params }])
    const args = ['-i', lab().inventoryFile, file, '--yes']
    const applied = await reported(work.folder, ['apply', ...args])
    expect(applied.code, applied.stdout + applied.stderr).toBe(0)
    expect(changedFacts((await reported(work.folder, ['apply', ...args])).report)).toEqual([])
    const running = 'daemon' in params ? 'active' : 'inactive'
    expect((await lab().exec('rpm-host', 'systemctl is-active mptcp.service')).stdout.trim()).toBe(running)
  }
})

test('a repository without the package is told by dnf itself', async () => {
  await lab().exec('rpm-host', 'rm -rf /srv/repo/x86_64 && createrepo_c -q /srv/repo && dnf -q clean all')
  const file = playbookOf(work, 'all', [{ mptcp_tools: {} }])
  const applied = await reported(work.folder, ['apply', '-i', lab().inventoryFile, file, '--yes'])
  expect(applied.code).toBe(2)
  const { error } = hostOf(applied.report, 'rpm-host')
  expect(`${error?.summary}\n${error?.detail}`).toMatch(/mptcpd/)
  expect(error?.code).not.toBe('not-converged')
})
