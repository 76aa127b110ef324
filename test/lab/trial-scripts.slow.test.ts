import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { clientScript } from '../../src/modules/trial/client-script.ts'
import { serverScript } from '../../src/modules/trial/server-script.ts'
import {
  CLIENT,
  SERVER,
  createNamespaces,
  deleteNamespaces,
  inside,
  preparePlan,
  processes,
  reset,
  runTrial,
  startEnd,
} from './trial-namespaces.ts'

const allFolders = (): string[] => {
  const base = '/run/mptcp-fleet'
  return existsSync(base) ? readdirSync(base).filter((name) => name.startsWith('trial.')) : []
}

/** What a killed run of these tests left is not of this one. */
const before = new Set(allFolders())
const folders = (): string[] => allFolders().filter((name) => !before.has(name))

/** Waits until nothing is left, for at most three seconds: what was killed needs a moment to go. */
async function nothingLeft(): Promise<void> {
  for (let i = 0; i < 30 && processes().length + folders().length > 0; i++) await sleep(100)
  expect({ processes: processes(), folders: folders() }).toEqual({ processes: [], folders: [] })
}

const reasonsOf = async (wish: Record<string, unknown> = {}): Promise<string> => {
  const result = await runTrial(preparePlan(wish))
  expect(result.verdict).toBe('fail')
  return result.reasons.join('\n')
}

const signalSecond = (flags = 'signal'): void => {
  inside(SERVER, `ip mptcp endpoint add 10.91.2.2 dev wlan0 ${flags}`)
}

beforeAll(createNamespaces)
afterAll(deleteNamespaces)
afterEach(nothingLeft)

describe('a trial on two links', () => {
  test.each(['dash', 'bash'] as const)('proves two subflows, with %s', async (shell) => {
    reset([2, 0], [2, 1])
    signalSecond()
    const result = await runTrial(preparePlan(), { shell })
    expect(result.reasons).toEqual([])
    expect(result).toMatchObject({ verdict: 'pass', bytes: 16 * 2 ** 20, checksumOk: true })
    expect(result.durationMs).toBeGreaterThan(300)
    expect(result.subflows.map(({ bytes: _bytes, share: _share, ...rest }) => rest)).toEqual([
      {
        clientAddress: '10.91.1.1',
        clientDevice: 'eth0',
        serverAddress: '10.91.1.2',
        serverDevice: 'eth0',
        backup: false,
      },
      {
        clientAddress: '10.91.2.1',
        clientDevice: 'wlan0',
        serverAddress: '10.91.2.2',
        serverDevice: 'wlan0',
        backup: false,
      },
    ])
    for (const { share } of result.subflows) expect(share).toBeGreaterThan(0.1)
  })

  test('proves it over IPv6 on a port that was given', async () => {
    reset([2, 0], [2, 1])
    inside(SERVER, 'ip addr del 10.91.1.2/24 dev eth0; ip addr del 10.91.2.2/24 dev wlan0')
    inside(SERVER, 'ip mptcp endpoint add fd00:91:2::2 dev wlan0 signal')
    try {
      const result = await runTrial(preparePlan({ port: 8642 }))
      expect(result.reasons).toEqual([])
      expect(result.subflows.map((s) => s.serverAddress)).toEqual(['fd00:91:1::2', 'fd00:91:2::2'])
    } finally {
      inside(SERVER, 'ip addr add 10.91.1.2/24 dev eth0; ip addr add 10.91.2.2/24 dev wlan0')
    }
  })

  test('lets a backup subflow be without data, but not be missing', async () => {
    reset([2, 0], [2, 1])
    signalSecond('signal backup')
    const result = await runTrial(preparePlan())
    expect(result.reasons).toEqual([])
    expect(result.subflows.map((s) => s.backup)).toEqual([false, true])
    inside(CLIENT, 'ip mptcp limits set add_addr_accepted 0')
    expect(await reasonsOf()).toContain('1 of 2 subflows')
  })
})

describe('negative controls fail by evidence', () => {
  test('a web server that mptcpize does not wrap', async () => {
    reset([2, 0], [2, 1])
    signalSecond()
    const bin = mkdtempSync(join(tmpdir(), 'mft-bin-'))
    try {
      writeFileSync(join(bin, 'mptcpize'), '#!/bin/sh\nshift\nexec "$@"\n')
      chmodSync(join(bin, 'mptcpize'), 0o755)
      const result = await runTrial(preparePlan(), { serverPath: bin })
      expect(result).toMatchObject({ verdict: 'fail', checksumOk: true, subflows: [] })
      expect(result.reasons).toHaveLength(1)
      expect(result.reasons[0]).toMatch(/fell back to plain TCP: the web server on \S+ listens with plain TCP/)
    } finally {
      rmSync(bin, { recursive: true })
    }
  })

  test('a server that may have no further subflow', async () => {
    reset([0, 0], [2, 1])
    signalSecond()
    expect(await reasonsOf()).toMatch(
      /1 of 2 subflows were established .*: \S+ rejected further subflows: .* limit is 0/,
    )
  })

  test('a client that accepts no announced address', async () => {
    reset([2, 0], [2, 0])
    signalSecond()
    expect(await reasonsOf()).toMatch(
      /1 of 2 subflows .*: \S+ received \S+'s further address and did not use it: its limit add_addr_accepted is 0/,
    )
  })

  test('no endpoint at all', async () => {
    reset([2, 0], [2, 2])
    expect(await reasonsOf()).toMatch(/1 of 2 subflows .*: \S+ announced no further address/)
  })

  test('an endpoint without device, so that one card sends nothing', async () => {
    reset([2, 0], [2, 0])
    inside(CLIENT, 'ip mptcp endpoint add 10.91.2.1 subflow')
    const reasons = await reasonsOf()
    expect(reasons).toMatch(/hardly anything left through wlan0 on \S+c: \d+ bytes sent/)
  })

  test('MPTCP options that are stripped on the way', async () => {
    reset([2, 0], [2, 1])
    signalSecond()
    inside(
      SERVER,
      `nft 'add table inet strip; add chain inet strip in { type filter hook prerouting priority raw; }
      add rule inet strip in tcp option mptcp exists counter reset tcp option mptcp'`,
    )
    expect(await reasonsOf()).toMatch(/fell back to plain TCP: the MPTCP option of \S+'s SYN did not reach/)
  })

  test('SYNs with the join option that are dropped', async () => {
    reset([2, 0], [2, 1])
    signalSecond()
    inside(
      SERVER,
      `nft 'add table inet cut; add chain inet cut in { type filter hook prerouting priority raw; }
      add rule inet cut in iifname wlan0 tcp flags syn drop'`,
    )
    expect(await reasonsOf()).toMatch(/1 of 2 subflows .*: \S+'s SYN for a further subflow did not reach/)
  })

  test('too few bytes to be sampled', async () => {
    reset([2, 0], [2, 1])
    signalSecond()
    expect(await reasonsOf({ bytes: '16KiB' })).toContain('too fast to sample, raise bytes')
  })

  test('a port that a firewall refuses', async () => {
    reset([2, 0], [2, 1])
    signalSecond()
    inside(
      SERVER,
      `nft 'add table inet shut; add chain inet shut in { type filter hook input priority 0; }
      add rule inet shut in tcp dport 8642 reject with tcp reset'`,
    )
    expect(await reasonsOf({ port: 8642 })).toMatch(/curl ended with 7, the connection was refused/)
  })
})

describe('a server that cannot serve says why', () => {
  test('MPTCP switched off since it was planned', async () => {
    reset([2, 0], [2, 1])
    const plan = preparePlan()
    inside(SERVER, 'sysctl -qw net.mptcp.enabled=0')
    const { verdict, reasons } = await runTrial(plan)
    expect(verdict).toBe('fail')
    expect(reasons).toEqual([
      expect.stringMatching(/the web server died: OSError: \[Errno 92\] Protocol not available/),
    ])
  })

  test('no space', async () => {
    reset([2, 0], [2, 1])
    const server = startEnd(SERVER, serverScript({ ...OPTIONS, bytes: 2 ** 50 }), { hold: true })
    expect(await server.ready).toBeNull()
    expect((await server.done).stdout).toMatch(/^@fail no-space no space in \S+: \d+ KiB are free, \d+ KiB are needed/m)
  })
})

const OPTIONS = { bytes: 2 ** 20, port: 0, family: 4, timeoutSeconds: 60, devices: [], routes: [] } as const

/** Long enough to be stopped in its middle. */
const LONG = { ...OPTIONS, bytes: 60 * 2 ** 20 }

describe('nothing is left', () => {
  test('where stdin ends before the web server is ready', async () => {
    const server = startEnd(SERVER, serverScript(LONG), { hold: false })
    expect((await server.done).stdout).not.toContain('READY')
    await nothingLeft()
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('where the server gets %s', async (signal) => {
    const server = startEnd(SERVER, serverScript(OPTIONS), { hold: true })
    expect(await server.ready).not.toBeNull()
    shellOf(SERVER).forEach((pid) => process.kill(pid, signal))
    // Before `done`, after which stdin ends and would end what is left.
    await nothingLeft()
    await server.done
  })

  test('where the server script is killed and the connection goes', async () => {
    const server = startEnd(SERVER, serverScript(OPTIONS), { hold: true })
    expect(await server.ready).not.toBeNull()
    shellOf(SERVER).forEach((pid) => process.kill(pid, 'SIGKILL'))
    server.release()
    await server.done
    await nothingLeft()
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('where the client gets %s in mid-transfer', async (signal) => {
    reset([2, 0], [2, 1])
    const server = startEnd(SERVER, serverScript(LONG), { hold: true })
    const port = Number((await server.ready)?.[0])
    const script = clientScript({
      serverAddress: '10.91.1.2',
      port,
      furtherPorts: [],
      maxSeconds: 60,
      devices: ['eth0'],
      routes: [],
    })
    const client = startEnd(CLIENT, script, { hold: false })
    await sleep(1000)
    const begin = Date.now()
    shellOf(CLIENT).forEach((pid) => process.kill(pid, signal))
    await client.done
    expect(Date.now() - begin).toBeLessThan(3000)
    for (let i = 0; i < 30 && processes(CLIENT).length > 0; i++) await sleep(100)
    expect(processes(CLIENT)).toEqual([])
    server.release()
    const { stdout } = await server.done
    expect(stdout).toContain('@end')
  })
})

/** The `dash -s` that runs a script, not what it started. */
function shellOf(namespace: string): number[] {
  const listing = inside(namespace, `ip netns pids ${namespace} | xargs ps -o pid=,args= -p`)
  return listing.split('\n').flatMap((line) => {
    const match = /^\s*(\d+) dash -s$/.exec(line)
    return match === null ? [] : [Number(match[1])]
  })
}
