import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UNKNOWN } from '../../src/model/change.ts'
import type { Step } from '../../src/model/change.ts'
import type { HostPlan } from '../../src/model/events.ts'
import { CENSORED } from '../../src/model/no-log.ts'
import { Secret } from '../../src/model/secret.ts'
import { renderPlan } from '../../src/report/plan.ts'
import type { PlanOptions } from '../../src/report/plan-change.ts'
import { PLAIN } from '../../src/report/style.ts'
import { change, hostPlan, plan } from './sample.ts'

const written = (bytes: string, mode: string): Step => ({
  kind: 'write',
  path: '/etc/cron.d/x',
  bytes,
  mode,
  owner: 'root',
  group: 'root',
})

const brief: PlanOptions = { diff: false, verbose: false, steps: false }

function text(hosts = plan.hosts, options = brief, style = PLAIN): string {
  return renderPlan({ ...plan, hosts, trials: [] }, style, options)
}

const file = (content: string, mode: string): unknown => ({
  kind: 'file',
  content,
  mode,
  owner: 'root',
  group: 'root',
})

const own = (address: string): unknown => ({ dev: 'eth0', address })

const script = (content: string): unknown => ({ path: '/usr/local/x', content, mode: '0755' })

describe('renderPlan', () => {
  it('shows changes by task with signs, before and after, and counts them', () => {
    const shown = renderPlan(plan, PLAIN, brief)
    expect(shown).toContain('PLAY Pair System A and System B (batch 1 of 2)\n\nsystem-a\n  Switch MPTCP on\n')
    expect(shown).toContain('    ~ sysctl/net.mptcp.enabled: 0 → 1\n')
    expect(shown).toContain('    ~ limits addAddrAccepted: 0 → 1\n')
    expect(shown).toContain('id known after apply')
    expect(shown).toContain('    note: docker0 is left out')
    expect(shown).toContain('    problem: too-few-paths: only one path\n      hint: connect a second network\n')
    expect(shown).toContain('Unchanged: system-c, system-f\n')
    expect(shown).toContain('Trials that follow\n  Prove it: system-b → system-a\n')
    expect(shown.replaceAll(/\s+/g, ' ')).toContain(
      'Plan: 8 changes on 2 hosts, 2 unchanged, 1 with more that is known after apply, 1 that cannot be planned.',
    )
  })

  it('shows hosts with the same plan once', () => {
    const hosts = ['a', 'b', 'c'].map((name) => hostPlan(name, { changes: [change(name)] }))
    const shown = text(hosts)
    expect(shown).toContain('\na, b, c\n')
    expect(shown.match(/sysctl\/net/g)).toHaveLength(1)
    expect(shown).toContain('Plan: 3 changes on 3 hosts.')
  })

  it('shows hosts apart whose steps differ, once steps are shown', () => {
    const hosts = ['a', 'b'].map((name) =>
      hostPlan(name, { changes: [change(name, { apply: [{ kind: 'run', argv: ['nmcli', name] }] })] }),
    )
    expect(text(hosts)).toContain('\na, b\n')
    const shown = text(hosts, { ...brief, steps: true })
    expect(shown).toContain('$ nmcli a')
    expect(shown).toContain('$ nmcli b')
  })

  it('keeps tasks in the order of the play, whatever they have to tell', () => {
    const note = { task: 'Switch MPTCP on', summary: 'it is built in' }
    const later = change('a', { task: 'Pair them', fact: 'limits' })
    const shown = text([hostPlan('a', { changes: [later], notes: [note] })])
    expect(shown.indexOf('Switch MPTCP on')).toBeLessThan(shown.indexOf('Pair them'))
  })

  it('says that nothing changes', () => {
    expect(text([hostPlan('a'), hostPlan('b')])).toContain('Unchanged: a, b\n\nPlan: no changes, 2 unchanged.')
  })

  it('marks removals and shows details of notes only when asked', () => {
    const gone = change('a', { fact: 'endpoint/192.0.2.1', before: { dev: 'eth0' }, after: null })
    const hosts = [hostPlan('a', { changes: [gone], notes: [{ task: gone.task, summary: 'short', detail: 'long' }] })]
    expect(text(hosts)).toContain('    - endpoint/192.0.2.1: dev eth0\n    note: short\n\n')
    expect(text(hosts, { ...brief, verbose: true })).toContain('    note: short\n      long\n')
  })

  it('says on terminals of any width what a change does whose values do not tell', () => {
    const silent = [
      change('a', {
        fact: 'file//etc/systemd/system/web.service.d/50-mptcp.conf',
        before: null,
        after: file('[Service]\n', '0644'),
        summary: 'have web.service use MPTCP, and restart it',
      }),
      change('a', {
        fact: 'nm_profile/eth0/connection.mptcp-flags',
        before: '30',
        after: '1',
        summary: "switch off NetworkManager's MPTCP endpoints on eth0",
      }),
    ]
    for (const width of [80, 200]) {
      const shown = text([hostPlan('a', { changes: [...silent, change('a')] })], brief, { ...PLAIN, width })
      expect(shown).toContain('        # have web.service use MPTCP, and restart it\n')
      expect(shown).toContain("30 → 1\n        # switch off NetworkManager's MPTCP endpoints on eth0\n")
      expect(shown).not.toContain('# set net.mptcp.enabled')
    }
  })

  it('shows of a list of records those that differ', () => {
    const lists = change('a', {
      fact: 'addresses',
      before: [own('192.0.2.1'), own('192.0.2.2')],
      after: [own('192.0.2.1')],
    })
    expect(text([hostPlan('a', { changes: [lists] })])).toContain('    ~ addresses: (dev eth0, 192.0.2.2) → absent\n')
    const turned = change('a', { ...lists, after: [own('192.0.2.2'), own('192.0.2.1')] })
    const wide = text([hostPlan('a', { changes: [turned] })], brief, { ...PLAIN, width: 200 })
    expect(wide).toContain('→ (dev eth0, 192.0.2.2); (dev eth0, 192.0.2.1)\n')
  })

  it('shows what steps run with -vv', () => {
    expect(text(plan.hosts, { ...brief, steps: true })).toContain('# $ sysctl -w net.mptcp.enabled=1')
  })

  it('shows unified diffs of files, and only the sum of private ones', () => {
    const open = change('a', { fact: 'file//etc/x', before: file('one\n', '0644'), after: file('two\n', '0644') })
    const shown = text([hostPlan('a', { changes: [open] })], { ...brief, diff: true })
    // The library's own first line says nothing more.
    expect(shown).not.toContain('Index:')
    expect(shown).toContain(
      '        --- /etc/x\n        +++ /etc/x\n        @@ -1,1 +1,1 @@\n        -one\n        +two\n',
    )
    const closed = change('a', { fact: 'file//etc/y', before: file('hush1\n', '0600'), after: file('hush2\n', '0600') })
    const hidden = text([hostPlan('a', { changes: [closed] })], { diff: true, verbose: true, steps: true })
    expect(hidden).not.toContain('hush')
    expect(hidden).toMatch(/-sha256 [0-9a-f]{64}\n +\+sha256 [0-9a-f]{64}/)
  })

  it('shows in diffs what stands at the end of a line', () => {
    const ends = change('a', { fact: 'file//etc/x', before: file('a\n', '0644'), after: file('a \r\n', '0644') })
    const shown = text([hostPlan('a', { changes: [ends] })], { ...brief, diff: true })
    expect(shown).toContain('-a\n')
    expect(shown).toContain(String.raw`+a \x0d` + '\n')
    expect(shown).toContain('--- /etc/x\n')
  })

  it('shows diffs of the files that a larger value holds', () => {
    const both = change('a', {
      fact: 'mptcp_persisted',
      before: { limits: { subflows: null }, script: null },
      after: { limits: { subflows: 2 }, script: script('limits subflows 2\n') },
    })
    const shown = text([hostPlan('a', { changes: [both] })], { ...brief, diff: true })
    expect(shown).toContain('    ~ mptcp_persisted\n        limits.subflows: absent → 2\n')
    expect(shown).toContain('        --- /dev/null\n        +++ /usr/local/x\n')
  })

  it('never shows a secret', () => {
    const secret = change('a', {
      after: { password: new Secret('tiger') },
      apply: [{ kind: 'run', argv: ['passwd'], stdin: new Secret('tiger') }],
    })
    expect(text([hostPlan('a', { changes: [secret] })], { diff: true, verbose: true, steps: true })).not.toContain(
      'tiger',
    )
  })

  it('shows whole what takes an opaque task back, and what a rollback of it runs', () => {
    const undo = { kind: 'run', argv: ['/bin/sh', '-c', 'ip link set eth1 up\nip -s link'], chdir: '/srv' } as const
    const opaque = change('a', {
      fact: 'shell/cut',
      module: 'shell',
      before: null,
      after: UNKNOWN,
      summary: 'run ip link set eth1 down',
      apply: [{ kind: 'run', argv: ['/bin/sh', '-c', 'ip link set eth1 down'] }],
      undo: [undo, { kind: 'run', argv: ['tee'], stdin: new Secret('tiger') }],
      opaque: true,
    })
    const other = { ...opaque, host: 'b', undo: [{ kind: 'run', argv: ['true'] } as const] }
    const shown = text([hostPlan('a', { changes: [opaque] }), hostPlan('b', { changes: [other] })])
    expect(shown).toContain(
      [
        '    + shell/cut: known after apply',
        '        # run ip link set eth1 down',
        "        # undo: /bin/sh -c 'ip link set eth1 up",
        "        #   ip -s link' (in /srv)",
        '        # undo: tee',
        '        #   stdin: [secret]',
        '',
      ].join('\n'),
    )
    // Another undo is another plan.
    expect(shown).toContain('        # undo: true\n')
    const back = {
      ...opaque,
      module: 'rollback',
      before: 'known after apply',
      after: null,
      apply: [undo],
      undo: opaque.apply,
    }
    expect(text([hostPlan('a', { changes: [back] })])).toContain("        # run: /bin/sh -c 'ip link set eth1 up\n")
    // What a rollback of that rollback runs: the command itself.
    const again = { ...opaque, module: 'rollback', undo: [] }
    expect(text([hostPlan('a', { changes: [again] })])).toContain("# run: /bin/sh -c 'ip link set eth1 down'\n")
    const hidden = { ...opaque, noLog: true, apply: [], undo: [], summary: CENSORED }
    expect(text([hostPlan('a', { changes: [hidden] })])).not.toContain('eth1')
  })

  it.each<[string, Step, string]>([
    ['a program', { kind: 'run', argv: ['ip', 'mptcp', 'limits', 'set'] }, '# run: ip mptcp limits set'],
    ['its input', { kind: 'run', argv: ['sh'], stdin: 'reboot\n' }, '# run: sh\n        #   stdin: reboot'],
    [
      'its script',
      { kind: 'run', argv: ['sh', '?'], script: { at: 1, text: 'halt\n' } },
      "# run: sh '?'\n        #   script: halt",
    ],
    ['a removal', { kind: 'remove', path: '/etc/x' }, '# remove /etc/x'],
    ['a file', written('* * * * * root x\n', '0644'), ', mode 0644, owner root:root:\n        #   * * * * * root x'],
    ['a private file', written('hush\n', '0600'), 'root:root: sha256\n        #   7935b0a7'],
  ])('shows every step of a rollback whole, also of many hosts: %s', (_, step, said) => {
    const of = (host: string, limit: number): HostPlan => {
      const planted: Step = { kind: 'run', argv: ['planted', host] }
      const module = 'rollback'
      return hostPlan(host, {
        changes: [change(host, { module, fact: 'limits/subflows', before: 6, after: limit, apply: [step, planted] })],
      })
    }
    const shown = text(Array.from({ length: 40 }, (_unused, i) => of(`h${i}`, 2)))
    expect(shown).toContain(said)
    expect(shown).not.toContain('hush')
    expect(shown.match(/# run: planted h/g)).toHaveLength(40)
    expect(text([of('a', 2)], { ...brief, steps: true }).match(/planted/g)).toHaveLength(1)
  })

  it('lists hosts beyond the first groups with the number of their changes', () => {
    const hosts = Array.from({ length: 40 }, (_, i) =>
      hostPlan(`h${i}`, { changes: [change(`h${i}`, { after: `${i}` })] }),
    )
    const shown = text(hosts)
    expect(shown).toContain('15 more hosts with plans of their own')
    expect(shown).toContain('h39 (1)')
    expect(text(hosts, { ...brief, verbose: true })).not.toContain('more hosts')
  })

  it('keeps within 80 columns where words allow', () => {
    const lines = renderPlan(plan, PLAIN, { diff: true, verbose: true, steps: true }).split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('names every host exactly once', () => {
    const hosts = fc.uniqueArray(fc.nat({ max: 500 }), { maxLength: 60 }).chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc
            .record({ values: fc.array(fc.constantFrom('x', 'y', UNKNOWN, null), { maxLength: 2 }), bad: fc.boolean() })
            .map(({ values, bad }) =>
              hostPlan(`<${id}>`, {
                changes: values.map((after) => change(`<${id}>`, { after })),
                problems: bad ? [{ task: 't', code: 'c', summary: 's' }] : [],
              }),
            ),
        ),
      ),
    )
    fc.assert(
      fc.property(hosts, fc.boolean(), (list, verbose) => {
        const shown = text(list, { ...brief, verbose })
        for (const { host } of list) expect(shown.split(host)).toHaveLength(2)
      }),
    )
  })
})
