import { describe, expect, it } from 'vitest'
import type { ReadOptions } from '../../../src/engine/select-targets.ts'
import { watchStatus } from '../../../src/engine/status/run.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import { HostError } from '../../../src/model/errors.ts'
import { Secret } from '../../../src/model/secret.ts'
import { statusReportSchema } from '../../../src/model/status.ts'
import { createFakeTransport } from '../../../src/transport/fake.ts'
import type { FakeExec, FakeHost } from '../../../src/transport/fake.ts'
import { makeFiles } from '../../inventory/files.ts'
import { answering, GOOD } from './outputs.ts'

const signal = new AbortController().signal

async function fleet(hosts: Record<string, FakeHost | FakeExec>, more: Partial<ReadOptions> = {}) {
  const dir = makeFiles({
    'hosts.yml': JSON.stringify({ all: { hosts: Object.fromEntries(Object.keys(hosts).map((name) => [name, {}])) } }),
  })
  const transport = createFakeTransport(hosts)
  const options: ReadOptions = {
    inventory: await loadInventory(['hosts.yml'], dir),
    pattern: 'all',
    limit: null,
    forks: 2,
    connection: {},
    timeoutSeconds: 5,
    transport,
    interrupt: signal,
    kill: signal,
    emit: () => {},
    ...more,
  }
  return { transport, watch: watchStatus(options) }
}

const refused = { connect: () => Promise.reject(new HostError('unreachable', 'refused', 'connection refused')) }

describe('one round', () => {
  it('asks each host once, and says in one word how it is', async () => {
    const { transport, watch } = await fleet({
      a: answering({ ...GOOD, limits: GOOD.limits!.replace('accepted 0', 'accepted 1') }),
      b: answering({ ...GOOD, sysctl: '/proc/sys/net/mptcp/enabled:0\n' }),
      c: refused,
    })
    const report = await watch.round()
    await watch.close()
    expect(() => statusReportSchema.parse(JSON.parse(JSON.stringify(report)))).not.toThrow()
    expect(report.hosts).toMatchObject([
      { name: 'a', status: 'ok', verdict: 'partial', reasons: ['limit add_addr_accepted 1 is 0 after a reboot'] },
      { name: 'b', status: 'ok', verdict: 'off' },
      { name: 'c', status: 'unreachable', verdict: 'not-read', reading: null, error: { code: 'refused' } },
    ])
    expect(report.exitCode).toBe(4)
    for (const name of ['a', 'b']) expect(transport.record(name)).toMatchObject({ connections: 1, execs: 1, open: 0 })
  })

  it('tells of a host key that was let pass, once over all rounds', async () => {
    const transport = createFakeTransport({ a: answering(GOOD) })
    const warning = { code: 'host-key-changed', summary: 'not the known one', detail: '', hint: '' }
    const { watch } = await fleet(
      { a: answering(GOOD) },
      {
        transport: {
          connect: async (...asked) => ({ ...(await transport.connect(...asked)), warnings: [warning] }),
          close: () => transport.close(),
        },
      },
    )
    await watch.round()
    expect((await watch.round()).diagnostics).toMatchObject([{ severity: 'warning', code: 'host-key-changed' }])
    await watch.close()
  })

  it('a host that fails counts more than one that is unreachable', async () => {
    const { watch } = await fleet({ a: () => ({ end: 'timed-out', rc: null, stdout: '', stderr: '' }), b: refused })
    expect(await watch.round()).toMatchObject({ exitCode: 2, hosts: [{ status: 'failed' }, { status: 'unreachable' }] })
  })

  it('starts no host after an interrupt', async () => {
    const { transport, watch } = await fleet({ a: answering(GOOD) }, { interrupt: AbortSignal.abort() })
    expect(await watch.round()).toMatchObject({ exitCode: 99, hosts: [{ status: 'not-started', verdict: 'not-read' }] })
    expect(transport.record('a').connections).toBe(0)
  })

  it('shows no known secret, wherever on the host it stands, and warns of one that is too short', async () => {
    const connection = { password: new Secret('tiger-tank'), becomePassword: new Secret('abc') }
    const limits = 'ip: no tiger-tank\n\n== limits 1\n'
    const identity = GOOD.identity!.replace('hostname a', 'hostname a.tiger-tank')
    const { watch } = await fleet({ a: answering({ ...GOOD, identity, limits }) }, { connection })
    const report = await watch.round()
    expect(report.hosts[0]?.reading?.hostname).toBe('a.[secret]')
    expect(JSON.stringify(report)).not.toContain('tiger-tank')
    expect(report.diagnostics).toMatchObject([{ severity: 'warning', code: 'short-secret' }])
    expect(() => statusReportSchema.parse(report)).not.toThrow()
  })

  it('what cannot be read is said, and the rest is there', async () => {
    const { watch } = await fleet({ a: answering({ ...GOOD, limits: 'ip: Operation not permitted\n\n== limits 1\n' }) })
    const [host] = (await watch.round()).hosts
    expect(host).toMatchObject({
      status: 'ok',
      verdict: 'partial',
      reading: { limits: null, enabled: { running: true } },
    })
    expect(host!.reading!.unread).toMatchObject([
      { fact: 'limits', reason: 'ip needs root: ip: Operation not permitted' },
    ])
    expect(host!.reasons[0]).toMatch(/^limits not read: ip needs root/)
  })
})

describe('many rounds', () => {
  it('use one connection, and one exec each', async () => {
    const { transport, watch } = await fleet({ a: answering(GOOD) })
    const rounds = [await watch.round(), await watch.round(), await watch.round()]
    expect(rounds.map((report) => report.hosts[0]!.metrics)).toMatchObject([
      { connections: 1, execs: 1 },
      { connections: 0, execs: 1 },
      { connections: 0, execs: 1 },
    ])
    expect(transport.record('a')).toMatchObject({ connections: 1, execs: 3, open: 1 })
    await watch.close()
    expect(transport.record('a').open).toBe(0)
  })

  it('try a lost host again on a new connection', async () => {
    let execs = 0
    const lost: FakeExec = (...given) =>
      ++execs === 2 ? { end: 'lost', rc: null, stdout: '', stderr: '' } : answering(GOOD)(...given)
    const { transport, watch } = await fleet({ a: lost })
    const statuses: string[] = []
    for (let round = 0; round < 3; round++) statuses.push((await watch.round()).hosts[0]!.status)
    expect(statuses).toEqual(['ok', 'unreachable', 'ok'])
    expect(transport.record('a')).toMatchObject({ connections: 2, open: 1 })
  })
})

describe('hosts are chosen by pattern and limit', () => {
  const hosts = { web1: answering(GOOD), web2: answering(GOOD), db: answering(GOOD) }

  it('both must hold', async () => {
    const { watch } = await fleet(hosts, { pattern: 'web*', limit: '!web1,all' })
    expect((await watch.round()).hosts.map((host) => host.name)).toEqual(['web2'])
  })

  it.each([
    ['wbe1', null, /did you mean "web1"/],
    ['web1', 'db', /no host is selected/],
  ])('%s with --limit %s is an error before anything is connected to', async (pattern, limit, message) => {
    await expect(fleet(hosts, { pattern, limit })).rejects.toThrow(message)
  })
})
