/** What both ends of a trial print, changed as a broken or lying host would: a verdict with reasons, never a crash. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TrialResult } from '../../src/model/report.ts'
import { runReportSchema } from '../../src/model/report.ts'
import type { TrialOutput } from '../../src/modules/define.ts'
import { hostileText, INHERITED } from '../support/hostile-text.ts'
import { host, planOf } from './mptcp_test-hosts.ts'

const MIB = 'MPTcpExt: MPCapableSYNRX MPCapableSYNTX MPJoinSynTx MPJoinSynAckRx\nMPTcpExt:'
const DEVICES = (bytes: number): string =>
  ['eth0', 'wlan0'].map((dev) => `  ${dev}: ${bytes} 1 0 0 0 0 0 0 ${bytes} 1 0 0 0 0 0 0`).join('\n')
const AROUND = (middle: string): string =>
  `@mib before\n${MIB} 0 0 0 0\n@dev before\n${DEVICES(0)}\n@route 192.0.2.20 192.0.2.10\n192.0.2.10 from 192.0.2.20 dev eth0 uid 0\n${middle}\n@mib after\n${MIB} 1 1 1 1\n@dev after\n${DEVICES(9e6)}\n@end\n`
const SAMPLE = (bytes: number): string => `@sample 1.0
ESTAB 0 0 192.0.2.20:1000 192.0.2.10:8080 users:(("curl",pid=7,fd=4)) remote_key token:2a
@tcp
ESTAB 0 0 192.0.2.20:1000 192.0.2.10:8080 bytes_received:${bytes} flags:Mmec token:0000(id:0)/2a(id:0)
ESTAB 0 0 198.51.100.20%wlan0:1001 198.51.100.10:8080 bytes_received:${bytes} flags:Jjec token:7(id:1)/2a(id:1)`

const SERVER = AROUND(`@listener mptcp\nREADY 8080 ${'a'.repeat(64)}`)
const CLIENT = AROUND(`${SAMPLE(1e6)}\n${SAMPLE(8e6)}\n@transfer 10.00 12.50\n@curl 0\n\n@sha256 ${'a'.repeat(64)}`)
const FAILED = '@fail web-server the web server died: OSError\n'

const trial = runReportSchema.shape.trials.element

function judge(server: TrialOutput, client: TrialOutput): TrialResult {
  return planOf(host(10), host(20), { bytes: 16_000_000 }).judge({ server, client })
}

function ended(stdout: string, more: Partial<TrialOutput> = {}): TrialOutput {
  return { stdout, stderr: '', rc: 0, failure: null, ...more }
}

it('passes as it stands', () => {
  expect(judge(ended(SERVER), ended(CLIENT)).reasons).toEqual([])
})

it('judges whatever both ends print', () => {
  const outputs = (example: string): fc.Arbitrary<TrialOutput> =>
    fc.record({
      stdout: fc.oneof({ weight: 2, arbitrary: fc.constant(example) }, { weight: 5, arbitrary: hostileText(example) }),
      stderr: hostileText('bash: line 1: no\n'),
      rc: fc.constantFrom(0, 0, 0, 1, 124, null),
      failure: fc.constantFrom(null, null, 'the connection was lost'),
    })
  fc.assert(
    fc.property(fc.oneof(outputs(SERVER), outputs(FAILED)), outputs(CLIENT), (server, client) => {
      expectReport(judge(server, client))
    }),
    { numRuns: 600 },
  )
})

it.each(INHERITED)('takes %s for a name like any other', (name) => {
  const rename = (text: string): string =>
    text.replaceAll('%wlan0', '').replaceAll('wlan0', name).replaceAll('198.51.100.20', name)
  const result = judge(ended(rename(SERVER)), ended(rename(CLIENT)))
  expectReport(result)
  expect(result.verdict).toBe('fail')
})

it.each(['nan 12.5', '10 nan', '1e999 12', '-1 5', '', '10'])(
  'a transfer that lasted from and to "%s" did not end',
  (times) => {
    const result = judge(ended(SERVER), ended(CLIENT.replace('@transfer 10.00 12.50', `@transfer ${times}`)))
    expectReport(result)
    expect(result.reasons.join()).toContain('the transfer was ended before it was complete')
  },
)

it.each(['nan', '', '9'.repeat(400)])('curl that ended with "%s" did not end', (rc) => {
  expectReport(judge(ended(SERVER), ended(CLIENT.replace('@curl 0', `@curl ${rc}`))))
})

it('stays small where a host tells of very many subflows, or in very long lines', () => {
  const subflow = (index: number): string =>
    `ESTAB 0 0 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:1 192.0.2.10:8080 bytes_received:1 flags:Jjec token:7(id:1)/2a(id:1)\n`
  const many = Array.from({ length: 40_000 }, (_, index) => subflow(index)).join('')
  expectReport(judge(ended(SERVER), ended(CLIENT.replaceAll('@tcp\n', `@tcp\n${many}`))))
  const long = judge(ended(`@fail web-server ${'x'.repeat(5_000_000)}\n`), ended(''))
  expectReport(long)
  expect(long.verdict).toBe('fail')
})

/** It can be written to a report and read back, and a person can read it. */
function expectReport(result: TrialResult): void {
  expect(trial.parse(JSON.parse(JSON.stringify(result)))).toEqual(result)
  expect(result.verdict === 'pass').toBe(result.reasons.length === 0)
  expect(JSON.stringify(result).length).toBeLessThan(300_000)
}
