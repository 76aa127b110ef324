/** Every fault and special wish that a topology can ask for, on small hosts. */
import { expect, test } from 'vitest'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { ssh } from './support/machine.ts'
import { withLab } from './support/pair-lab.ts'

const lab = withLab(
  parseTopology(
    `
hosts:
  full: {kind: light, disk: 16M}
  fixed: {kind: light, readOnly: [/etc]}
  bare: {kind: light, packages: {absent: [mptcpize, curl]}}
  rich:
    kind: light
    packages: {present: [mptcpize]}
    groups: [special]
    sysctl: {net.mptcp.enabled: 1, net.ipv4.conf.all.rp_filter: 1}
    users: [{name: extra, password: word, sudo: nopasswd, shell: /bin/dash}]
    files: {/root/.profile: "echo noise\\n", /usr/local/bin/tool: {content: "#!/bin/sh\\necho tool\\n", mode: "755"}}
  zsh: {kind: light, loginShell: zsh}
  fish: {kind: light, loginShell: fish}
  dash: {kind: light, loginShell: dash}
  mixed: {}
links:
  lan:
    mtu: 1400
    rate: 50mbit
    shaper: htb
    hosts:
      full: 192.0.2.1/24
      bare: 192.0.2.2/24
      rich: [192.0.2.3/24, "2001:db8::3/64"]
      mixed: {card: eth0, addresses: [192.0.2.4/24], networkManager: unmanaged}
  wan:
    hosts:
      mixed: {card: eth1, addresses: [198.51.100.4/24], gateway: 198.51.100.1}
      rich: {addresses: [198.51.100.3/24], state: down}
middleboxes:
  - host: bare
    nft: |
      table inet middlebox {
        chain strip {
          type filter hook prerouting priority raw
          tcp option mptcp exists counter reset tcp option mptcp
        }
      }
  - nft: |
      table bridge middlebox {
        chain lose { type filter hook forward priority 0; ip daddr 192.0.2.99 drop; }
      }
`,
    'faults.yml',
  ),
)

test('disk: writing more than its size fails, and a reboot keeps what was written', async () => {
  const write = await lab().exec('full', 'echo kept > /root/kept; dd if=/dev/zero of=/var/tmp/big bs=1M count=32 2>&1')
  expect(write.rc).not.toBe(0)
  expect(write.stdout).toContain('No space left on device')
  await lab().exec('full', 'rm /var/tmp/big')
  await lab().reboot('full')
  expect((await lab().exec('full', 'cat /root/kept')).stdout).toBe('kept\n')
})

test('readOnly: the folder cannot be written, others can', async () => {
  const write = await lab().exec('fixed', 'echo x > /etc/x; echo y > /var/tmp/y && echo fine')
  expect(write.stderr).toContain('Read-only file system')
  expect(write.stdout).toBe('fine\n')
})

test('packages: absent ones cannot be installed, present ones are there', async () => {
  const absent = await lab().exec('bare', 'command -v curl; apt-get install -y mptcpize 2>&1')
  expect(absent.rc).toBe(100)
  expect(absent.stdout).toContain("Package 'mptcpize' has no installation candidate")
  expect((await lab().exec('rich', 'command -v mptcpize')).stdout).toBe('/usr/bin/mptcpize\n')
})

test('sysctl, users, files and groups are as the topology says', async () => {
  const line = 'cat /proc/sys/net/mptcp/enabled /proc/sys/net/ipv4/conf/all/rp_filter; tool; getent passwd extra'
  const { stdout } = await lab().exec('rich', line)
  expect(stdout).toMatch(/^1\n1\ntool\nextra:.*:\/bin\/dash\n$/)
  expect((await ssh(lab(), 'rich', 'sudo -n id -un', 'extra')).stdout).toBe('root\n')
})

test.each(['zsh', 'fish', 'dash'])('loginShell: %s is the shell of root and of the users', async (shell) => {
  for (const user of ['root', 'operator', 'nopw']) {
    const { stdout } = await ssh(lab(), shell, 'echo $SHELL', user)
    expect(stdout).toBe(`/bin/${shell}\n`)
  }
})

test('links: card names, MTU, IPv6, cards that are down, unmanaged cards, gateways', async () => {
  const { stdout } = await lab().exec(
    'mixed',
    'cat /sys/class/net/eth0/mtu; nmcli -g GENERAL.STATE device show eth0; ip route show default; ping -c1 -W1 192.0.2.3 >&2; echo $?',
  )
  expect(stdout.split('\n')).toEqual([
    '1400',
    '10 (unmanaged)',
    expect.stringContaining('default via 198.51.100.1 dev eth1'),
    '0',
    '',
  ])
  expect((await lab().exec('rich', 'cat /sys/class/net/wan/operstate; ip -6 -o addr show dev lan')).stdout).toMatch(
    /^down\n.*2001:db8::3\/64/,
  )
})

test('middleboxes lie in the host’s namespace or in the switch, and outlast a reboot', async () => {
  expect((await lab().exec('bare', 'nft list table inet middlebox')).stdout).toContain('reset tcp option mptcp')
  expect((await lab().inSwitch(['nft', 'list', 'table', 'bridge', 'middlebox'])).stdout).toContain('192.0.2.99')
  await lab().reboot('bare')
  expect((await lab().exec('bare', 'nft list table inet middlebox')).stdout).toContain('reset tcp option mptcp')
})

test('shaping by htb is on the switch’s port, out of the host’s sight', async () => {
  const shown = await lab().inSwitch(['tc', 'qdisc', 'show', 'dev', lab().portOf('full', 'lan')])
  expect(shown.stdout).toContain('htb')
  expect((await lab().exec('full', 'tc qdisc show dev lan')).stdout).not.toContain('htb')
})
