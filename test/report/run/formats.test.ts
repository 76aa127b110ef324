/** A run in every format that it has: read by the readers of these, and nothing of a host raw. */
import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunReport } from '../../../src/model/report.ts'
import { explainEndings, findFormat } from '../../../src/report/format.ts'
import { runFormats } from '../../../src/report/formats.ts'
import { renderRunCsv } from '../../../src/report/run/csv.ts'
import { renderRunJUnit } from '../../../src/report/run/junit.ts'
import { renderRunMarkdown } from '../../../src/report/run/markdown.ts'
import { withoutOwnScripts } from '../../support/html-page.ts'
import { ESCAPES, hostileText } from '../../support/hostile-text.ts'
import { HOSTILE } from '../audit/sample.ts'
import { faultsOf } from '../junit-schema.ts'
import { changeReport, finding, hostReport, runReport, trial } from '../sample.ts'

const CONTROL = /(?!\n|\r\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const STATUSES = ['planned', 'done', 'failed', 'unknown', 'not-started', 'rolled-back'] as const
const HOST_STATUSES = [
  'ok',
  'changed',
  'failed',
  'unreachable',
  'unknown',
  'skipped',
  'not-started',
  'rolled-back',
] as const

function saying(text: string): RunReport {
  const error = { code: 'command-failed', summary: text, detail: text, hint: text }
  const changes = STATUSES.map((status) =>
    changeReport({
      status,
      task: text,
      module: text,
      fact: text,
      summary: text,
      before: { [text]: text },
      after: [text],
    }),
  )
  const subflow = { ...trial.subflows[0]!, clientDevice: text, serverAddress: text }
  return runReport({
    playbooks: [text],
    hosts: HOST_STATUSES.map((status) => hostReport(`${status}${text}`, { status, error, changes, address: text })),
    trials: (['pass', 'fail', 'not-run'] as const).map((verdict) => ({
      ...trial,
      verdict,
      server: text,
      client: text,
      reasons: [text],
      subflows: [subflow],
    })),
    findings: (['fail', 'error', 'not-tested', 'waived'] as const).map((status) =>
      finding(`ok${text}`, {
        status,
        fails: status !== 'waived',
        task: text,
        profile: text,
        control: text,
        title: text,
        reason: text,
        evidence: [{ kind: 'running', fact: text, value: { [text]: text } }],
        waiver: text,
      }),
    ),
    diagnostics: [{ severity: 'warning', code: 'x', summary: text, detail: text, hint: text, source: null }],
  })
}

const REPORTS = {
  'a rich one': saying('a'),
  'one of hostile texts': saying(HOSTILE),
  'a plain one': runReport(),
  'an empty one': runReport({ hosts: [], trials: [], playbooks: [] }),
}

describe.each(runFormats.map((format) => [format.endings[0], format] as const))('%s', (_, { render }) => {
  test.each(Object.entries(REPORTS))('shows %s without anything raw', (_, report) => {
    expect(render(report)).not.toMatch(CONTROL)
    expect(withoutOwnScripts(render(report))).not.toContain('<script')
  })

  test.each(ESCAPES)('shows %j as an escape', (text) => expect(render(saying(text))).not.toMatch(CONTROL))

  test('shows nothing raw, whatever a host says', () => {
    fc.assert(
      fc.property(hostileText('ip: no such device\n'), (text) => {
        expect(render(saying(text))).not.toMatch(CONTROL)
      }),
      { numRuns: 25 },
    )
  })
})

describe('the ending', () => {
  test.each(['a.hdf.json', 'a.oscal.json', 'a.prom', 'a.txt'])('of %s is of no run', (file) => {
    expect(findFormat(file, runFormats)).toBeNull()
  })
  test('is explained', () =>
    expect(explainEndings(runFormats)).toContain('.junit.xml or .xml (JUnit, for CI servers), .html'))
})

describe('junit', () => {
  test.each(Object.entries(REPORTS))('of %s is valid', async (_, report) => {
    expect(await faultsOf(renderRunJUnit(report))).toEqual([])
  })

  test('keeps what failed from what is not known, and from what was not to be made', () => {
    const suites = renderRunJUnit(saying('a')).match(/<testsuite .*>/g) ?? []
    const numbers = suites.map((line) =>
      /name="(.*?)" .*tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(line),
    )
    // Each host has changes of every status: 1 failed, unknown and rolled back, planned and not started; the first findings too.
    expect(numbers.map((match) => match?.slice(1).join(' '))).toEqual([
      'oka 11 3 3 3',
      'changeda 7 1 2 2',
      'faileda 7 2 2 2',
      'unreachablea 7 1 3 2',
      'unknowna 7 1 3 2',
      'skippeda 7 1 2 3',
      'not-starteda 7 1 2 3',
      'rolled-backa 7 1 3 2',
      'trials 3 1 0 1',
    ])
  })
})

describe('csv', () => {
  const rows = (report: RunReport): Record<string, string>[] => parse(renderRunCsv(report), { columns: true })

  test('has a row for each host, change and trial', () => {
    const found = rows(runReport())
    expect(found.map(({ kind, host, status }) => `${kind} ${host} ${status}`)).toEqual([
      'host system-a changed',
      'change system-a done',
      'change system-a done',
      'host system-b changed',
      'change system-b done',
      'change system-b done',
      'host system-x unreachable',
      'trial system-b pass',
    ])
    expect(found[1]).toMatchObject({ fact: 'sysctl/net.mptcp.enabled', before: '0', after: '1' })
    expect(found.at(-1)).toMatchObject({ peer: 'system-a', summary: '64.0 MiB in 2.9 s, 2 subflows, checksum right' })
  })

  test('has a row for each finding', () => {
    const waived = finding('b', { status: 'waived', fails: false, waiver: 'ops, until 2999-01-01: later' })
    expect(
      rows(runReport({ hosts: [], trials: [], findings: [finding('a'), waived, finding('c', { fails: false })] })),
    ).toMatchObject([
      { kind: 'finding', host: 'a', status: 'fail', fact: 'limits-sufficient', task: 'Nothing is wrong' },
      { host: 'b', status: 'waived', detail: expect.stringContaining('(waived by ops, until 2999-01-01: later)') },
      { host: 'c', status: 'below threshold' },
    ])
  })

  test('has as many cells in each row', () => {
    expect(rows(REPORTS['one of hostile texts'])).toHaveLength(8 * 7 + 3 + 4)
  })
})

test('markdown tells findings, hosts with the same one together', () => {
  const findings = [finding('a'), finding('b'), finding('c', { fails: false, severity: 'low' })]
  expect(renderRunMarkdown(runReport({ hosts: [], trials: [], findings }))).toContain(`## Findings

- high \`limits-sufficient\`: The limits allow the paths that the profile asks for
  - \`a\`, \`b\`: \`add_addr_accepted is 0, needed are 1\`
- low (below threshold) \`limits-sufficient\`: The limits allow the paths that the profile asks for
  - \`c\`: \`add_addr_accepted is 0, needed are 1\`
`)
})

test('markdown tells trials, errors, changes and the recap', () => {
  expect(renderRunMarkdown(runReport())).toMatchInlineSnapshot(`
    "# apply on 3 hosts

    |  |  |
    | --- | --- |
    | Playbooks | \`playbooks/pair.yml\` |
    | Inventory | \`sha256:0\` |
    | Time | \`2026-01-02T03:04:05.000Z\` to \`2026-01-02T03:04:15.000Z\` |
    | Run | \`20260102T030405Z-1a2b3c\` |
    | Exit code | 4 |
    | Made with | \`mptcp-fleet 1.2.3, by ops@laptop (a claim)\` |

    ## Trials

    - pass: \`system-b\` to \`system-a\`, 64.0 MiB in 2.9 s, 2 subflows, checksum right
      - \`192.0.2.20%eth0 → 192.0.2.10%eth0: 33.0 MiB, 51.6 %\`
      - \`198.51.100.20%wlan0 → 198.51.100.10%wlan0: 31.0 MiB, 48.4 %\`

    ## Errors

    - \`system-x\`: unreachable, \`203.0.113.9 port 22 refused the connection\`
      - hint: \`is sshd running there, and is the port right? ansible_port sets another one\`

    ## Changes

    - \`system-a\`
      - done: \`sysctl/net.mptcp.enabled\` from \`0\` to \`1\` (\`Switch MPTCP on\`)
      - done: \`sysctl/net.mptcp.enabled\` from \`0\` to \`1\` (\`Pair them\`)
    - \`system-b\`
      - done: \`sysctl/net.mptcp.enabled\` from \`0\` to \`1\` (\`Switch MPTCP on\`)
      - done: \`sysctl/net.mptcp.enabled\` from \`0\` to \`1\` (\`Pair them\`)

    ## Recap

    | host | status | changed | failed |
    | --- | --- | --- | --- |
    | \`system-a\` | changed | 2 | 0 |
    | \`system-b\` | changed | 2 | 0 |
    | \`system-x\` | unreachable | 0 | 0 |
    "
  `)
})
