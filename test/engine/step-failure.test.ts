import { expect, test } from 'vitest'
import { explainStepFailure } from '../../src/engine/script/step-failure.ts'
import type { Step } from '../../src/model/change.ts'

const APT: Step = {
  kind: 'run',
  argv: [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=120',
    'install',
    '-y',
    'mptcpize',
  ],
}
const WRITE: Step = { kind: 'write', path: '/etc/x', bytes: '', mode: '644', owner: 'root', group: 'root' }
const NMCLI: Step = { kind: 'run', argv: ['nmcli', 'connection', 'modify', 'eth0', 'connection.mptcp-flags', '0x1e'] }
const DNF: Step = { kind: 'run', argv: ['dnf', '-y', '-q', 'install', 'mptcpd'] }

test.each([
  [WRITE, 'base64: write error: No space left on device\ncannot write /etc/.x.R', 'no space is left on the disk'],
  [WRITE, 'sh: 17: cannot create /etc/.x.R: Read-only file system', 'the file system is read-only'],
  [WRITE, '/etc/x is a symbolic link: refused', null],
  [APT, "E: Package 'mptcpize' has no installation candidate", 'no package source of the host has it'],
  [APT, 'E: Unable to locate package mptcpize', 'no package source of the host has it'],
  [
    APT,
    "E: Failed to fetch http://x/y.deb  Temporary failure resolving 'x'",
    'a package source of the host cannot be reached',
  ],
  [
    APT,
    'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1',
    'another package manager is at work',
  ],
  [DNF, 'Error: Unable to find a match: mptcpd', 'no package source of the host has it'],
  [NMCLI, 'Error: NetworkManager is not running.', 'NetworkManager does not run'],
])('%o: %s', (step, stderr, why) => {
  const found = explainStepFailure(step, { stdout: '', stderr: `${stderr}\n` })
  expect(found).toMatchObject({ why, detail: stderr })
  expect(found.hint === '').toBe(why === null)
})

test('a command is named without the surroundings that it was given', () => {
  expect(explainStepFailure(APT, { stdout: '', stderr: '' }).what).toBe('apt-get install -y mptcpize')
  expect(explainStepFailure(NMCLI, { stdout: '', stderr: '' }).what).toBe(
    'nmcli connection modify eth0 connection.mptcp-flags 0x1e',
  )
})

test('of chatter on stdout only the end is kept, more of it where stderr is empty', () => {
  const stdout = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n')
  const beside = explainStepFailure(APT, { stdout, stderr: 'E: broken' }).detail.split('\n')
  expect([beside[0], beside.length, beside.at(-1)]).toEqual(['E: broken', 11, 'line 99'])
  expect(explainStepFailure(APT, { stdout, stderr: '' }).detail.split('\n')).toHaveLength(40)
})
