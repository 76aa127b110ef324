import { describe, expect, test } from 'vitest'
import type { TrialResult } from '../../src/model/report.ts'
import type { TrialOutput } from '../../src/modules/define.ts'
import { host, planOf } from './mptcp_test-hosts.ts'

const SUM = 'a'.repeat(64)
const MIB = 'MPTcpExt: MPCapableSYNRX MPCapableSYNTX\nMPTcpExt:'

function devices(bytes: number): string {
  const counts = `${bytes} 1 0 0 0 0 0 0 ${bytes} 1 0 0 0 0 0 0`
  return `eth0: ${counts}\nwlan0: ${counts}`
}

function around(middle: string): string {
  const before = `@mib before\n${MIB} 0 0\n@dev before\n${devices(0)}`
  return `${before}\n${middle}\n@mib after\n${MIB} 1 1\n@dev after\n${devices(9e6)}\n@end\n`
}

function sampled(bytes: number): string {
  return [
    '@sample 1.0',
    'ESTAB 0 0 192.0.2.20:1000 192.0.2.10:8080 remote_key token:2a',
    '@tcp',
    `ESTAB 0 0 192.0.2.20:1000 192.0.2.10:8080 bytes_received:${bytes} flags:Mmec token:0000(id:0)/2a(id:0)`,
    `ESTAB 0 0 198.51.100.20:1001 198.51.100.10:8080 bytes_received:${bytes} flags:Jjec token:7(id:1)/2a(id:1)`,
  ].join('\n')
}

function fetched(rc: number, message = '', sum = SUM): string {
  return `@transfer 10.00 12.50\n@curl ${rc}\n${message}\n@sha256 ${sum}`
}

function ended(stdout: string, more: Partial<TrialOutput> = {}): TrialOutput {
  return { stdout, stderr: '', rc: 0, failure: null, ...more }
}

function noisy(output: TrialOutput): TrialOutput {
  return { ...output, stdout: `motd\nESTAB hello\n${output.stdout}bye\n` }
}

const SERVER = ended(around(`@listener mptcp\nREADY 8080 ${SUM}`))
const CLIENT = ended(around([sampled(1e6), sampled(8e6), fetched(0)].join('\n')))

function judge(server: TrialOutput, client: TrialOutput): TrialResult {
  return planOf(host(10), host(20), { bytes: 16_000_000 }).judge({ server, client })
}

describe('judging', () => {
  test('a good transfer passes', () => {
    expect(judge(SERVER, CLIENT)).toMatchObject({
      server: 'a',
      client: 'b',
      verdict: 'pass',
      reasons: [],
      bytes: 16_000_000,
      durationMs: 2500,
      checksumOk: true,
      subflows: [
        { clientDevice: 'eth0', serverDevice: 'eth0', share: 0.5 },
        { clientDevice: 'wlan0', serverDevice: 'wlan0', share: 0.5 },
      ],
    })
  })

  test('noise round the sections does not matter', () => {
    expect(judge(noisy(SERVER), noisy(CLIENT)).reasons).toEqual([])
  })

  test('a wrong checksum', () => {
    const client = ended(around([sampled(1e6), sampled(8e6), fetched(0, '', 'b'.repeat(64))].join('\n')))
    expect(judge(SERVER, client)).toMatchObject({
      verdict: 'fail',
      checksumOk: false,
      bytes: 16_000_000,
      reasons: ['the bytes that b received are not the ones that a sent (checksum)'],
    })
  })

  test('a server that failed before it was ready', () => {
    const failed = ended('@fail no-space no space in /run/mptcp-fleet: 10 KiB are free\n', { rc: 1 })
    const client = ended('', { rc: null, failure: 'not started' })
    expect(judge(failed, client)).toMatchObject({
      verdict: 'fail',
      reasons: ['a: no space in /run/mptcp-fleet: 10 KiB are free'],
      checksumOk: null,
      bytes: 0,
      subflows: [],
    })
  })

  test.each([
    [7, 'Could not connect', 'b: curl ended with 7, the connection was refused or has no route'],
    [28, 'Connection timed out', 'b: curl ended with 28, the time was up'],
    [99, '', 'b: curl ended with 99, see EXIT CODES in curl(1) for 99'],
  ])('curl that ends with %i', (rc, message, reason) => {
    const result = judge(SERVER, ended(around(fetched(rc, `curl: (${rc}) ${message}`))))
    expect(result).toMatchObject({ verdict: 'fail', checksumOk: null })
    expect(result.reasons).toEqual([expect.stringContaining(reason)])
    expect(result.reasons[0]).toContain(message)
  })

  test('connections that were lost', () => {
    const lost = { rc: null, failure: 'the connection was lost' }
    const before = judge(ended('', lost), ended('', { rc: null, failure: 'not started' }))
    expect(before.reasons).toEqual(['connection to a lost during the trial'])
    const during = judge(SERVER, ended(sampled(1e6), lost))
    expect(during.reasons[0]).toBe('connection to b lost during the trial')
    const after = judge({ ...SERVER, ...lost, stdout: `@listener mptcp\nREADY 8080 ${SUM}\n` }, CLIENT)
    expect(after.reasons).toEqual(['connection to a lost during the trial'])
    expect(judge(SERVER, ended('', { rc: null, failure: 'interrupted' })).reasons).toEqual(['b: interrupted'])
  })

  test('time that was up', () => {
    const late = judge(SERVER, ended(sampled(1e6), { rc: 124, failure: 'stopped after its time limit' }))
    expect(late.reasons[0]).toBe("b: the trial's time was up before it ended")
  })

  test('a script that could not run', () => {
    const broken = ended('', { rc: 127, stderr: 'sh: oops\nsh: not found\n' })
    expect(judge(broken, ended('', { rc: null, failure: 'not started' })).reasons).toEqual([
      "a: the trial's script ended with exit code 127: sh: not found",
    ])
  })

  test('a join that waits in vain is named with its addresses', () => {
    const alone = [
      '@sample 1.0',
      'ESTAB 0 0 192.0.2.20:1000 192.0.2.10:8080 remote_key token:2a',
      '@tcp',
      'ESTAB 0 0 192.0.2.20:1000 192.0.2.10:8080 bytes_received:BYTES flags:Mmec token:0000(id:0)/2a(id:0)',
      'SYN-SENT 0 1 198.51.100.20%wlan0:1001 198.51.100.10:8080 flags:j token:7(id:1)/2a(id:1)',
    ].join('\n')
    const names = 'MPCapableSYNRX MPCapableSYNTX MPJoinSynTx MPJoinSynAckRx MPRstTx MPJoinSynRx'
    const count = (output: TrialOutput, values: string): TrialOutput => ({
      ...output,
      stdout: output.stdout
        .replaceAll(MIB, `MPTcpExt: ${names}\nMPTcpExt:`)
        .replace('MPTcpExt: 0 0', 'MPTcpExt: 0 0 0 0 0 0')
        .replace('MPTcpExt: 1 1', `MPTcpExt: ${values}`),
    })
    const samples = ['1000000', '16000000'].map((bytes) => alone.replace('BYTES', bytes))
    const client = count(ended(around([...samples, fetched(0)].join('\n'))), '0 1 1 0 0 0')
    const { reasons } = judge(count(SERVER, '1 0 0 0 0 0'), client)
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toContain(
      "1 of 2 subflows were established (192.0.2.20 -> 192.0.2.10): b's SYN for a further subflow did not reach a " +
        'socket of a and was never answered: it is dropped on that path (198.51.100.20 -> 198.51.100.10) (look for',
    )
  })
})
