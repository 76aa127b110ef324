import { describe, expect, it } from 'vitest'
import { pairPlaybook, testPlaybook } from '../../src/cli/run/made-playbook.ts'

describe('playbooks that commands make', () => {
  it('pair: everything from stock to proof', () => {
    const { plays } = pairPlaybook('system-a', 'system-b', { bytes: '1MiB' })
    expect(plays).toMatchObject([{ name: 'Pair system-a and system-b', hosts: ['system-a', 'system-b'], become: true }])
    expect(plays[0]?.tasks.map((task) => task.module.name)).toEqual([
      'mptcp_available',
      'mptcp_tools',
      'mptcp_enabled',
      'mptcp_pair',
      'mptcp_test',
    ])
    expect(plays[0]?.tasks.at(-1)?.args).toEqual({ server: 'system-a', client: 'system-b', bytes: '1MiB' })
  })

  it('test: one trial for each client', () => {
    const { plays } = testPlaybook('a', ['b', 'c'], {})
    expect(plays[0]?.tasks.map((task) => task.args)).toEqual([{ server: 'a', client: ['b', 'c'] }])
  })

  it.each([['yes'], ['10'], ['a: b'], ["it's"], ['1_000'], ['null']])('takes %j for a name as it is', (name) => {
    expect(pairPlaybook(name, 'x', {}).plays[0]?.tasks[3]?.args).toEqual({ server: name, client: 'x' })
  })

  it('refuses what the modules refuse', () => {
    expect(() => pairPlaybook('a', 'b', { bytes: '3foo' })).toThrow(/mptcp_test.bytes/)
  })
})
