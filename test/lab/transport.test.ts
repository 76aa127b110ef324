/** The SSH transport against a real sshd, real sudo and real login shells. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sshArguments } from '../../src/lab/ssh.ts'
import { LAB_PASSWORD, LAB_USERS } from '../../src/lab/image-recipe.ts'
import type { HostSpec } from '../../src/lab/topology.ts'
import type { HostError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import { parseKnownHosts, renderKnownHost } from '../../src/transport/known-hosts.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { ExecRequest, ExecResult, Session } from '../../src/transport/types.ts'
import { withLab } from './support/pair-lab.ts'
import { keyPair, request, targetOf } from '../transport/support.ts'
import type { ConnectionParts } from '../transport/support.ts'

const SHELLS = ['bash', 'dash', 'zsh', 'fish']
const HOST = 'target'
const work = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-transport-'))
const transport = createSshTransport({ env: {}, connectTimeoutMs: 2500, connectRetries: 0 })
const lab = withLab({
  name: 'transport',
  links: {},
  middleboxes: [],
  hosts: {
    [HOST]: {
      kind: 'systemd',
      groups: [],
      sysctl: {},
      packages: { absent: [], present: [] },
      readOnly: [],
      files: {},
      users: [...SHELLS.map((shell) => user(`u-${shell}`, 'password', shell)), user('powerless', 'none')],
    },
  },
})
afterAll(async () => {
  await transport.close()
  rmSync(work, { recursive: true })
})

function user(name: string, sudo: 'none' | 'password', shell = 'bash'): HostSpec['users'][number] {
  return { name, password: 'user-password', sudo, shell: `/bin/${shell}` }
}

async function onHost(command: string): Promise<string> {
  const { rc, stdout, stderr } = await lab().exec(HOST, command)
  if (rc !== 0) throw new Error(`${command}: ${stderr}`)
  return stdout
}

function connect(more: ConnectionParts = {}): Promise<Session> {
  const host = lab().hosts[0]!
  return transport.connect(
    targetOf({
      address: host.address,
      port: host.port,
      privateKeyFile: lab().keyFile,
      ssh: { hostKeyChecking: 'strict', userKnownHostsFiles: [lab().knownHostsFile] },
      ...more,
    }),
    new AbortController().signal,
  )
}

async function exec(script: string, connection: ConnectionParts = {}, more: Partial<ExecRequest> = {}) {
  const session = await connect(connection)
  try {
    return await session.exec(request(script, more))
  } finally {
    await session.close()
  }
}

const sudo = (user: string, password: string | null): ConnectionParts => ({
  user,
  become: { user: 'root', password: password === null ? null : new Secret(password) },
})

async function failureOf(promise: Promise<unknown>): Promise<HostError> {
  return promise.then(
    () => expect.fail('should have failed'),
    (error: HostError) => error,
  )
}

const exited = (stdout: string, rc = 0, stderr = ''): ExecResult => ({ end: 'exited', rc, stdout, stderr })

describe('reaching a host', () => {
  it('connects with a key and tells the script how it was reached', async () => {
    const session = await connect()
    const result = await session.exec(request('id -un; echo "$MPTCP_FLEET_SSH"; echo err >&2; exit 5'))
    expect(result).toMatchObject({ end: 'exited', rc: 5, stderr: 'err\n' })
    expect(result.stdout).toMatch(new RegExp(`^root\n\\S+ \\d+ ${lab().hosts[0]!.address} 22\n$`))
    const usage = session.usage()
    expect(usage.execs).toBe(1)
    expect(usage.bytesReceived).toBeGreaterThan(1000)
    await session.close()
  })

  it('connects with a password, and names the methods where it is wrong', async () => {
    const connection = { user: LAB_USERS.withPassword, privateKeyFile: null }
    const right = { ...connection, password: new Secret(LAB_PASSWORD) }
    expect(await exec('id -un', right)).toEqual(exited(`${LAB_USERS.withPassword}\n`))
    const { data } = await failureOf(connect({ ...connection, password: new Secret('nonsense') }))
    expect(data.code).toBe('auth')
    expect(data.detail).toContain('tried: password')
    expect(data.detail).toMatch(/the server takes: .*publickey/)
  })

  it('answers PAM, where the server asks by keyboard-interactive alone', async () => {
    const config = 'UsePAM yes\\nPasswordAuthentication no\\nKbdInteractiveAuthentication yes\\n'
    const reload = 'kill -HUP $(cat /run/sshd.pid)'
    await onHost(`printf '${config}' > /etc/ssh/sshd_config.d/00-kbd.conf && ${reload}`)
    const connection = { user: LAB_USERS.withPassword, privateKeyFile: null }
    const right = { ...connection, password: new Secret(LAB_PASSWORD) }
    await expect.poll(() => exec('id -un', right).catch(() => null)).toEqual(exited(`${LAB_USERS.withPassword}\n`))
    const { data } = await failureOf(connect({ ...connection, password: new Secret('nonsense') }))
    expect(data.code).toBe('auth')
    expect(data.detail).toContain('tried: keyboard-interactive')
    expect(data.detail).not.toMatch(/the server takes: .*password/)
    await onHost(`rm /etc/ssh/sshd_config.d/00-kbd.conf && ${reload}`)
    await expect.poll(() => exec('true', right).catch(() => null)).toMatchObject({ rc: 0 })
  })

  it('refuses a wrong key', async () => {
    const wrong = path.join(work, 'wrong')
    writeFileSync(wrong, keyPair().private)
    const { data } = await failureOf(connect({ privateKeyFile: wrong }))
    expect(data).toMatchObject({ code: 'auth', summary: expect.stringContaining(`root@${lab().hosts[0]!.address}:22`) })
  })

  it('refuses an unknown and a changed host key', async () => {
    const { address } = lab().hosts[0]!
    const file = path.join(work, 'known_hosts')
    writeFileSync(file, '')
    const unknown = await failureOf(connect({ ssh: { hostKeyChecking: 'strict', userKnownHostsFiles: [file] } }))
    expect(unknown).toMatchObject({ outcome: 'unreachable', data: { code: 'host-key-unknown' } })
    const type = parseKnownHosts(await onHost('cat /etc/ssh/ssh_host_ed25519_key.pub | sed "s/^/h /"'), 'h')[0]!
    expect(unknown.data.detail).toContain(renderKnownHost(address, type.key))
    writeFileSync(file, `# old\n${renderKnownHost(address, Buffer.from(keyPair().public.split(' ')[1]!, 'base64'))}`)
    const changed = await failureOf(connect({ ssh: { hostKeyChecking: 'strict', userKnownHostsFiles: [file] } }))
    expect(changed).toMatchObject({ outcome: 'unreachable', data: { code: 'host-key-changed' } })
    expect(changed.data.detail).toContain(`${file}:2`)
    await expect(exec('true', { ssh: { hostKeyChecking: 'off' } })).resolves.toMatchObject({ rc: 0 })
  })

  it('tells a closed port from one that drops', async () => {
    expect((await failureOf(connect({ port: 2222 }))).data.code).toBe('refused')
    await onHost(
      "nft 'add table inet t; add chain inet t in { type filter hook input priority 0; }; " +
        "add rule inet t in tcp dport 2223 drop'",
    )
    expect((await failureOf(connect({ port: 2223 }))).data.code).toBe('timeout')
    await onHost('nft delete table inet t')
  })

  it('gives up on a frozen host, before and in mid-script', async () => {
    const impatient = createSshTransport({ env: {}, keepaliveIntervalMs: 500, keepaliveCount: 2 })
    const { connection } = targetOf({ address: lab().hosts[0]!.address, privateKeyFile: lab().keyFile })
    const session = await impatient.connect(targetOf(connection), new AbortController().signal)
    const running = session.exec(request('echo begun; sleep 60', { onLine: () => void lab().freeze(HOST) }))
    expect(await running).toMatchObject({ end: 'lost', stdout: 'begun\n' })
    expect((await failureOf(connect())).data.code).toBe('timeout')
    await lab().thaw(HOST)
    await impatient.close()
    expect(await exec('echo on')).toEqual(exited('on\n'))
  })

  it('makes many connections to one host without being dropped', async () => {
    const results = await Promise.all(Array.from({ length: 25 }, () => exec('echo here')))
    expect(new Set(results.map((r) => r.stdout))).toEqual(new Set(['here\n']))
  })
})

describe('become', () => {
  const { withPassword, withoutPassword } = LAB_USERS

  it('raises privileges with and without a password', async () => {
    const script = 'id -un; echo "$MPTCP_FLEET_SSH" | wc -w; echo err >&2; exit 4'
    const expected = exited('root\n4\n', 4, 'err\n')
    expect(await exec(script, sudo(withPassword, LAB_PASSWORD))).toEqual(expected)
    expect(await exec(script, sudo(withoutPassword, null))).toEqual(expected)
    expect(await exec(script, sudo(withoutPassword, 'not asked for'))).toEqual(expected)
  })

  it('becomes another user than root, and none where it is that user already', async () => {
    expect(await exec('id -un', { become: { user: withoutPassword, password: null } })).toEqual(exited('nopw\n'))
    expect(await exec('id -un; ps -eo comm | grep -c "^sudo"', sudo('root', null))).toEqual(exited('root\n0\n', 1))
    expect(await exec('id -un', sudo(withPassword, null), { become: false })).toEqual(exited('operator\n'))
  })

  it.each([
    ['a wrong password', withPassword, 'nonsense', 'become-password-wrong'],
    ['no password where one is asked for', withPassword, null, 'become-password-missing'],
    ['a user without rights', 'powerless', 'user-password', 'become-not-allowed'],
  ])('fails with %s', async (_, user, password, code) => {
    expect(await failureOf(exec('id', sudo(user, password)))).toMatchObject({ outcome: 'failed', data: { code } })
  })

  it('fails where one try is all that sudo grants', async () => {
    await onHost('echo "Defaults passwd_tries=1" > /etc/sudoers.d/tries')
    const error = await failureOf(exec('id', sudo(withPassword, 'nonsense')))
    await onHost('rm /etc/sudoers.d/tries')
    expect(error.data.code).toBe('become-password-wrong')
  })

  it('fails where sudo wants a terminal, where the user is not there, and where sudo is not', async () => {
    await onHost(`echo "Defaults:${withoutPassword} requiretty" > /etc/sudoers.d/tty`)
    const tty = await failureOf(exec('id', sudo(withoutPassword, null)))
    await onHost('rm /etc/sudoers.d/tty')
    expect(tty.data.code).toBe('become-requires-tty')
    const nobody = { user: withoutPassword, become: { user: 'no-such-user', password: null } }
    expect((await failureOf(exec('id', nobody))).data.code).toBe('become-user-unknown')
    await onHost('mv /usr/bin/sudo /usr/bin/sudo.away')
    const missing = await failureOf(exec('id', sudo(withoutPassword, null)))
    await onHost('mv /usr/bin/sudo.away /usr/bin/sudo')
    expect(missing.data.code).toBe('become-missing')
  })
})

describe('login shells', () => {
  const LOGIN_FILES: Record<string, string> = {
    bash: '.bashrc',
    dash: '.ssh/rc',
    zsh: '.zshenv',
    fish: '.config/fish/config.fish',
  }
  const NOISE = `echo noise; echo noise >&2; seq 1 3000; printf 'no end'; printf 'nor here' >&2\n`

  async function writeLoginFile(shell: string, content: string): Promise<void> {
    const file = `/home/u-${shell}/${LOGIN_FILES[shell]}`
    const command = `mkdir -p "$(dirname ${file})" && cat > ${file} && chmod -R a+rX ${file}`
    expect((await lab().exec(HOST, command, { input: content })).rc).toBe(0)
  }

  it.each(SHELLS)('runs the script and nothing else under %s with noisy login files', async (shell) => {
    await writeLoginFile(shell, NOISE)
    const script = 'id -un; printf "%s" "$MPTCP_FLEET_SSH" | wc -w; echo err >&2; exit 3'
    const user = `u-${shell}`
    expect(await exec(script, { user })).toEqual(exited(`${user}\n4\n`, 3, 'err\n'))
    expect(await exec(script, sudo(user, 'user-password'))).toEqual(exited('root\n4\n', 3, 'err\n'))
    expect(await exec('sleep 40', { user }, { timeoutSeconds: 1 })).toMatchObject({ end: 'timed-out', stdout: '' })
  })

  it.each(SHELLS)("does so over OpenSSH's client under %s", async (shell) => {
    const user = `u-${shell}`
    const given = sshArguments(lab(), HOST, user)
    const openssh = [...given.slice(0, -1), '--', given.at(-1)!]
    const script = 'id -un; echo "$((2+2))"; echo err >&2; exit 3'
    expect(await exec(script, { user, openssh })).toEqual(exited(`${user}\n4\n`, 3, 'err\n'))
    const root = { ...sudo(user, 'user-password'), openssh }
    expect(await exec(script, root)).toEqual(exited('root\n4\n', 3, 'err\n'))
    expect(await exec('exit 255', root)).toEqual(exited('', 255))
    expect(await exec('sleep 40', root, { timeoutSeconds: 1 })).toMatchObject({ end: 'timed-out', stdout: '' })
    const wrong = await failureOf(exec('id', { ...sudo(user, 'nonsense'), openssh }))
    expect(wrong.data.code).toBe('become-password-wrong')
  })

  it('says so where the login shell refuses, hangs, or never stops talking', async () => {
    await onHost('usermod -s /usr/sbin/nologin powerless')
    const refused = await failureOf(exec('id', { user: 'powerless' }))
    expect(refused.data).toMatchObject({ code: 'login-shell', detail: expect.stringContaining('not available') })
    await writeLoginFile('bash', 'echo wait; sleep 40\n')
    const hasty = createSshTransport({ env: {}, loginTimeoutMs: 1000 })
    const { connection } = targetOf({ user: 'u-bash', address: lab().hosts[0]!.address, privateKeyFile: lab().keyFile })
    const session = await hasty.connect(targetOf(connection), new AbortController().signal)
    const hanging = await failureOf(session.exec(request('id')))
    expect(hanging.data).toMatchObject({ code: 'timed-out', detail: expect.stringContaining('wait') })
    await hasty.close()
    await writeLoginFile('bash', 'yes\n')
    const flooding = await failureOf(exec('id', { user: 'u-bash' }))
    expect(flooding).toMatchObject({ outcome: 'failed', data: { code: 'output-cap' } })
    await writeLoginFile('bash', '')
  })

  it('says so where the host has no timeout command', async () => {
    await onHost('mv /usr/bin/timeout /usr/bin/timeout.away')
    const error = await failureOf(exec('id'))
    await onHost('mv /usr/bin/timeout.away /usr/bin/timeout')
    expect(error).toMatchObject({ outcome: 'failed', data: { code: 'timeout-missing' } })
  })
})

describe('scripts', () => {
  const asRoot: ConnectionParts = {}
  const ways: [string, ConnectionParts][] = [
    ['root', asRoot],
    ['sudo', sudo(LAB_USERS.withPassword, LAB_PASSWORD)],
  ]

  it.each(ways)('takes a script of 5 MB as %s', async (_, connection) => {
    const line = `: ${'x'.repeat(1000)}\n`
    expect(await exec(`${line.repeat(5000)}echo end`, connection)).toEqual(exited('end\n'))
  })

  it.each(ways)('brings 20 MB of output as %s', async (_, connection) => {
    const result = await exec('head -c 20000000 /dev/zero | tr "\\0" x', connection, { outputCap: 30_000_000 })
    expect(result).toMatchObject({ end: 'exited', rc: 0 })
    expect(result.stdout).toHaveLength(20_000_000)
  })

  it('decodes characters that are cut between chunks', async () => {
    const result = await exec(
      "i=0; while [ $i -lt 20 ]; do printf '\\342'; sleep 0.02; printf '\\202\\254'; i=$((i+1)); done",
    )
    expect(result.stdout).toBe('€'.repeat(20))
    expect((await exec('yes é€𝄞 | head -100000')).stdout).toBe('é€𝄞\n'.repeat(100_000))
  })

  it.each(ways)('stops a flood at the cap as %s', async (_, connection) => {
    const result = await exec('exec yes', connection, { outputCap: 100_000 })
    expect(result.end).toBe('output-cap')
    expect(result.stdout).toHaveLength(100_000)
  })

  it('ends when called off', async () => {
    const controller = new AbortController()
    const started = performance.now()
    const result = await exec(
      'echo begun; sleep 20',
      {},
      { signal: controller.signal, onLine: () => controller.abort() },
    )
    expect(result).toEqual({ end: 'aborted', rc: null, stdout: 'begun\n', stderr: '' })
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it.each(ways)('leaves nothing of a script behind once its time is over, as %s', async (_, connection) => {
    const mark = 70_000 + Math.floor(Math.random() * 10_000)
    const stubborn = `(trap '' TERM HUP; sleep ${mark}; sleep ${mark}) &`
    const polite = `trap '' HUP PIPE\n${stubborn}\necho begun; sleep ${mark} </dev/null`
    const started = performance.now()
    expect(await exec(polite, connection, { timeoutSeconds: 2 })).toMatchObject({ end: 'timed-out', stdout: 'begun\n' })
    expect(performance.now() - started).toBeLessThan(6000)
    const deaf = `trap '' TERM HUP PIPE\n${stubborn}\nsleep ${mark}; sleep ${mark}`
    expect(await exec(deaf, connection, { timeoutSeconds: 1 })).toMatchObject({ end: 'timed-out' })
    expect(await onHost(`ps -eo args | grep '[s]leep ${mark}' || true`)).toBe('')
  })

  it.each(ways)('is lost when sshd dies in mid-script, which runs on, as %s', async (name, connection) => {
    const file = `/run/survived-${name}`
    const script = `trap '' HUP PIPE
echo begun
p=$PPID
until grep -q ^sshd /proc/$p/comm; do p=$(ps -o ppid= -p $p | tr -d ' '); done
kill -9 $p
sleep 1; echo more; echo more >&2; echo survived > ${file}`
    const started = performance.now()
    expect(await exec(script, connection)).toMatchObject({ end: 'lost', rc: null, stdout: 'begun\n' })
    expect(performance.now() - started).toBeLessThan(5000)
    await expect.poll(() => onHost(`cat ${file} || true`), { timeout: 5000 }).toBe('survived\n')
  })

  it('does not wait for a program that the script left behind with its output open', async () => {
    const started = performance.now()
    expect(await exec('setsid sleep 300 & echo done')).toEqual(exited('done\n'))
    expect(performance.now() - started).toBeLessThan(8000)
    await onHost("kill $(ps -eo pid,args | awk '/[s]leep 300/ {print $1}')")
  })
})
