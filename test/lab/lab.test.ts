/** The lab itself: hosts that are real, reboots that reset, faults that bite, and nothing left afterwards. */
import { expect, test } from 'vitest'
import { LAB_PASSWORD } from '../../src/lab/image-recipe.ts'
import { ssh } from './support/machine.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()

test('ssh answers with the keys in the lab’s files, for root and for both users', async () => {
  for (const host of ['system-a', 'system-b']) {
    expect((await ssh(lab(), host, 'hostname; id -un')).stdout).toBe(`${host}\nroot\n`)
  }
  const line = `echo ${LAB_PASSWORD} | sudo -S -p '' id -un`
  const operator = await ssh(lab(), 'system-a', line, 'operator')
  expect(operator.stdout).toBe('root\n')
  expect(operator.stderr).toBe('')
  expect((await ssh(lab(), 'system-a', 'sudo -k; sudo -n id -un', 'operator')).rc).toBe(1)
  expect((await ssh(lab(), 'system-a', 'sudo -n id -un', 'nopw')).stdout).toBe('root\n')
})

test('the hosts are stock: MPTCP off, mptcpize not installed but installable, NetworkManager in charge', async () => {
  const { stdout } = await lab().exec(
    'system-a',
    `cat /proc/sys/net/mptcp/enabled; command -v mptcpize; ip -4 -br addr show dev eth0; ip -4 -br addr show dev wlan0
     nmcli -t -f DEVICE,STATE,CONNECTION device; systemctl is-system-running; ip route show default; ls /boot`,
  )
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').trim())
  expect(lines).toEqual([
    '0',
    expect.stringMatching(/^eth0@if\d+ UP 192\.0\.2\.10\/24$/),
    expect.stringMatching(/^wlan0@if\d+ UP 198\.51\.100\.10\/24$/),
    'eth0:connected:eth0',
    'wlan0:connected:wlan0',
    'lo:connected (externally):lo',
    'mgmt0:unmanaged:',
    'running',
    expect.stringMatching(/^config-/),
  ])
  const install = await lab().exec('system-b', 'apt-get install -y -qq mptcpize >&2 && mptcpize --help')
  expect(install.stdout).toContain('mptcpize')
})

test('both links carry traffic at about their rate, and the management links do not meet', async () => {
  const receiver = lab().exec('system-b', [
    'python3',
    '-c',
    `import socket,time
s=socket.create_server(('192.0.2.20',5001)); c,_=s.accept(); n=0; t=time.time()
while d:=c.recv(1<<20): n+=len(d)
print(n*8/(time.time()-t)/1e6)`,
  ])
  const sender = `import socket,time
for _ in range(50):
  try: s=socket.create_connection(('192.0.2.20',5001)); break
  except OSError: time.sleep(.1)
s.sendall(bytes(12_000_000))`
  await lab().exec('system-a', ['python3', '-c', sender])
  const rate = Number((await receiver).stdout)
  expect(rate).toBeGreaterThan(60)
  expect(rate).toBeLessThan(110)
  const other = lab().hosts.find((host) => host.name === 'system-b')!.address
  expect((await lab().exec('system-a', ['ping', '-c', '1', '-W', '1', other])).rc).not.toBe(0)
  expect((await lab().exec('system-a', ['ping', '-c', '1', '-W', '1', '198.51.100.20'])).rc).toBe(0)
})

test('a reboot resets what the kernel holds and keeps files, addresses and host key', async () => {
  await lab().exec('system-a', 'ip mptcp limits set subflows 5; sysctl -w net.mptcp.enabled=1; echo kept > /root/kept')
  const before = (await lab().exec('system-a', 'cat /proc/sys/kernel/random/boot_id /etc/machine-id; date +%s')).stdout
  await lab().reboot('system-a')
  const { stdout } = await lab().exec(
    'system-a',
    'ip mptcp limits; cat /proc/sys/net/mptcp/enabled /root/kept; ip -4 -o addr show dev wlan0 | grep -c 198.51.100.10',
  )
  expect(stdout).toBe('add_addr_accepted 0 subflows 2 \n0\nkept\n1\n')
  expect((await lab().exec('system-a', 'cat /etc/machine-id')).stdout).toBe(`${before.split('\n')[1]}\n`)
  expect((await ssh(lab(), 'system-a', 'systemctl is-system-running')).stdout).toBe('running\n')
  expect((await lab().exec('system-a', ['ping', '-c', '1', '-W', '1', '192.0.2.20'])).rc).toBe(0)
})

test('a frozen host answers nothing until it is thawed, and its peer goes on', async () => {
  await lab().freeze('system-b')
  expect((await ssh(lab(), 'system-b', 'true')).rc).toBe(255)
  expect((await ssh(lab(), 'system-a', 'true')).rc).toBe(0)
  await lab().thaw('system-b')
  expect((await ssh(lab(), 'system-b', 'true')).rc).toBe(0)
})

test('a frozen host can be rebooted', async () => {
  await lab().freeze('system-b')
  await lab().reboot('system-b')
  expect((await ssh(lab(), 'system-b', 'true')).rc).toBe(0)
})

test('unknown hosts and cards are named with what there is', async () => {
  await expect(lab().exec('system-c', 'true')).rejects.toThrow('no host system-c')
  expect(() => lab().portOf('system-a', 'eth9')).toThrow('no card eth9')
})
