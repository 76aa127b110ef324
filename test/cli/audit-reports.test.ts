/** `--report` of an audit: which names are taken, and what lies where afterwards. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertFile } from 'inspecjs'
import { describe, expect, test } from 'vitest'
import { checkAuditReports, writeAuditReports } from '../../src/cli/run/audit-reports.ts'
import { makeFiles } from '../inventory/files.ts'
import { auditReport } from '../report/audit/sample.ts'
import { testIo } from './test-io.ts'

describe('a name', () => {
  test.each(['a.json', 'a.csv', 'there', 'there/', 'new/', 'A.XML'])('%s is taken', (name) => {
    const cwd = makeFiles({ 'there/x': '' })
    expect(() => checkAuditReports([name], cwd)).not.toThrow()
    expect(readdirSync(cwd)).toEqual(['there'])
  })

  test.each([
    ['a.txt', 'no report format has this ending'],
    ['new', 'no report format has this ending'],
    ['none/a.json', 'none is no folder'],
    ['none/new/', 'none is no folder'],
    ['there/x/', 'this is a file'],
  ])('%s is refused', (name, expected) => {
    const cwd = makeFiles({ 'there/x': '' })
    expect(() => checkAuditReports(['ok.json', name], cwd)).toThrow(expected)
  })
})

describe('what is written', () => {
  test('is of the format that each name asks for', async () => {
    const cwd = makeFiles({})
    expect(
      await writeAuditReports(['a.xml', 'a.prom', 'a.oscal.json'], auditReport(), null, testIo({ cwd }).io),
    ).toEqual([])
    const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')
    expect(read('a.xml')).toMatch(/^<\?xml/)
    expect(read('a.prom')).toMatch(/^# HELP mptcp_fleet_audit/)
    expect(JSON.parse(read('a.oscal.json'))).toHaveProperty('assessment-results.results')
  })

  test.each(['there', 'there/', 'new/'])('into the folder %s is a file of HDF for each host', async (name) => {
    const cwd = makeFiles({ 'there/x': '' })
    expect(await writeAuditReports([name], auditReport(), null, testIo({ cwd }).io)).toEqual([])
    const files = readdirSync(join(cwd, name)).filter((file) => file !== 'x')
    expect(files.toSorted()).toEqual(['bad.hdf.json', 'gone.hdf.json', 'good.hdf.json', 'idle.hdf.json'])
    const { '1_0_ExecJson': read } = convertFile(readFileSync(join(cwd, name, 'bad.hdf.json'), 'utf8'))
    expect([read?.platform.target_id, read?.profiles[0]?.controls[0]?.results.length]).toEqual(['bad', 1])
  })

  test('that cannot be is told', async () => {
    const cwd = makeFiles({ file: '' })
    expect(await writeAuditReports(['none/a.json', 'file/'], auditReport(), null, testIo({ cwd }).io)).toEqual([
      expect.stringContaining('--report none/a.json: ENOENT'),
      expect.stringContaining('--report file/: EEXIST'),
    ])
  })
})
