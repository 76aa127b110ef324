/** From failing controls to tasks: one for each module, host by host. */
import { describe, expect, test } from 'vitest'
import { remedyPlay } from '../../../src/engine/audit/remedies.ts'
import type { AuditReport, ControlResult } from '../../../src/model/audit.ts'
import { modules } from '../../../src/modules/registry.ts'
import { target } from '../../support/run-on.ts'

function result(control: string, remedy: ControlResult['remedy'], failing = true): ControlResult {
  return { control, status: failing ? 'fail' : 'waived', failing, reason: '', evidence: [], remedy, waiver: null }
}

function report(hosts: Record<string, ControlResult[]>): AuditReport {
  const listed = Object.entries(hosts).map(([name, results]) => ({
    name,
    address: name,
    status: 'ok' as const,
    error: null,
    results,
  }))
  return { profile: { name: 'p', title: 'P', hash: '' }, hosts: listed } as unknown as AuditReport
}

const enable = { module: 'mptcp_enabled', params: { state: 'enabled' } }

describe('the play of remedies', () => {
  test('has one task for each module, in their order, with what each host needs', () => {
    const play = remedyPlay(
      report({
        a: [
          result('limits-sufficient', { module: 'mptcp_limits', params: { subflows: 2, add_addr_accepted: 1 } }),
          result('limits-persistent', { module: 'mptcp_limits', params: { subflows: 4, add_addr_accepted: 0 } }),
          result('enabled-running', enable),
        ],
        b: [result('enabled-running', enable)],
        c: [],
      }),
      modules,
      ['a', 'b', 'c'].map(target),
    )
    expect(play?.tasks.map(({ name, wants }) => [name, [...wants.keys()]])).toEqual([
      ['mptcp_enabled', ['a', 'b']],
      ['mptcp_limits', ['a']],
    ])
    expect(play?.tasks[1]?.wants.get('a')).toMatchObject({ subflows: 4, add_addr_accepted: 1 })
    expect(play?.batches.map((batch) => batch.map(({ host }) => host.name))).toEqual([['a', 'b']])
  })

  test('merges settings of two controls', () => {
    const values = (name: string) => ({ module: 'mptcp_sysctl', params: { values: { [name]: 1 } } })
    const play = remedyPlay(
      report({ a: [result('x', values('checksum_enabled')), result('y', values('stale_loss_cnt'))] }),
      modules,
      [target('a')],
    )
    expect(play?.tasks[0]?.wants.get('a')).toMatchObject({ values: { checksum_enabled: 1, stale_loss_cnt: 1 } })
  })

  test('merges endpoints of two controls; of one that both name, the first stays', () => {
    const declare = (...endpoints: object[]) => ({ module: 'mptcp_endpoints', params: { endpoints } })
    const [first, second] = ['192.0.2.10', '198.51.100.10']
    const play = remedyPlay(
      report({
        a: [
          result('endpoints-persistent', declare({ address: first, flags: ['signal'] })),
          result(
            'endpoints-complete',
            declare(
              { address: first, flags: ['subflow'] },
              { address: second, flags: ['subflow'] },
              { address: first, port: 8443, flags: ['signal'] },
            ),
          ),
        ],
      }),
      modules,
      [target('a')],
    )
    expect(play?.tasks[0]?.wants.get('a')).toMatchObject({
      endpoints: [
        { address: first, flags: ['signal'] },
        { address: second, flags: ['subflow'] },
        { address: first, port: 8443, flags: ['signal'] },
      ],
    })
  })

  test('is none where nothing fails that a task could mend', () => {
    const waived = report({ a: [result('enabled-running', enable, false), result('no-fallback', null)] })
    expect(remedyPlay(waived, modules, [target('a')])).toBeNull()
  })
})
