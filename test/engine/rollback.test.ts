/** The way back of a kept run, planned from its records against what is there now. */
import { describe, expect, test } from 'vitest'
import { rollbackModule } from '../../src/engine/rollback.ts'
import type { PlannedChange } from '../../src/model/change.ts'
import { change as sample } from '../report/sample.ts'

function recorded(
  fact: string,
  before: unknown,
  after: unknown,
  more: Partial<PlannedChange> = {},
  observed?: unknown,
) {
  const change = sample('h', { fact, before, after, summary: `${fact} to ${JSON.stringify(after)}`, ...more })
  return { change, observed, withheld: false }
}

function plan(changes: ReturnType<typeof recorded>[], have: Record<string, unknown>) {
  const { changes: made, problems = [] } = rollbackModule.plan({ runId: 'RUN', changes }, have)
  return {
    facts: made.map(({ fact, before, after }) => [fact, before, after]),
    problems: problems.map(({ code }) => code),
  }
}

const file = (content: string, mode = '0644'): unknown => ({
  kind: 'file',
  content,
  mode,
  owner: 'root',
  group: 'root',
})

const profile = (gateway: string) => ({
  nm_profile: { eth0: { 'connection.id': 'eth0', 'ipv4.gateway': gateway } },
})
const packages = (installed: Record<string, string>) => ({ packages: { manager: 'apt', installed } })

describe('rollback', () => {
  test('takes changes back in reverse, and those that are as before already not at all', () => {
    const changes = [recorded('sysctl/x', '0', '1'), recorded('sysctl/y', '0', '1'), recorded('limits/subflows', 2, 4)]
    const have = { sysctl: { x: '1', y: '0' }, limits: { subflows: 4, addAddrAccepted: 0, max: 8 } }
    expect(plan(changes, have)).toEqual({
      facts: [
        ['limits/subflows', 4, 2],
        ['sysctl/x', '1', '0'],
      ],
      problems: [],
    })
    expect(plan(changes, { sysctl: { x: '0', y: '0' }, limits: { subflows: 2 } })).toEqual({ facts: [], problems: [] })
  })

  test('of a rollback leaves alone what nobody could foresee, once it is there', () => {
    const back = recorded('nm_keyfile/eth0', 'known after apply', file('saved'))
    const there = { 'nm_keyfile/eth0': file('saved') }
    expect(plan([back], there)).toEqual({
      facts: [['nm_keyfile/eth0', file('saved'), 'known after apply']],
      problems: [],
    })
    expect(plan([back], { 'nm_keyfile/eth0': file('saved again') })).toEqual({ facts: [], problems: [] })
  })

  test('shows line by line what somebody else made of a file', () => {
    const change = recorded('file//etc/x', null, file('a\nb\n'))
    const { problems } = rollbackModule.plan({ runId: 'RUN', changes: [change] }, { 'file//etc/x': file('a\nc\n') })
    expect(problems?.[0]?.detail).toContain('now:\n  kind: file\n  content: |\n    a\n    c\n  mode: "0644"')
  })

  test('goes back through several changes of one file to what was there at first', () => {
    const path = 'file//etc/x'
    const changes = [recorded(path, null, file('a')), recorded(path, file('a'), file('b'))]
    expect(plan(changes, { [path]: file('b') })).toEqual({
      facts: [
        [path, file('b'), file('a')],
        [path, file('a'), null],
      ],
      problems: [],
    })
    expect(plan(changes, { [path]: file('else') }).problems).toEqual(['changed-since'])
    expect(plan(changes, { [path]: null })).toEqual({ facts: [], problems: [] })
  })

  test('a record that names only a part is held against that part', () => {
    const changes = [recorded('nm_profile/eth0', { 'ipv4.gateway': '' }, { 'ipv4.gateway': '192.0.2.1' })]
    expect(plan(changes, profile('192.0.2.1')).facts).toHaveLength(1)
    expect(plan(changes, profile(''))).toEqual({ facts: [], problems: [] })
    expect(plan(changes, profile('192.0.2.9')).problems).toEqual(['changed-since'])
  })

  test('what was read when it was verified counts as made, where the prediction was not exact', () => {
    const made = { address: '192.0.2.1', port: null, id: 7, flags: ['signal'], dev: 'eth0' }
    const changes = [recorded('endpoint/192.0.2.1', null, { ...made, id: 1 }, {}, made)]
    expect(plan(changes, { endpoint: { '192.0.2.1': made } }).facts).toHaveLength(1)
    expect(plan(changes, { endpoint: { '192.0.2.1': { ...made, flags: ['backup'] } } }).problems).toEqual([
      'changed-since',
    ])
  })

  test('what was only known after apply is taken back whatever it came to', () => {
    const changes = [recorded('packages/mptcpize', null, 'known after apply')]
    expect(plan(changes, packages({ mptcpize: '0.12' })).facts).toHaveLength(1)
    expect(plan(changes, packages({}))).toEqual({ facts: [], problems: [] })
  })

  test('a command is taken back by its own undo, one without stays, and a secret that was not kept is refused', () => {
    const undo = [{ kind: 'run', argv: ['false'] }] as const
    expect(plan([recorded('command/x', null, 'run', { undo })], {}).facts).toEqual([['command/x', 'run', null]])
    expect(plan([recorded('command/x', null, 'run', { undo: [] })], {}).facts).toEqual([])
    const taken = { ...recorded('command/x', null, 'run', { undo }), takenBack: true }
    expect(rollbackModule.plan({ runId: 'RUN', changes: [taken] }, {})).toMatchObject({
      changes: [],
      notes: [{ summary: expect.stringContaining('taken back already'), isWarning: true }],
    })
    const withheld = { ...recorded('sysctl/x', '0', '1'), withheld: true }
    expect(plan([withheld], { sysctl: { x: '1' } }).problems).toEqual(['secret-not-kept'])
    expect(plan([withheld], { sysctl: { x: '0' } })).toEqual({ facts: [], problems: [] })
  })
})
