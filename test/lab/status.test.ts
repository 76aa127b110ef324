/** The guide's monitoring chapter over a fleet: before pairing, with a transfer under way, and with parts of hosts gone. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Lab } from '../../src/lab/lab.ts'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import type { StatusHost, StatusReport } from '../../src/model/status.ts'
import { statusReportSchema } from '../../src/model/status.ts'
import { cli, workFolder } from './support/cli.ts'
import { withLab, withPairLab } from './support/pair-lab.ts'

const root = path.resolve(import.meta.dirname, '../..')
const work = workFolder()
afterAll(() => work.remove())

async function statusOf(lab: Lab, ...args: string[]): Promise<{ code: number | null; report: StatusReport }> {
  const { code, stdout, stderr } = await cli(['status', '-i', lab.inventoryFile, '--output', 'json', ...args])
  if (stdout === '') throw new Error(`no report; exit code ${code}\n${stderr}`)
  return { code, report: statusReportSchema.parse(JSON.parse(stdout)) }
}

function hostOf(report: StatusReport, name: string): StatusHost & { reading: NonNullable<StatusHost['reading']> } {
  const host = report.hosts.find((candidate) => candidate.name === name)
  if (host?.reading == null) throw new Error(`${name} was not read: ${JSON.stringify(host?.error)}`)
  return { ...host, reading: host.reading }
}

/** Starts a program on a host that goes on by itself; the returned function ends it, with all that it started. */
async function started(lab: Lab, host: string, line: string): Promise<() => Promise<void>> {
  const { stdout } = await lab.exec(host, `setsid sh -c ${JSON.stringify(line)} </dev/null >/dev/null 2>&1 & echo $!`)
  const pid = Number(stdout.trim())
  return async () => void (await lab.exec(host, `kill -- -${pid}`))
}

/** A client that asks for MPTCP and takes its time. */
function fetching(port: number): string {
  return `exec mptcpize run curl -s --limit-rate 1M -o /dev/null http://192.0.2.20:${port}/zeros`
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 50; i++) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('it did not come to be within 10 s')
}

describe('the pair', () => {
  const lab = withPairLab()

  test('before pairing: off, and everything of the chapter is there, in one exec each', async () => {
    const { code, report } = await statusOf(lab())
    expect(code).toBe(0)
    for (const name of ['system-a', 'system-b']) {
      const host = hostOf(report, name)
      expect(host).toMatchObject({ verdict: 'off', metrics: { connections: 1, execs: 1 } })
      expect(host.reading).toMatchObject({
        enabled: { running: false, persistent: null, file: null },
        limits: { subflows: { running: 2, persistent: null }, addAddrAccepted: { running: 0, persistent: null } },
        connections: { total: 0, fallbacks: 0, listed: [] },
        socket: { opens: false, errno: 'ENOPROTOOPT' },
        unread: [],
      })
      const devices = host.reading.networkManager!.devices.filter(({ managed }) => managed)
      expect(devices.map(({ device, state, profile }) => [device, state, profile])).toEqual([
        ['eth0', 'connected', 'eth0'],
        ['wlan0', 'connected', 'wlan0'],
      ])
      expect(host.reading.links!.filter(({ up }) => up).map((link) => link.name)).toEqual(
        expect.arrayContaining(['eth0', 'wlan0']),
      )
      // Containers do not see the kernel's messages: said, and no error.
      for (const part of [host.reading.log!.kernel, host.reading.log!.journal]) expect(part.absent).toMatch(/container/)
    }
  })

  test('after pairing: ok, and each endpoint has its owner', async () => {
    const pair = [
      '-i',
      path.join(root, 'inventories/pair.yml'),
      '-i',
      lab().inventoryFile,
      path.join(root, 'playbooks/pair.yml'),
    ]
    expect(await cli(['apply', ...pair, '--yes'], { cwd: work.folder })).toMatchObject({ code: 0 })
    const { report } = await statusOf(lab())
    expect(report.hosts.map(({ name, verdict, reasons }) => ({ name, verdict, reasons }))).toEqual([
      { name: 'system-a', verdict: 'ok', reasons: [] },
      { name: 'system-b', verdict: 'ok', reasons: [] },
    ])
    const server = hostOf(report, 'system-b').reading
    expect(server.enabled).toMatchObject({
      running: true,
      persistent: true,
      file: expect.stringMatching(/90-mptcp.conf:\d+$/),
    })
    expect(
      server.endpoints!.map(({ address, flags, owner, persistent }) => [address, flags, owner, persistent]),
    ).toEqual([
      ['192.0.2.20', ['signal'], 'networkmanager', true],
      ['198.51.100.20', ['signal'], 'networkmanager', true],
    ])
    const client = hostOf(report, 'system-a').reading
    expect(client.limits).toEqual({
      subflows: { running: 2, persistent: 2 },
      addAddrAccepted: { running: 1, persistent: 1 },
    })
  })

  test('an endpoint told by hand is the kernel’s, and gone after a reboot', async () => {
    await lab().exec('system-a', 'ip mptcp endpoint add 192.0.2.10 dev eth0 backup subflow')
    const host = hostOf((await statusOf(lab(), 'system-a')).report, 'system-a')
    await lab().exec('system-a', 'ip mptcp endpoint flush')
    expect(host).toMatchObject({ verdict: 'partial', reasons: ['endpoint 192.0.2.10: gone after a reboot'] })
  })

  test('a transfer under way is seen from both ends, and one that fell back is told apart', async () => {
    await lab().exec('system-b', 'mkdir -p /run/www && head -c 200000000 /dev/zero >/run/www/zeros')
    const serve = 'python3 -m http.server -d /run/www'
    const ends = [
      await started(lab(), 'system-b', `exec mptcpize run ${serve} 8080`),
      await started(lab(), 'system-b', `exec ${serve} 8081`),
    ]
    const listening = async (): Promise<boolean> =>
      /8080[^]*8081/.test((await lab().exec('system-b', 'ss -Hltn | sort')).stdout)
    await until(listening)
    ends.push(await started(lab(), 'system-a', fetching(8080)), await started(lab(), 'system-a', fetching(8081)))
    try {
      const joined = async (): Promise<boolean> =>
        (await lab().exec('system-a', 'ss -HOtni | grep -c flags:J')).stdout.trim() === '1'
      await until(joined)
      const { report } = await statusOf(lab())
      const client = hostOf(report, 'system-a').reading
      expect(client.connections).toMatchObject({ total: 2, fallbacks: 1 })
      const live = client.connections!.listed.find(({ peerPort }) => peerPort === 8080)!
      expect(live).toMatchObject({ fallback: false, programs: ['curl'], localAddress: '192.0.2.10' })
      expect(live.bytesReceived).toBeGreaterThan(0)
      expect(live.subflows.map(({ localDevice, peerAddress, join }) => [localDevice, peerAddress, join])).toEqual([
        ['eth0', '192.0.2.20', false],
        ['wlan0', '198.51.100.20', true],
      ])
      expect(client.connections!.listed.find(({ peerPort }) => peerPort === 8081)).toMatchObject({ fallback: true })
      expect(client.troubles).toMatchObject([{ counter: 'MPCapableFallbackSYNACK' }])
      expect(client.fallbacks).toBeGreaterThan(0)
      const server = hostOf(report, 'system-b').reading
      expect(server.connections).toMatchObject({ total: 1, fallbacks: 0 })
      expect(server.connections!.listed[0]!.subflows).toHaveLength(2)
      const { stdout, code } = await cli(['status', '-i', lab().inventoryFile, '-v'])
      expect(code).toBe(0)
      expect(stdout).toMatch(/system-a: 2 connections, 1 fell back to plain TCP/)
      expect(stdout).toMatch(/│ {3}198\.51\.100\.10%wlan0 +│/)
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    } finally {
      for (const end of ends.toReversed()) await end()
      await lab().exec('system-b', 'rm -r /run/www')
    }
  })

  test('a watch keeps its connections, one exec for each round, and ends at an interrupt with what it saw', async () => {
    const main = path.join(root, 'dist/main.js')
    const watch = spawn(
      process.execPath,
      [main, 'status', '-i', lab().inventoryFile, '--watch', '0.5', '--output', 'json'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    let text = ''
    watch.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    const ended = new Promise<number | null>((resolve) => watch.on('close', resolve))
    await until(async () => text.split('\n').length > 3)
    watch.kill('SIGINT')
    expect(await ended).toBe(0)
    const rounds = text
      .trimEnd()
      .split('\n')
      .slice(0, 3)
      .map((line) => statusReportSchema.parse(JSON.parse(line)))
    const used = rounds.map(({ hosts }) => hosts.map(({ metrics }) => [metrics.connections, metrics.execs]))
    expect(used).toEqual([
      [
        [1, 1],
        [1, 1],
      ],
      [
        [0, 1],
        [0, 1],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ])
  })

  test('NetworkManager stopped: said, and what it would bring back cannot be told', async () => {
    await lab().exec('system-b', 'systemctl stop NetworkManager')
    try {
      const host = hostOf((await statusOf(lab(), 'system-b')).report, 'system-b')
      expect(host.reading.networkManager).toMatchObject({ running: false, devices: [] })
      expect(host.reading.unread).toEqual([])
      expect(host.verdict).toBe('partial')
      expect(host.reasons.join('\n')).toMatch(/NetworkManager does not run/)
    } finally {
      await lab().exec('system-b', 'systemctl start NetworkManager')
    }
  })

  test('a host that is down is unreachable and the other is read: exit 4', async () => {
    await lab().exec('system-b', 'systemctl stop ssh.socket ssh.service')
    try {
      const { code, report } = await statusOf(lab(), '--timeout', '3')
      expect(code).toBe(4)
      expect(report.hosts).toMatchObject([
        { name: 'system-a', status: 'ok', verdict: 'ok' },
        { name: 'system-b', status: 'unreachable', verdict: 'not-read', reading: null, error: { code: 'refused' } },
      ])
    } finally {
      await lab().exec('system-b', 'systemctl start ssh.service')
    }
  })
})

describe('a host without systemd', () => {
  const lab = withLab(
    parseTopology(
      'hosts: { tiny: { kind: light } }\nlinks: { eth0: { hosts: { tiny: 192.0.2.10/24 } } }\n',
      'tiny.yml',
    ),
  )

  test('is read as far as it goes', async () => {
    const { code, report } = await statusOf(lab())
    expect(code).toBe(0)
    const host = hostOf(report, 'tiny')
    expect(host).toMatchObject({ verdict: 'off', metrics: { connections: 1, execs: 1 } })
    expect(host.reading.networkManager).toMatchObject({ running: false })
    expect(host.reading.log!.service.absent).toBe('there is no journal')
    expect(host.reading.unread).toEqual([])
  })
})
