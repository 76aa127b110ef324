/** `--sign`, `report verify` and `report RUN`, as they are typed. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { writeAuditReports } from '../../src/cli/run/audit-reports.ts'
import { writeReportFiles } from '../../src/cli/run/report-files.ts'
import { PLAN, signTexts } from '../../src/cli/run/signature.ts'
import { keepAudit } from '../../src/store/audit-record.ts'
import { keepRun } from '../../src/store/keep-run.ts'
import { auditReport } from '../report/audit/sample.ts'
import { events, runReport } from '../report/sample.ts'
import { testIo } from './test-io.ts'

let keys = ''
let cwd = ''
beforeAll(() => {
  keys = mkdtempSync(join(tmpdir(), 'mptcp-fleet-keys-'))
  for (const name of ['ops', 'other']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key(name)])
  writeFileSync(key('allowed'), `ops@example.org ${readFileSync(key('ops.pub'), 'utf8')}`)
})
afterAll(() => rmSync(keys, { recursive: true }))
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-report-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const key = (name: string): string => join(keys, name)

async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = testIo({ cwd, env: { PATH: process.env['PATH'] } })
  const code = await dispatch(argv, io)
  return { code, out: out(), err: err().replaceAll(/\s+/g, ' ') }
}

const verify = async (...more: string[]): ReturnType<typeof call> => await call('report', 'verify', 'a.json', ...more)

async function write(sign: string | null, ...names: string[]): Promise<string[]> {
  return await writeAuditReports(names, auditReport(), sign === null ? null : key(sign), testIo({ cwd }).io)
}

describe('report verify', () => {
  test('names who signed, and with which key', async () => {
    expect(await write('ops', 'a.json', 'a.csv')).toEqual([])
    const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', key('ops.pub')], { encoding: 'utf8' }).split(' ')[1]
    const { code, out } = await verify('--allowed-signers', key('allowed'))
    expect([code, out]).toEqual([
      0,
      `a.json: signed by ops@example.org with ED25519 key ${fingerprint}, and unaltered since\n`,
    ])
  })

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'altered',
      async () => {
        await write('ops', 'a.json')
        appendFileSync(join(cwd, 'a.json'), ' ')
      },
      'a.json is not what ops@example.org signed',
    ],
    ['signed by somebody else', async () => await write('other', 'a.json'), 'a.json is signed by nobody of'],
    ['not signed', async () => await write(null, 'a.json'), 'not signed, and its format has no hash of its own'],
    [
      'signed as a plan',
      async () => {
        await write(null, 'a.json')
        const text = readFileSync(join(cwd, 'a.json'), 'utf8')
        const how = { key: key('ops'), namespace: PLAN, io: testIo({ cwd }).io }
        await signTexts([{ file: 'a.json', text: () => text }], how, (file, _, made) =>
          writeFileSync(join(cwd, `${file}.sig`), made),
        )
      },
      'the signature of a.json was made for something else',
    ],
  ])('of a report that is %s ends with 2', async (_, make, told) => {
    await make()
    const { code, out } = await verify('--allowed-signers', key('allowed'))
    expect([code, out]).toEqual([2, expect.stringContaining(told)])
  })

  test('of an HTML page without a signature says that its hash holds, and that this proves no origin', async () => {
    await write(null, 'a.html')
    const said = 'a.html: intact as far as its own hash says, origin unproven: there is no a.html.sig\n'
    expect(await call('report', 'verify', 'a.html')).toMatchObject({ code: 0, out: said })
    // A signature was asked for.
    expect((await call('report', 'verify', 'a.html', '--allowed-signers', key('allowed'))).code).toBe(2)
  })

  test.each<[string, (html: string) => string, string]>([
    ['what it shows', (html) => html.replace(/(<main>[^]*?)fail/, '$1pass'), 'round its data'],
    ['what hides it', (html) => html.replace('<style>', '<style>.control{display:none}'), 'round its data'],
    ['its hash', (html) => html.replace(/(id="content-hash">)[\da-f]{8}/, '$100000000'), 'it states the hash 00000000'],
    ['its data', (html) => html.replace(/(id="data">.{40})./, '$1!'), 'no data with a hash that can be read'],
    ['everything', () => 'hello', 'no report of mptcp-fleet'],
  ])('of an HTML page where somebody has changed %s ends with 2', async (_, change, told) => {
    await write('ops', 'a.html')
    const path = join(cwd, 'a.html')
    const html = readFileSync(path, 'utf8')
    expect(change(html)).not.toBe(html)
    writeFileSync(path, change(html))
    const { code, out } = await call('report', 'verify', 'a.html')
    expect([code, out]).toEqual([2, expect.stringContaining(told)])
  })

  test('with allowed signers that are not there gives no verdict', async () => {
    await write('ops', 'a.json')
    const { code, out, err } = await verify('--allowed-signers', 'none')
    expect([code, out, err]).toEqual([1, '', expect.stringContaining('none:1:1: no such file')])
  })

  test('of a key that may sign other things alone ends with 2', async () => {
    await write('ops', 'a.json')
    const allowed = readFileSync(key('allowed'), 'utf8').replace(/^(\S+) /, '$1 namespaces="file" ')
    writeFileSync(join(cwd, 'restricted'), allowed)
    const { code, out } = await verify('--allowed-signers', 'restricted')
    expect([code, out]).toEqual([2, expect.stringContaining('ops@example.org is no allowed signer of a.json')])
  })

  test('without ssh-keygen gives no verdict', async () => {
    await write('ops', 'a.json')
    const { io, out, err } = testIo({ cwd, env: { PATH: '/nonexistent' } })
    const code = await dispatch(['report', 'verify', 'a.json', '--allowed-signers', key('allowed')], io)
    expect([code, out(), err()]).toEqual([1, '', expect.stringContaining('ssh-keygen is not installed')])
  })

  test('without allowed signers says that nobody knows whose a signature is', async () => {
    await write('other', 'a.json')
    expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('origin unproven') as string })
    appendFileSync(join(cwd, 'a.json'), ' ')
    expect(await verify()).toMatchObject({
      code: 2,
      out: expect.stringContaining('is not what its signature') as string,
    })
  })

  test.each<[string[], number, string]>([
    [['report', 'verify', 'none.json'], 1, 'none.json'],
    [['report', 'verify'], 5, 'needs a file'],
    [['report', 'verify', 'a.json', '--report', 'b.json'], 5, 'writes nothing'],
    [['report', 'last'], 5, 'name one'],
    [['report', 'last', '--report', 'a.json'], 1, 'there is no run last'],
    [['report', 'last', '--report', 'a.json', '--allowed-signers', 'x'], 5, 'is for report verify'],
    [['audit', '--sign', 'x'], 5, '--sign signs what --report writes'],
    [['test', 'a', 'b', '--sign', 'x'], 5, '--sign signs what --report writes'],
    [['audit', '--sign', '/nonexistent', '--report', 'a.json'], 1, 'there is no key that can be read'],
  ])('%j is refused', async (argv, exit, told) => {
    const { code, err } = await call(...argv)
    expect([code, err]).toEqual([exit, expect.stringContaining(told)])
  })
})

describe('--sign', () => {
  test('signs each file of a folder', async () => {
    expect(await write('ops', 'hdf/')).toEqual([])
    const files = readdirSync(join(cwd, 'hdf'))
    expect(files.filter((name) => name.endsWith('.sig'))).toHaveLength(auditReport().hosts.length)
    const { code } = await call('report', 'verify', 'hdf/bad.hdf.json', '--allowed-signers', key('allowed'))
    expect(code).toBe(0)
  })

  test('leaves no report where it cannot sign, and says why', async () => {
    writeFileSync(key('broken'), 'no key', { mode: 0o600 })
    expect(await write('broken', 'a.json')).toEqual([expect.stringContaining('a.json cannot be signed with')])
    expect(readdirSync(cwd)).toEqual([])
  })

  test('a report that is written anew without it keeps no signature of the old one', async () => {
    await write('ops', 'a.json')
    await write(null, 'a.json')
    expect(existsSync(join(cwd, 'a.json.sig'))).toBe(false)
  })

  test('signs reports of other runs, too', async () => {
    const { io } = testIo({ cwd })
    expect(await writeReportFiles(['a.json'], runReport(), key('ops'), io)).toEqual([])
    expect((await verify('--allowed-signers', key('allowed'))).code).toBe(0)
  })
})

describe('report RUN', () => {
  test('writes the reports of a kept audit as they were', async () => {
    keepAudit(cwd, auditReport())
    await write(null, 'a.json', 'a.csv')
    expect((await call('report', 'last', '--report', 'b.json', '--report', 'b.csv', '--sign', key('ops'))).code).toBe(0)
    const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')
    expect([read('b.json'), read('b.csv')]).toEqual([read('a.json'), read('a.csv')])
    expect(existsSync(join(cwd, 'b.csv.sig'))).toBe(true)
  })

  test('and those of an apply, in the formats that it has', async () => {
    const { subscriber } = keepRun(cwd, runReport().runId)
    for (const event of events()) subscriber(event)
    const { runId } = runReport()
    expect((await call('report', runId, '--report', 'b.md')).code).toBe(0)
    expect(readFileSync(join(cwd, 'b.md'), 'utf8')).toContain(runId)
    const { code, err } = await call('report', runId, '--report', 'b.prom')
    expect([code, err]).toEqual([5, expect.stringContaining('no report format has this ending')])
  })
})
