import { describe, expect, it } from 'vitest'
import { errorDiagnostic } from '../../src/model/diagnostic.ts'
import type { ChangeReport } from '../../src/model/report.ts'
import { runReportSchema } from '../../src/model/report.ts'
import { renderDiagnostics } from '../../src/report/diagnostics.ts'
import { renderHostErrors } from '../../src/report/errors.ts'
import { findFormat } from '../../src/report/format.ts'
import { runFormats } from '../../src/report/formats.ts'
import { renderJson } from '../../src/report/json.ts'
import { renderTrials } from '../../src/report/paths.ts'
import { recapRows, renderRecap } from '../../src/report/recap.ts'
import { renderRun } from '../../src/report/run.ts'
import { PLAIN, paint, styleOf } from '../../src/report/style.ts'
import { formatBytes, formatDuration } from '../../src/report/units.ts'
import { wrap } from '../../src/report/wrap.ts'
import { changeReport, finding, hostReport, runReport, trial } from './sample.ts'

const at = (file: string, line: number, column: number): ReturnType<typeof errorDiagnostic> =>
  errorDiagnostic('x', `${file}${line}${column}`, { source: { file, line, column } })

/** The recap's row of a host with one change. */
function rowOf(status: ChangeReport['status'], check: boolean) {
  const hosts = [hostReport('a', { changes: [changeReport({ status })] })]
  return recapRows(runReport({ hosts, trials: [], check }))[0]
}

describe('recap', () => {
  it("has Ansible's columns", () => {
    const tasks = new Map([['system-a', 4]])
    expect(renderRecap(runReport(), PLAIN, tasks)).toBe(
      [
        'system-a : ok=5 changed=2 unreachable=0 failed=0 skipped=0',
        'system-b : ok=3 changed=2 unreachable=0 failed=0 skipped=0',
        'system-x : ok=0 changed=0 unreachable=1 failed=0 skipped=0',
        '',
      ].join('\n'),
    )
  })

  it('stays in columns whatever the names are written in', () => {
    const hosts = ['東京', 'zürich-ü', 'a'].map((name) => hostReport(name))
    expect(
      renderRecap(runReport({ hosts, trials: [] }), PLAIN)
        .split('\n')
        .slice(0, 3),
    ).toEqual([
      '東京     : ok=0 changed=0 unreachable=0 failed=0 skipped=0',
      'zürich-ü : ok=0 changed=0 unreachable=0 failed=0 skipped=0',
      'a        : ok=0 changed=0 unreachable=0 failed=0 skipped=0',
    ])
  })

  it('counts changes that were done, and those that check mode, of the run or of a task, only planned', () => {
    expect(rowOf('planned', true)).toMatchObject({ changed: 1, ok: 1 })
    expect(rowOf('planned', false)).toMatchObject({ changed: 1, ok: 1 })
    expect(rowOf('done', false)).toMatchObject({ changed: 1, ok: 1 })
    expect(rowOf('not-started', true)).toMatchObject({ changed: 0, ok: 0 })
  })

  it.each([
    ['failed', { failed: 1 }, ''],
    ['unknown', { failed: 1 }, ' (unknown)'],
    ['rolled-back', { failed: 1 }, ' (rolled-back)'],
    ['unreachable', { unreachable: 1, failed: 0 }, ''],
    ['skipped', { skipped: 1 }, ''],
    ['not-started', { ok: 0, failed: 0 }, ' (not-started)'],
  ] as const)('%s', (status, expected, ending) => {
    const report = runReport({ hosts: [hostReport('a', { status })], trials: [] })
    expect(recapRows(report, new Map([['a', 3]]))[0]).toMatchObject(expected)
    expect(renderRecap(report, PLAIN)).toMatch(
      new RegExp(`skipped=\\d${ending.replaceAll(/[()]/g, String.raw`\$&`)}\n$`),
    )
  })

  it('counts a failed trial on both its hosts', () => {
    const rows = recapRows(runReport({ trials: [{ ...trial, verdict: 'fail' }] }))
    expect(rows.map((row) => row.failed)).toEqual([1, 1, 0])
  })
})

describe('trials', () => {
  it('shows a table of paths', () => {
    const shown = renderTrials(runReport(), PLAIN)
    expect(shown).toContain('PASS  system-b → system-a  64.0 MiB in 2.9 s, 2 subflows, checksum right\n')
    expect(shown).toContain('│ 192.0.2.20%eth0     │ 192.0.2.10%eth0     │ regular │ 33.0 MiB │ 51.6 % │')
  })

  it('fits into 80 columns with long addresses', () => {
    const long = {
      clientAddress: '2001:db8:1234:5678:9abc:def0:1234:5678',
      serverAddress: '2001:db8:1234:5678:9abc:def0:1234:9999',
    }
    const subflows = trial.subflows.map((subflow) => Object.assign({}, subflow, long))
    const shown = renderTrials(runReport({ trials: [{ ...trial, subflows }] }), PLAIN)
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(shown).toContain('→ 2001:db8:1234:5678:9abc:def0:1234:9999%eth0')
  })

  it('gives reasons, and sums up where there are many', () => {
    const failed = { ...trial, verdict: 'fail' as const, reasons: ['only 1 subflow carried data'] }
    const report = runReport({ trials: [...Array.from({ length: 40 }, () => trial), failed] })
    const shown = renderTrials(report, PLAIN)
    expect(shown.match(/│ client/g)).toHaveLength(1)
    expect(shown).toContain('    - only 1 subflow carried data\n')
    expect(shown).toContain('41 trials: 40 passed, 1 failed, 0 not run')
  })

  it('says so where nothing ran', () => {
    const none = {
      ...trial,
      verdict: 'not-run' as const,
      bytes: 0,
      checksumOk: null,
      subflows: [],
      reasons: ['a: down'],
    }
    expect(renderTrials(runReport({ trials: [none] }), PLAIN)).toBe('NOT RUN  system-b → system-a\n    - a: down\n')
  })
})

describe('errors and diagnostics', () => {
  it('shows hosts with the same error together', () => {
    const error = { code: 'dns', summary: 'no such name', detail: '', hint: 'check ansible_host' }
    const hosts = ['a', 'b'].map((name) => hostReport(name, { status: 'unreachable', error }))
    expect(renderHostErrors(runReport({ hosts }), PLAIN)).toBe(
      'UNREACHABLE a, b (2 hosts)\n    dns: no such name\n    hint: check ansible_host\n',
    )
  })

  it('shows only the codes of many different errors', () => {
    const hosts = Array.from({ length: 50 }, (_, index) => {
      const error = { code: 'refused', summary: `host ${index} refused`, detail: '', hint: '' }
      return hostReport(`h${index}`, { status: 'unreachable', error })
    })
    const shown = renderHostErrors(runReport({ hosts }), PLAIN)
    expect(shown).toContain('host 19 refused')
    expect(shown).not.toContain('host 20 refused')
    expect(shown).toContain('UNREACHABLE refused: 30 more hosts\n    h20, h21,')
  })

  it('sorts diagnostics by file, line and column', () => {
    const given = [
      at('b.yml', 1, 1),
      at('a.yml', 10, 2),
      at('a.yml', 2, 9),
      at('a.yml', 10, 1),
      errorDiagnostic('x', 'none'),
    ]
    expect(renderDiagnostics(given, PLAIN).trim().split('\n')).toEqual([
      'none',
      'a.yml:2:9: a.yml29',
      'a.yml:10:1: a.yml101',
      'a.yml:10:2: a.yml102',
      'b.yml:1:1: b.yml11',
    ])
  })

  it('shows detail and hint below', () => {
    const given = [
      errorDiagnostic('x', 'wrong', { detail: 'more', hint: 'do this', source: { file: 'f', line: 1, column: 2 } }),
    ]
    expect(renderDiagnostics(given, PLAIN)).toBe('f:1:2: wrong\n    more\n    hint: do this\n')
  })
})

describe('json', () => {
  it('is the report', () => expect(runReportSchema.parse(JSON.parse(renderJson(runReport())))).toEqual(runReport()))
  it('is chosen by the ending', () => {
    expect(findFormat('a/b.JSON', runFormats)?.render).toBe(renderJson)
    expect(findFormat('a/json', runFormats)).toBeNull()
  })
})

describe('small parts', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [67_108_864, '64.0 MiB'],
    [5e15, '4547.5 TiB'],
  ])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    [0.4, '0 ms'],
    [999, '999 ms'],
    [5400, '5.4 s'],
    [125_000, '2 min 05 s'],
  ])('%d ms', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('wraps at words and keeps line ends', () => {
    expect(wrap('aa bb cc', 5)).toBe('aa bb\ncc')
    expect(wrap('aa\nbb', 10, '- ', '  ')).toBe('- aa\n  bb')
    expect(wrap('longerthanwidth x', 5)).toBe('longerthanwidth\nx')
    expect(wrap('', 5, '# ')).toBe('#')
  })

  it('colours only terminals, and never with NO_COLOR', () => {
    expect(styleOf({ isTTY: true, columns: 120 }, {})).toEqual({ width: 120, color: true })
    expect(styleOf({ isTTY: true, columns: 120 }, { NO_COLOR: '1' }).color).toBe(false)
    expect(styleOf({ isTTY: true }, { TERM: 'dumb' })).toEqual({ width: 80, color: false })
    // A terminal whose size nobody has set says 0.
    expect(styleOf({ isTTY: true, columns: 0 }, {}).width).toBe(80)
    expect(styleOf({ columns: 200 }, {})).toEqual({ width: 80, color: false })
    expect(paint({ width: 80, color: true }, 'red', 'x')).toBe('\u001B[31mx\u001B[39m')
    expect(paint(PLAIN, 'red', 'x')).toBe('x')
  })
})

it('tells findings before errors: the worst first, hosts with the same reason together', () => {
  const low = finding('c', { control: 'scheduler', title: 'The scheduler is right', severity: 'low', fails: false })
  const waived = finding('d', { status: 'waived', fails: false, waiver: 'ops, until 2999-01-01: later' })
  const report = runReport({ hosts: [], trials: [], findings: [low, finding('a'), finding('b'), waived] })
  expect(renderRun(report, PLAIN)).toBe(`FINDINGS
high limits-sufficient: The limits allow the paths that the profile asks for
    (Nothing is wrong)
    a, b: add_addr_accepted is 0, needed are 1
high (waived) limits-sufficient: The limits allow the paths that the profile
    asks for (Nothing is wrong)
    d: add_addr_accepted is 0, needed are 1 (waived by ops, until 2999-01-01:
      later)
low (below threshold) scheduler: The scheduler is right (Nothing is wrong)
    c: add_addr_accepted is 0, needed are 1
`)
})
