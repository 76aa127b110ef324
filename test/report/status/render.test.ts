import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StatusConnection, StatusHost, StatusReading, StatusReport } from '../../../src/model/status.ts'
import { renderStatus, renderStatusJson } from '../../../src/report/status/render.ts'

const PLAIN = { width: 80, color: false }

function connection(more: Partial<StatusConnection> = {}): StatusConnection {
  const ends = { localAddress: '192.0.2.10', localPort: 41266, peerAddress: '192.0.2.20', peerPort: 8080 }
  const subflow = { ...ends, state: 'ESTAB', localDevice: 'eth0', backup: false, established: true }
  return {
    ...ends,
    state: 'ESTAB',
    fallback: false,
    bytesSent: 80,
    bytesReceived: 6_288_627,
    programs: ['curl'],
    subflows: [
      { ...subflow, join: false, bytesSent: 81, bytesReceived: 3_473_451 },
      { ...subflow, join: true, backup: true, localDevice: 'wlan0', bytesSent: 1, bytesReceived: 0 },
    ],
    ...more,
  }
}

function reading(more: Partial<StatusReading> = {}): StatusReading {
  const log = { lines: [], total: 0, absent: null }
  return {
    hostname: 'a',
    bootId: 'b',
    enabled: { running: true, persistent: true, file: '/etc/sysctl.d/90-mptcp.conf:2' },
    limits: { subflows: { running: 2, persistent: null }, addAddrAccepted: { running: 1, persistent: 1 } },
    socket: { opens: true, errno: null },
    endpoints: [
      {
        address: '192.0.2.10',
        port: null,
        id: 1,
        flags: ['signal'],
        device: 'eth0',
        owner: 'networkmanager',
        persistent: true,
      },
    ],
    missingEndpoints: [],
    links: [{ name: 'eth0', up: true, mtu: 1500, kind: null, rxBytes: 1, txBytes: 2, addresses: ['192.0.2.10/24'] }],
    networkManager: null,
    connections: { total: 0, fallbacks: 0, listed: [] },
    fallbacks: 0,
    troubles: [],
    counters: {},
    log: { kernel: log, journal: log, service: log },
    unread: [],
    ...more,
  }
}

function host(name: string, more: Partial<StatusHost> = {}): StatusHost {
  const metrics = { connections: 1, execs: 1, bytesSent: 1, bytesReceived: 1, connectMs: 1, gatherMs: 1 }
  return {
    name,
    address: '203.0.113.1',
    status: 'ok',
    verdict: 'ok',
    reasons: [],
    error: null,
    reading: reading(),
    metrics,
    ...more,
  }
}

const gone = (name: string): StatusHost =>
  host(name, {
    status: 'unreachable',
    verdict: 'not-read',
    reading: null,
    error: { code: 'refused', summary: 'connection refused', detail: '', hint: 'look at sshd' },
  })

function report(hosts: StatusHost[]): StatusReport {
  const times = { startedAt: '2026-01-02T03:04:05.000Z', endedAt: '2026-01-02T03:04:06.000Z' }
  return { schemaVersion: 1, command: 'status', pattern: 'all', ...times, exitCode: 0, hosts, diagnostics: [] }
}

const busy = host('b', {
  reading: reading({
    connections: { total: 7, fallbacks: 2, listed: [connection(), connection({ fallback: true, subflows: [] })] },
  }),
})

function troubled(name: string, value: number): StatusHost {
  return host(name, { reading: reading({ troubles: [{ counter: 'MPJoinRejected', value, meaning: 'refused' }] }) })
}

describe('text', () => {
  it('is one row a host, and the sections that have something to tell', () => {
    const off = host('c', { verdict: 'off', reasons: ['switched off', 'and more'] })
    const text = renderStatus(report([host('a'), busy, off, gone('d')]), PLAIN, false)
    expect(text).toMatch(/│ a +│ ok +│ now, at boot │ 2, accept 1 │ 1 signal +│ 0 +│/)
    expect(text).toMatch(/│ d +│ unreachable │/)
    expect(text).toContain('MISSING\noff c\n    - switched off\n    - and more\n')
    expect(text).toMatch(/CONNECTIONS\nb: 7 connections, 2 fell back to plain TCP\n/)
    expect(text).toMatch(/│ +192\.0\.2\.10%wlan0 +│ +192\.0\.2\.20 +│ join, backup +│/)
    expect(text).toMatch(/plain TCP curl/)
    expect(text).toContain('and 5 more\n')
    expect(text).toContain('ERRORS\nUNREACHABLE d\n    refused: connection refused\n')
    expect(text).not.toContain('HOSTS')
    expect(text).toContain('\n4 hosts: 2 ok, 1 off, 1 unreachable. 7 connections, 2 fell back to plain TCP.\n')
  })

  it('names the columns that the width leaves out', () => {
    const narrow = { ...PLAIN, width: 60 }
    const text = renderStatus(report([host('a-host-with-a-name', { reading: reading({}) })]), narrow, false)
    expect(text.replaceAll(/\s+/g, ' ')).toMatch(/ too narrow for: [^;]*limits[^;]*; -v shows all /)
    expect(renderStatus(report([host('a', { reading: reading({}) })]), PLAIN, false)).not.toContain('too narrow')
  })

  it('does not count connections that could not be read as none', () => {
    const text = renderStatus(report([host('a', { reading: reading({ connections: null }) })]), PLAIN, false)
    expect(text).toContain('\n1 host: 1 ok. 0 connections. Of 1 host the connections could not be read.\n')
  })

  it('says of a subflow that nothing went over it yet, unless the connection is plain TCP', () => {
    const young = connection().subflows.map((subflow) => ({
      ...subflow,
      join: false,
      backup: false,
      established: false,
    }))
    const shown = [false, true].map((fallback) => {
      const connections = { total: 1, fallbacks: 0, listed: [connection({ fallback, subflows: young })] }
      return renderStatus(report([host('a', { reading: reading({ connections }) })]), PLAIN, false)
    })
    expect(shown[0]).toContain('│ first, not yet used │')
    expect(shown[1]).toMatch(/│ first +│/)
  })

  it('tells hosts with the same trouble together, the worst first', () => {
    const text = renderStatus(report([troubled('a', 1), troubled('b', 9)]), PLAIN, false)
    expect(text).toContain('TROUBLE SINCE BOOT\nMPJoinRejected: refused\n    b 9, a 1\n')
  })

  it('has all details with -v', () => {
    const text = renderStatus(report([host('a')]), PLAIN, true)
    expect(text).toContain('  limits          subflows 2 (not restored), add_addr_accepted 1 (at boot 1)\n')
    expect(text).toContain('192.0.2.10 id 1 signal dev eth0: NetworkManager, persistent\n')
    expect(text).toContain('  kernel log      nothing about MPTCP since boot\n')
  })

  it('a wide terminal gets what is missing into the table', () => {
    const partial = host('a', { verdict: 'partial', reasons: ['only one link is up'] })
    const text = renderStatus(report([partial]), { width: 200, color: false }, false)
    expect(text).toMatch(/what is missing/)
    expect(text).toMatch(/│ only one link is up/)
    expect(text).not.toContain('MISSING\n')
  })

  it('a big fleet is capped, the worst first, and quick', () => {
    const hosts = Array.from({ length: 5000 }, (_, index) => host(`web${index}`))
    hosts[4321] = gone('lost-one')
    const began = performance.now()
    const text = renderStatus(report(hosts), PLAIN, false)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(text.split('\n').length).toBeLessThan(80)
    expect(text).toContain('lost-one')
    expect(text).toContain('and 4950 more hosts: 4950 ok')
    expect(text).toContain('5000 hosts: 4999 ok, 1 unreachable.')
  })

  it('paints only where it may', () => {
    const hosts = [busy, gone('c')]
    expect(renderStatus(report(hosts), { width: 80, color: true }, true)).toContain('\u001B[32mok')
    expect(renderStatus(report(hosts), PLAIN, true)).not.toContain('\u001B')
  })
})

describe('whatever hosts say', () => {
  const words = fc.oneof(fc.string(), fc.constantFrom('\u001B[2J', 'x\ny', 'host-ü', '主机', '\u202E'))
  const hosts = fc.array(
    fc.record({ name: words, reason: words, program: words, line: words, device: words }).map((said) =>
      host(said.name, {
        verdict: 'partial',
        reasons: [said.reason],
        reading: reading({
          connections: { total: 1, fallbacks: 0, listed: [connection({ programs: [said.program], state: said.line })] },
          links: [
            { name: said.device, up: true, mtu: 1, kind: said.line, rxBytes: 0, txBytes: 0, addresses: [said.line] },
          ],
          log: {
            kernel: { lines: [said.line], total: 1, absent: null },
            journal: { lines: [], total: 0, absent: said.line },
            service: { lines: [], total: 0, absent: null },
          },
          unread: [{ fact: said.line, reason: said.reason, hint: said.program }],
        }),
      }),
    ),
    { maxLength: 4 },
  )

  it('reaches no terminal as a command', () => {
    fc.assert(
      fc.property(hosts, fc.boolean(), fc.constantFrom(80, 200), (all, verbose, width) => {
        const text = renderStatus(report(all), { width, color: false }, verbose)
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u)
        expect(text.endsWith('\n')).toBe(true)
        expect(JSON.parse(renderStatusJson(report(all)))).toEqual(JSON.parse(JSON.stringify(report(all))))
      }),
      { numRuns: 60 },
    )
  })
})

it.each([80, 200])('lines of ordinary hosts fit %i columns', (width) => {
  const name = 'web01.east.example.com'
  const v6 = connection({
    localAddress: '2001:db8:1111:2222:3333:4444:5555:6666',
    peerAddress: '2001:db8:1111:2222:3333:4444:5555:7777',
  })
  const hosts = [
    busy,
    gone('d'),
    host(name, {
      verdict: 'partial',
      reasons: ['limit subflows 4 is 2 after a reboot'],
      reading: reading({ connections: { total: 1, fallbacks: 0, listed: [v6] } }),
    }),
  ]
  const lines = renderStatus(report(hosts), { width, color: false }, true).split('\n')
  expect(lines.filter((line) => line.length > width)).toEqual([])
})

it('JSON is one line where rounds follow each other', () => {
  expect(renderStatusJson(report([busy]), 0).trimEnd()).not.toContain('\n')
})
