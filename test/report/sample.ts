/** A recorded run as data: two hosts paired, one host down, with its plan, events and report. */
import { UNKNOWN } from '../../src/model/change.ts'
import type { PlannedChange } from '../../src/model/change.ts'
import type { HostPlan, PlayPlan, RunEvent } from '../../src/model/events.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { ChangeReport, HostReport, RunReport, TrialResult } from '../../src/model/report.ts'

export function change(host: string, more: Partial<PlannedChange> = {}): PlannedChange {
  return {
    host,
    task: 'Switch MPTCP on',
    module: 'mptcp_enabled',
    taskIndex: 0,
    checkOnly: false,
    fact: 'sysctl/net.mptcp.enabled',
    before: '0',
    after: '1',
    summary: 'set net.mptcp.enabled to 1',
    apply: [{ kind: 'run', argv: ['sysctl', '-w', 'net.mptcp.enabled=1'] }],
    undo: [{ kind: 'run', argv: ['sysctl', '-w', 'net.mptcp.enabled=0'] }],
    disruptive: false,
    ...more,
  }
}

export function hostPlan(host: string, more: Partial<HostPlan> = {}): HostPlan {
  return { host, changes: [], notes: [], problems: [], afterApply: [], ...more }
}

const dropIn = '# managed by mptcp-fleet\nnet.mptcp.enabled = 1\n'

function pairChanges(host: string, address: string, role: 'signal' | 'subflow'): PlannedChange[] {
  return [
    change(host),
    change(host, {
      fact: 'file//etc/sysctl.d/90-mptcp.conf',
      before: null,
      after: { kind: 'file', content: dropIn, mode: '0644', owner: 'root', group: 'root' },
      summary: 'write /etc/sysctl.d/90-mptcp.conf',
      apply: [
        {
          kind: 'write',
          path: '/etc/sysctl.d/90-mptcp.conf',
          bytes: dropIn,
          mode: '0644',
          owner: 'root',
          group: 'root',
        },
      ],
      undo: [{ kind: 'remove', path: '/etc/sysctl.d/90-mptcp.conf' }],
    }),
    change(host, {
      task: 'Pair them',
      module: 'mptcp_pair',
      taskIndex: 1,
      fact: 'limits',
      before: { subflows: 2, addAddrAccepted: 0, max: 8 },
      after: { subflows: 2, addAddrAccepted: 1, max: 8 },
      summary: 'accept 1 announced address',
    }),
    change(host, {
      task: 'Pair them',
      module: 'mptcp_pair',
      taskIndex: 1,
      fact: `endpoint/${address}`,
      before: null,
      after: { address, port: null, id: UNKNOWN, flags: [role], dev: 'eth0' },
      summary: `add endpoint ${address}`,
      disruptive: true,
    }),
  ]
}

export const plan: PlayPlan = {
  play: 'Pair System A and System B',
  batch: 1,
  batches: 2,
  tasks: ['Switch MPTCP on', 'Pair them', 'Wrap sshd', 'Prove it'],
  hosts: [
    hostPlan('system-a', {
      changes: pairChanges('system-a', '192.0.2.10', 'signal'),
      notes: [
        { task: 'Pair them', summary: 'docker0 is left out: both hosts have 172.17.0.1', detail: 'a local bridge' },
      ],
    }),
    hostPlan('system-b', { changes: pairChanges('system-b', '192.0.2.20', 'subflow') }),
    hostPlan('system-c'),
    hostPlan('system-d', {
      problems: [
        { task: 'Pair them', code: 'too-few-paths', summary: 'only one path', hint: 'connect a second network' },
      ],
    }),
    hostPlan('system-e', { afterApply: [{ task: 'Wrap sshd', reason: 'reads tools' }] }),
    hostPlan('system-f'),
  ],
  trials: [{ task: 'Prove it', server: 'system-a', client: 'system-b' }],
}

export const metrics: HostReport['metrics'] = {
  connections: 1,
  execs: 3,
  bytesSent: 9000,
  bytesReceived: 21_000,
  connectMs: 210,
  gatherMs: 340,
  planMs: 2,
  applyMs: 800,
  verifyMs: 310,
}

export function changeReport(more: Partial<ChangeReport> = {}): ChangeReport {
  return {
    task: 'Switch MPTCP on',
    module: 'mptcp_enabled',
    fact: 'sysctl/net.mptcp.enabled',
    summary: 'set net.mptcp.enabled to 1',
    before: '0',
    after: '1',
    status: 'done',
    ...more,
  }
}

export function hostReport(name: string, more: Partial<HostReport> = {}): HostReport {
  return { name, address: '203.0.113.7', status: 'ok', changes: [], error: null, metrics, ...more }
}

export const trial: TrialResult = {
  server: 'system-a',
  client: 'system-b',
  verdict: 'pass',
  reasons: [],
  bytes: 67_108_864,
  durationMs: 2910,
  checksumOk: true,
  subflows: [
    {
      clientAddress: '192.0.2.20',
      clientDevice: 'eth0',
      serverAddress: '192.0.2.10',
      serverDevice: 'eth0',
      backup: false,
      bytes: 34_603_008,
      share: 0.5156,
    },
    {
      clientAddress: '198.51.100.20',
      clientDevice: 'wlan0',
      serverAddress: '198.51.100.10',
      serverDevice: 'wlan0',
      backup: false,
      bytes: 32_505_856,
      share: 0.4844,
    },
  ],
}

const doneChanges = ['Switch MPTCP on', 'Pair them'].map((task) => changeReport({ task }))

export function runReport(more: Partial<RunReport> = {}): RunReport {
  return {
    schemaVersion: 1,
    command: 'apply',
    generator: { name: 'mptcp-fleet', version: '1.2.3', account: 'ops@laptop' },
    runId: '20260102T030405Z-1a2b3c',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:04:15.000Z',
    exitCode: 4,
    check: false,
    playbooks: ['playbooks/pair.yml'],
    inventoryHash: 'sha256:0',
    hosts: [
      hostReport('system-a', { status: 'changed', changes: doneChanges }),
      hostReport('system-b', { status: 'changed', changes: doneChanges }),
      hostReport('system-x', {
        status: 'unreachable',
        error: {
          code: 'refused',
          summary: '203.0.113.9 port 22 refused the connection',
          detail: 'connect ECONNREFUSED 203.0.113.9:22',
          hint: 'is sshd running there, and is the port right? ansible_port sets another one',
        },
      }),
    ],
    trials: [trial],
    findings: [],
    diagnostics: [],
    ...more,
  }
}

export function finding(host: string, more: Partial<Finding> = {}): Finding {
  return {
    task: 'Nothing is wrong',
    host,
    profile: 'client',
    control: 'limits-sufficient',
    title: 'The limits allow the paths that the profile asks for',
    severity: 'high',
    status: 'fail',
    fails: true,
    reason: 'add_addr_accepted is 0, needed are 1',
    evidence: [{ kind: 'running', fact: 'limits/add_addr_accepted', value: 0 }],
    waiver: null,
    ...more,
  }
}

/** The run's events, in order. */
export function events(): RunEvent[] {
  const report = runReport()
  const hosts = report.hosts.map((host) => host.name)
  const pair = ['system-a', 'system-b']
  const planned = plan.hosts.filter((host) => pair.includes(host.host))
  return [
    { type: 'run-started', runId: report.runId, command: 'apply', check: false, startedAt: report.startedAt, hosts },
    { type: 'play-started', play: plan.play, batch: 1, batches: 1, hosts },
    ...hosts.map((host): RunEvent => ({ type: 'host-phase', host, phase: 'connecting' })),
    ...pair.map((host): RunEvent => ({ type: 'host-phase', host, phase: 'gathering' })),
    ...pair.map((host): RunEvent => ({ type: 'host-phase', host, phase: 'planned' })),
    { type: 'plan-ready', plan: { ...plan, batches: 1, hosts: planned } },
    ...planned.flatMap(({ host, changes }) => applying(host, changes)),
    { type: 'trial-started', task: 'Prove it', server: 'system-a', client: 'system-b' },
    { type: 'trial-finished', task: 'Prove it', result: trial },
    ...report.hosts.map((host): RunEvent => ({ type: 'host-finished', host })),
    { type: 'run-finished', report },
  ]
}

function applying(host: string, changes: PlannedChange[]): RunEvent[] {
  const finished = changes.map(({ task, summary }): RunEvent => ({
    type: 'change-finished',
    host,
    change: changeReport({ task, summary }),
  }))
  return [
    { type: 'host-phase', host, phase: 'applying' },
    { type: 'apply-started', host, address: '203.0.113.7', become: null, attempt: 'run', guard: null, changes },
    ...finished,
    { type: 'host-phase', host, phase: 'verifying' },
  ]
}
