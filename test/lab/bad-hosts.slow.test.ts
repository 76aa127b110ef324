/**
 * Hosts that are broken, odd, or in an attacker's hands: each run ends in its limits with a clear code and hint, the other
 * host goes on, nothing is left behind. Others of the kind: transport.test.ts (login shells, noise, floods, cut scripts),
 * broken-hosts.test.ts (hangs, losses), diagnosis.test.ts (full disks, package sources), refusals.test.ts (logins).
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { HostSpec } from '../../src/lab/topology.ts'
import type { HostError } from '../../src/model/errors.ts'
import type { StatusReport } from '../../src/model/status.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { ExecRequest } from '../../src/transport/types.ts'
import { request, targetOf } from '../transport/support.ts'
import { cli, hostOf, reported, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'

const USERS = ['forced', 'restricted', 'trickle', 'plain']
const spec = (kind: HostSpec['kind'], users: string[]): HostSpec => ({
  kind,
  groups: [],
  sysctl: {},
  packages: { absent: [], present: [] },
  readOnly: [],
  files: {},
  users: users.map((name) => ({ name, sudo: 'none', shell: '/bin/bash' })),
})
const lab = withLab({
  name: 'bad-hosts',
  links: {},
  middleboxes: [],
  hosts: { bad: spec('systemd', USERS), good: spec('light', []) },
})
const work = workFolder()
const transport = createSshTransport({ env: {}, connectTimeoutMs: 5000, connectRetries: 0, loginTimeoutMs: 2000 })
afterAll(async () => {
  await transport.close()
  work.remove()
})

/** Everything that must not reach a terminal or a file raw. */
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const ENABLE = { mptcp_enabled: {} }
const FILE = '/etc/sysctl.d/90-mptcp.conf'
const RESTORE = '/usr/local/libexec/mptcp-fleet'

async function on(host: 'bad' | 'good', command: string, input?: string): Promise<string> {
  const { rc, stdout, stderr } = await lab().exec(host, command, input === undefined ? {} : { input })
  if (rc !== 0) throw new Error(`${command}: ${rc} ${stderr}`)
  return stdout
}

/** Does damage to the bad host, works, and puts it right again. */
async function damaged<T>(damage: string, repair: string, act: () => Promise<T>): Promise<T> {
  await on('bad', damage)
  try {
    return await act()
  } finally {
    await on('bad', repair)
  }
}

function playbook(tasks: object[], head: object = {}): string {
  return work.write('play.yml', JSON.stringify([{ hosts: 'all', ...head, tasks }]))
}

async function apply(tasks: object[], more: string[] = []) {
  return await reported(work.folder, ['apply', '-i', lab().inventoryFile, playbook(tasks), '--yes', ...more])
}

/** What of runs is still on the bad host. */
async function leftOver(): Promise<string> {
  return await on(
    'bad',
    `find /run/mptcp-fleet /etc /usr/local -xdev \\( -path '/run/mptcp-fleet*' -o -name '.*.20*T*Z-*' \\) 2>/dev/null || :`,
  )
}

async function reset(): Promise<void> {
  for (const host of ['bad', 'good'] as const) await on(host, `/usr/sbin/sysctl -qw net.mptcp.enabled=0; rm -f ${FILE}`)
}

afterEach(async () => {
  await reset()
  expect(await leftOver()).toBe('')
})

interface Refusal {
  damage: string
  repair: string
  tasks?: object[]
  code: string
  says: RegExp
  hint: RegExp
  /** What must be as it was. */
  state?: string
}

const plant = (path: string): Pick<Refusal, 'damage' | 'repair' | 'state'> => ({
  damage: `mkdir -p $(dirname ${path}); echo mine >/root/victim; chmod 600 /root/victim; ln -s /root/victim ${path}`,
  repair: `rm -rf ${path} /root/victim`,
  state: `cat /root/victim; stat -c '%a %U' /root/victim; readlink ${path}`,
})

/** A program in the host's PATH that does something before the real one, once it is called with such an argument. */
const wrapper = (name: string, pattern: string, act: string): Pick<Refusal, 'damage' | 'repair'> => ({
  damage: `printf '%s\\n' '#!/bin/sh' 'case "$*" in ${pattern}) ${act};; esac' 'exec /usr/bin/${name} "$@"' >/usr/local/sbin/${name}; chmod 755 /usr/local/sbin/${name}`,
  repair: `rm -f /usr/local/sbin/${name}`,
})

describe('where nothing can be written, or something was planted', () => {
  const temporary = wrapper(
    'mkdir',
    '*/run/mptcp-fleet/2*',
    `for r; do :; done; ln -sf /root/victim ${FILE.replace('90', '.90')}.\${r##*/}.new`,
  )
  const copy = wrapper(
    'mkdir',
    '*/run/mptcp-fleet/2*',
    `for r; do :; done; ln -sf /root/victim ${FILE.replace('90', '.90')}.\${r##*/}`,
  )
  const links = `/etc/sysctl.d/.90-mptcp.conf.2*`
  const cases: Record<string, Refusal> = {
    'file systems that are read-only': {
      damage: 'for d in /etc /usr /var; do mount --bind $d $d && mount -o remount,bind,ro $d; done',
      repair: 'umount -l /etc /usr /var',
      code: 'command-failed',
      says: /the file system is read-only/,
      hint: /make it writable/,
    },
    'a file system without free inodes': {
      damage: 'mount -t tmpfs -o nr_inodes=1,size=1m tmpfs /etc/sysctl.d',
      repair: 'umount /etc/sysctl.d',
      code: 'command-failed',
      says: /no space is left on the disk/,
      hint: /inodes ran out \(df -i\)/,
    },
    'no inode for the copy of a file': {
      damage: `mount -t tmpfs -o nr_inodes=2,size=1m tmpfs /etc/sysctl.d; echo '# mine' >${FILE}`,
      repair: 'umount /etc/sysctl.d',
      code: 'not-prepared',
      says: /No space left on device/,
      hint: /df -i/,
    },
    'no inode below /run': {
      damage: 'mkdir -m 0700 /run/mptcp-fleet; mount -t tmpfs -o nr_inodes=1,mode=0700 tmpfs /run/mptcp-fleet',
      repair: 'umount /run/mptcp-fleet; rmdir /run/mptcp-fleet',
      code: 'no-lock',
      says: /is full or read-only/,
      hint: /df -i/,
    },
    'a link in the place of /run/mptcp-fleet': {
      damage: 'mkdir -m 0700 /root/victim; ln -s /root/victim /run/mptcp-fleet',
      repair: 'rm /run/mptcp-fleet; rmdir /root/victim',
      code: 'no-lock',
      says: /no symbolic link/,
      hint: /put in the way/,
      state: 'ls -A /root/victim',
    },
    'a folder of everyone in the place of /run/mptcp-fleet': {
      damage: 'mkdir -m 0777 /run/mptcp-fleet; chmod 777 /run/mptcp-fleet',
      repair: 'rmdir /run/mptcp-fleet',
      code: 'no-lock',
      says: /not a folder of this user alone/,
      hint: /put in the way/,
    },
    'a link in the place of the file': {
      ...plant(FILE),
      code: 'not-a-file',
      says: /is a symbolic link/,
      hint: /remove it/,
    },
    'a link in the place of the temporary': {
      damage: `${plant('/root/link').damage}; ${temporary.damage}`,
      repair: `${plant('/root/link').repair}; ${temporary.repair}; rm -f ${links}`,
      code: 'command-failed',
      says: /\.new is there already: refused/,
      hint: /^/,
      state: 'cat /root/victim; stat -c %a /root/victim',
    },
    'a link in the place of the copy': {
      damage: `echo '# mine' >${FILE}; ${plant('/root/link').damage}; ${copy.damage}`,
      repair: `${plant('/root/link').repair}; ${copy.repair}; rm -f ${links}`,
      code: 'not-prepared',
      says: /is there already: refused/,
      hint: /put in the way/,
      state: `cat /root/victim ${FILE}; stat -c %a /root/victim`,
    },
    'a link in the place of the restore script': {
      ...plant(`${RESTORE}/restore`),
      repair: `rm -rf ${RESTORE} /root/victim; rmdir --ignore-fail-on-non-empty /usr/local/libexec`,
      tasks: [{ mptcp_limits: { subflows: 3 } }],
      code: 'fact-unreadable',
      says: /restore is a symlink/,
      hint: /move it away/,
    },
    'a link in the place of its folder': {
      damage: `mkdir -p /usr/local/libexec /root/victim; ln -s /root/victim ${RESTORE}`,
      repair: `rm ${RESTORE}; rmdir /root/victim; rmdir --ignore-fail-on-non-empty /usr/local/libexec`,
      tasks: [{ mptcp_limits: { subflows: 3 } }],
      code: 'fact-unreadable',
      says: /is a symbolic link/,
      hint: /not followed/,
      state: 'ls -A /root/victim',
    },
  }

  test.each(Object.entries(cases))(
    '%s',
    async (_name, { damage, repair, tasks = [ENABLE], code, says, hint, state = ':' }) => {
      await damaged(damage, repair, async () => {
        const before = await on('bad', state)
        const { code: exit, report } = await apply(tasks)
        const { status, error } = hostOf(report, 'bad')
        expect({ exit, status, code: error?.code }, JSON.stringify(error)).toEqual({ exit: 2, status: 'failed', code })
        expect(`${error!.summary}\n${error!.detail}`).toMatch(says)
        expect(error!.hint).toMatch(hint)
        expect(hostOf(report, 'good').status).toBe('changed')
        expect(await on('bad', state)).toBe(before)
      })
      await on(
        'good',
        'ip mptcp limits set subflows 2; rm -rf /usr/local/libexec/mptcp-fleet /etc/systemd/system/mptcp-fleet.service /etc/systemd/system/multi-user.target.wants/mptcp-fleet.service',
      )
    },
  )
})

describe('an odd host', () => {
  /** Programs that speak another language unless they are told not to, and write 1,5 for 1.5. */
  const TRANSLATED = `mkdir -p /opt/odd
for p in ip ss systemctl nmcli sysctl stat grep sed readlink base64 mv; do
printf '%s\\n' '#!/bin/sh' 'case $LC_ALL in C|C.UTF-8) ;; *) echo "Fehler 1,5: unbekannt"; exit 3;; esac' "exec $(command -v $p) \\"\\$@\\"" >/opt/odd/$p
done
printf '%s\\n' '#!/bin/sh' 'echo called >>/root/date-called; echo "Do 1. Jan 1970"' >/opt/odd/date
chmod 755 /opt/odd/*`
  const SSHD = `SetEnv LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 LANGUAGE=de PATH=/opt/odd:/usr/bin:/bin TMPDIR=/nonexistent CDPATH=/opt POSIXLY_CORRECT=1 GREP_OPTIONS=-v IFS=o BASH_ENV=/etc/odd-env ENV=/etc/odd-env
Banner /etc/odd-banner
PrintMotd yes`
  const NOISE = `echo "READY 1 x"; echo "== limits 0"; printf '\\033[31m'; echo chatter >&2; alias ip=false; umask 000; set -o noclobber`

  beforeAll(async () => {
    await on('bad', TRANSLATED)
    await on('bad', 'cat >/etc/ssh/sshd_config.d/odd.conf', SSHD)
    await on('bad', 'tee /etc/odd-banner /etc/motd >/dev/null', 'Authorized use only\n'.repeat(200))
    await on('bad', 'tee -a /root/.bashrc /root/.profile /root/.bash_profile /etc/odd-env >/dev/null', `${NOISE}\n`)
    await on(
      'bad',
      `echo LC_ALL=de_DE.UTF-8 >>/etc/environment; systemctl reload ssh
mount -o remount,noexec /run; umount -l /tmp 2>/dev/null; mv /tmp /tmp.away; touch -d 2099-01-01 /etc/sysctl.d`,
    )
  })
  afterAll(async () => {
    await on(
      'bad',
      `mv /tmp.away /tmp; mount -o remount,exec /run; rm -rf /opt/odd /etc/ssh/sshd_config.d/odd.conf /etc/odd-* /root/.bashrc /root/.profile /root/.bash_profile
: >/etc/environment; : >/etc/motd; systemctl reload ssh`,
    )
  })

  test('is changed, verified, changed no more and rolled back like any other', async () => {
    const tasks = [ENABLE, { mptcp_limits: { subflows: 3, add_addr_accepted: 2 } }]
    const first = await apply(tasks)
    expect(first.code, first.stdout + first.stderr).toBe(0)
    expect(hostOf(first.report, 'bad')).toMatchObject({ status: 'changed', error: null })
    expect(await on('bad', 'ip mptcp limits; stat -c "%a %U" /etc/sysctl.d/90-mptcp.conf')).toMatch(
      /add_addr_accepted 2 subflows 3[^]*644 root/,
    )
    const again = await apply(tasks)
    expect(hostOf(again.report, 'bad')).toMatchObject({ status: 'ok', changes: [], metrics: { execs: 1 } })
    const back = await reported(work.folder, ['rollback', first.report.runId, '-i', lab().inventoryFile, '--yes'])
    expect({ code: back.code, status: hostOf(back.report, 'bad').status }).toEqual({ code: 0, status: 'changed' })
    expect(await on('bad', `ip mptcp limits; ls ${FILE} ${RESTORE} 2>/dev/null || :`)).toMatch(
      /accepted 0 subflows 2\s*$/,
    )
  })

  test('takes back by itself what a guarded run did not come to the end of', async () => {
    const tasks = [
      { command: { cmd: 'touch /run/odd-guarded', disruptive: true, undo: 'rm /run/odd-guarded' } },
      { command: { cmd: 'false', disruptive: true, undo: 'true' } },
    ]
    const { report } = await apply(tasks, ['--guard', '30', '--limit', 'bad'])
    expect(hostOf(report, 'bad')).toMatchObject({ status: 'rolled-back' })
    expect(await on('bad', 'ls /run/odd-guarded 2>/dev/null || echo gone')).toBe('gone\n')
  })

  test('whose user has no folder to keep a record in is told so', async () => {
    const inventory = work.write('plain.yml', JSON.stringify({ all: { hosts: { bad: { ansible_user: 'plain' } } } }))
    const play = playbook([{ command: 'id -un' }])
    const args = ['apply', '-i', lab().inventoryFile, '-i', inventory, play, '--yes', '--limit', 'bad']
    const { report } = await reported(work.folder, args)
    expect(hostOf(report, 'bad')).toMatchObject({
      status: 'failed',
      error: {
        code: 'no-lock',
        detail: expect.stringContaining('cannot be made'),
        hint: expect.stringContaining('look on the host'),
      },
    })
  })

  test('whose clock is far off is not asked for the time of day', async () => {
    // A lab host has this machine's clock, which is not to be set. Time is read of /proc/uptime alone, and host
    // certificates, which would care, are not supported.
    expect(await on('bad', 'cat /root/date-called 2>/dev/null || echo never')).toBe('never\n')
    expect(await on('bad', 'find /etc/sysctl.d -maxdepth 0 -newermt 2098-01-01')).toBe('')
  })
})

describe('a login that is no shell', () => {
  const reach = async (user: string) => {
    const inventory = work.write('user.yml', JSON.stringify({ all: { hosts: { bad: { ansible_user: user } } } }))
    const play = playbook([{ mptcp_available: {} }])
    const { code, report } = await reported(work.folder, ['plan', '-i', lab().inventoryFile, '-i', inventory, play])
    return { code, host: hostOf(report, 'bad'), good: hostOf(report, 'good') }
  }
  const GIT_SHELL = `printf '%s\\n' '#!/bin/sh' 'echo "fatal: unrecognized command: $2" >&2; exit 128' >/usr/local/bin/git-shell; chmod 755 /usr/local/bin/git-shell; echo /usr/local/bin/git-shell >>/etc/shells`

  test.each([
    ['nologin', 'usermod -s /usr/sbin/nologin restricted', /not available/],
    ['false', 'usermod -s /bin/false restricted', /exit status 1/],
    ['a restricted bash', 'ln -sf bash /bin/rbash; usermod -s /bin/rbash restricted', /restricted/],
    ['a shell for git alone', `${GIT_SHELL}; usermod -s /usr/local/bin/git-shell restricted`, /unrecognized command/],
    ['no program', 'usermod -s /nonexistent/shell restricted', /./],
    [
      'a forced command of the key',
      `sed -i 's/^/command="echo go away" /' ~restricted/.ssh/authorized_keys; usermod -s /bin/bash restricted`,
      /go away/,
    ],
  ])('%s', async (_name, prepare, says) => {
    await on('bad', prepare)
    const { code, host, good } = await reach('restricted')
    expect({ code, status: host.status }, JSON.stringify(host.error)).toEqual({ code: 4, status: 'unreachable' })
    expect(['login-shell', 'auth']).toContain(host.error?.code)
    expect(host.error!.detail).toMatch(says)
    expect(host.error!.hint).toMatch(/ssh -(v )?-?p/)
    expect(good.status).toBe('ok')
  })

  test('a forced command that runs what was asked for is none', async () => {
    await on(
      'bad',
      `printf '%s\\n' 'Match User forced' '  ForceCommand sh -c "$SSH_ORIGINAL_COMMAND"' >/etc/ssh/sshd_config.d/forced.conf; systemctl reload ssh`,
    )
    expect((await reach('forced')).host).toMatchObject({ status: 'ok', error: null })
  })
})

/** Execs over a transport whose patience is short. */
async function exec(user: string, script: string, more: Partial<ExecRequest> = {}) {
  const host = lab().hosts.find(({ name }) => name === 'bad')!
  const { signal } = new AbortController()
  const ssh = { hostKeyChecking: 'strict' as const, userKnownHostsFiles: [lab().knownHostsFile] }
  const session = await transport.connect(
    targetOf({ address: host.address, user, privateKeyFile: lab().keyFile, ssh }),
    signal,
  )
  try {
    return await session.exec(request(script, { timeoutSeconds: 2, ...more }))
  } finally {
    await session.close()
  }
}

async function force(command: string): Promise<void> {
  await on(
    'bad',
    // sshd closes its socket and starts anew some time after it was told to.
    `printf '%s\\n' 'Match User trickle' "  ForceCommand $(cat)" >/etc/ssh/sshd_config.d/trickle.conf; systemctl reload ssh
sleep 0.5; for i in 1 2 3 4 5 6 7 8 9; do ss -Hltn 'sport = 22' | grep -q . && exit 0; sleep 0.5; done; exit 1`,
    command,
  )
}

const failureOf = (running: Promise<unknown>): Promise<HostError> =>
  running.then(
    () => expect.fail('should have failed'),
    (error: HostError) => error,
  )

describe('one that says too much, or too slowly', () => {
  test('a byte a second before the script, and instead of its end', async () => {
    await force('while printf .; do sleep 1; done')
    expect(await failureOf(exec('trickle', 'id'))).toMatchObject({
      outcome: 'failed',
      data: { code: 'timed-out', detail: expect.stringContaining('nothing was run') },
    })
    expect(await exec('root', 'while printf .; do sleep 1; done')).toMatchObject({ end: 'timed-out' })
  })

  test('a login that is for file transfer alone', async () => {
    await force('internal-sftp')
    expect(await failureOf(exec('trickle', 'id'))).toMatchObject({
      data: { code: 'login-shell', hint: expect.stringMatching(/forced command/) },
    })
  })

  test.each([
    ['text', 'yes'],
    ['bytes', 'cat /dev/urandom'],
    ['one line', 'tr "\\\\0" x </dev/zero'],
  ])('floods of %s before the script and from it, and memory stays bounded', async (_name, flood) => {
    await force(flood)
    setFlagsFromString('--expose_gc')
    const collect = runInNewContext('gc') as () => void
    const used = (): number => {
      collect()
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    const before = used()
    let peak = 0
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers)), 5)
    const cap = 16 * 1024 * 1024
    expect(await failureOf(exec('trickle', 'id', { outputCap: cap }))).toMatchObject({ data: { code: 'output-cap' } })
    const after = await exec('root', flood.replaceAll('\\\\', '\\'), { outputCap: cap, timeoutSeconds: 30 })
    clearInterval(watch)
    expect(after.end).toBe('output-cap')
    expect(after.stdout.length).toBeLessThanOrEqual(cap)
    // Beside what is kept: chunks on their way, and what is not collected yet.
    expect(peak).toBeLessThan(200 * 1024 * 1024)
    expect(used() - before - after.stdout.length * 2).toBeLessThan(64 * 1024 * 1024)
    expect(await on('bad', 'pgrep -af "^(yes|cat /dev/urandom|tr )" || :')).toBe('')
  })

  test.each([
    ['floods', 'yes', 'output-cap', /prints? |more than/],
    ['prints bytes', 'head -c 300000 /dev/urandom', 'fact-unreadable', /printed no JSON/],
    ['prints JSON without an end', `head -c 300000 /dev/zero | tr '\\0' '['`, 'fact-unreadable', /printed no JSON/],
    ['prints nothing', ':', 'fact-unreadable', /printed no limits/],
  ])('a program that %s where a fact is asked', async (_name, body, code, says) => {
    await damaged(
      `printf '%s\\n' '#!/bin/sh' "$(cat <<'BODY'\n${body}\nBODY\n)" >/usr/local/sbin/ip; chmod 755 /usr/local/sbin/ip`,
      'rm /usr/local/sbin/ip',
      async () => {
        const { report, stdout, stderr } = await apply([
          { mptcp_endpoints: { endpoints: [], exact: true, persist: false } },
        ])
        const { status, error } = hostOf(report, 'bad')
        expect({ status, code: error?.code }, JSON.stringify(error)).toEqual({ status: 'failed', code })
        expect(`${error?.summary}${error?.detail}`).toMatch(says)
        expect(hostOf(report, 'good').status).toBe('ok')
        for (const text of [stdout, stderr, JSON.stringify(report)]) expect(text.length).toBeLessThan(200_000)
      },
    )
  })

  test('ten thousand addresses and routes, and a hundred thousand profiles', async () => {
    // NetworkManager falls behind on so many, and then takes some of them away.
    await on('bad', 'systemctl stop NetworkManager')
    await on(
      'bad',
      'ip link add bulk type veth peer name bulk2 && ip link set bulk up && seq 0 9999 | while read -r i; do echo "addr add 10.$((i/250)).$((i%250)).1/32 dev bulk"; done | ip -batch -',
    )
    await on(
      'bad',
      'seq 0 9999 | while read -r i; do echo "route add 11.$((i/250)).$((i%250)).0/24 dev bulk"; done | ip -batch -',
    )
    await on('bad', 'cat >/usr/local/sbin/nmcli; chmod 755 /usr/local/sbin/nmcli', NMCLI)
    try {
      const result = await cli(['status', '-i', lab().inventoryFile, '--output', 'json'], { cwd: work.folder })
      const { hosts } = JSON.parse(result.stdout) as StatusReport
      const bad = hosts.find(({ name }) => name === 'bad')!
      expect(bad.reading?.links?.find(({ name }) => name === 'bulk')?.addresses.length).toBeGreaterThanOrEqual(10_000)
      expect(bad.reading?.networkManager?.devices).toHaveLength(100_000)
      const shown = await cli(['status', '-v', '-i', lab().inventoryFile], { cwd: work.folder })
      expect(shown.code).toBe(result.code)
      const planned = await reported(work.folder, [
        'plan',
        '-i',
        lab().inventoryFile,
        playbook([{ mptcp_endpoints: { endpoints: [{ address: '10.39.249.1', flags: ['signal'] }] } }], {
          hosts: 'bad',
        }),
      ])
      expect(
        hostOf(planned.report, 'bad').changes.length + (hostOf(planned.report, 'bad').error?.summary.length ?? 0),
      ).toBeGreaterThan(0)
    } finally {
      await on('bad', 'ip link del bulk; rm /usr/local/sbin/nmcli; systemctl start NetworkManager')
    }
  })
})

const NMCLI = `#!/bin/sh
case "$*" in
--version) echo 'nmcli tool, version 1.52.1';;
*'device status'*) seq 0 99999 | sed 's/.*/card&:ethernet:connected:00000000-0000-0000-0000-&/';;
*'FILENAME connection show'*) seq 0 99999 | sed 's|.*|00000000-0000-0000-0000-&:/etc/NetworkManager/&|';;
*) seq 0 99999 | sed 's/.*/connection.id:card&\\nconnection.uuid:00000000-0000-0000-0000-&\\nconnection.mptcp-flags:0/';;
esac
`

test('escape sequences from a host stand raw nowhere', async () => {
  const ESC = String.raw`\033[2J\033]0;owned\007\033[1;31m`
  await on(
    'bad',
    `hostname > /root/name; printf '${ESC}' >/proc/sys/kernel/hostname
printf 'net.mptcp.enabled = 0 ${ESC}\\n' >${FILE}
printf '%s\\n' '#!/bin/sh' 'printf "mptcp: ${ESC} says dmesg\\n"' >/usr/local/sbin/dmesg
printf '%s\\n' '#!/bin/sh' 'printf "sysctl: ${ESC} no\\n" >&2; exit 7' >/usr/local/sbin/sysctl
chmod 755 /usr/local/sbin/dmesg /usr/local/sbin/sysctl`,
  )
  try {
    const inventory = ['-i', lab().inventoryFile]
    const status = await cli(['status', '-v', ...inventory], { cwd: work.folder })
    const json = await cli(['status', ...inventory, '--output', 'json'], { cwd: work.folder })
    const planned = await cli(['plan', ...inventory, playbook([ENABLE]), '--diff', '-v'], { cwd: work.folder })
    const applied = await apply([ENABLE], ['--diff', '-v', '--output', 'ndjson'])
    expect(hostOf(applied.report, 'bad')).toMatchObject({ status: 'failed', error: { code: 'command-failed' } })
    expect(applied.report.hosts[0]!.error!.detail).toContain('\u001B[2J')
    expect(status.stdout).toContain(String.raw`\x1b[2J`)
    expect(planned.stdout).toContain(String.raw`\x1b[2J`)
    const kept = await cli(['runs', 'show', applied.report.runId], { cwd: work.folder })
    for (const { stdout, stderr } of [status, json, planned, applied, kept]) {
      expect(stdout + stderr).not.toMatch(CONTROL)
    }
  } finally {
    await on('bad', 'cat /root/name >/proc/sys/kernel/hostname; rm -f /usr/local/sbin/dmesg /usr/local/sbin/sysctl')
  }
})
