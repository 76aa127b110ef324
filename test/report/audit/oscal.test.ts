/** OSCAL, held against NIST's own schema by ajv. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { renderOscal } from '../../../src/report/audit/oscal.ts'
import { nistId } from '../../../src/report/audit/oscal-parts.ts'
import { auditReport, host, REPORTS, result } from './sample.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/oscal_assessment-results_schema.json', import.meta.url), 'utf8'),
) as object
// The schema is of draft 7, with keywords that this draft lacks.
const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)
const validate = ajv.compile(schema)

interface Oscal {
  uuid: string
  results: {
    props?: { name: string; value: string }[]
    observations: { uuid: string; title: string; subjects: { 'subject-uuid': string }[] }[]
    risks?: { uuid: string; status: string; deadline?: string; remediations?: { description: string }[] }[]
    findings: {
      target: { 'target-id': string; status: { state: string; reason: string } }
      'related-observations': { 'observation-uuid': string }[]
      'related-risks'?: { 'risk-uuid': string }[]
    }[]
    'local-definitions': { 'inventory-items': { uuid: string }[] }
  }[]
}

const read = (text: string): Oscal => (JSON.parse(text) as { 'assessment-results': Oscal })['assessment-results']

describe('oscal', () => {
  test.each(Object.entries(REPORTS))('of %s is valid', (_, report) => {
    validate(JSON.parse(renderOscal(report)))
    expect(validate.errors).toBeNull()
  })

  test('the schema finds what is wrong', () => {
    const { results, ...rest } = read(renderOscal(auditReport()))
    expect(validate({ 'assessment-results': rest })).toBe(false)
    expect(validate({ 'assessment-results': { ...rest, results: [{ ...results[0], start: 'yesterday' }] } })).toBe(
      false,
    )
  })

  test('refers only to what is there, and names nothing twice', () => {
    const text = renderOscal(auditReport())
    const uuids = [...text.matchAll(/"uuid": "([^"]+)"/g)].map(([, uuid]) => uuid)
    const references = [...text.matchAll(/"(?:\w+-uuid|href)": "#?([^"]+)"/g)].map(([, uuid]) => uuid)
    expect(new Set(uuids).size).toBe(uuids.length)
    expect(references.length).toBeGreaterThan(20)
    expect(references.filter((uuid) => !uuids.includes(uuid))).toEqual([])
  })

  test('says of each control whether it is satisfied', () => {
    const [{ findings }] = read(renderOscal(auditReport())).results as [Oscal['results'][number]]
    expect(findings.map(({ target: { status, ...of } }) => [of['target-id'], status.state, status.reason])).toEqual([
      ['enabled-running', 'not-satisfied', 'fail'],
      ['enabled-persistent', 'not-satisfied', 'other'],
      ['limits-sufficient', 'not-satisfied', 'fail'],
      ['no-fallback', 'not-satisfied', 'fail'],
    ])
  })

  test.each([
    [['pass', 'pass'], 'satisfied', 'pass'],
    [['pass', 'not-applicable'], 'satisfied', 'pass'],
    [['not-applicable'], 'satisfied', 'other'],
    [['pass', 'waived'], 'not-satisfied', 'other'],
    [['pass', 'unreachable'], 'not-satisfied', 'other'],
    [['pass', 'not-tested'], 'not-satisfied', 'other'],
  ] as const)('%j is %s: %s', (statuses, state, reason) => {
    const hosts = statuses.map((status, index) => host(`h${index}`, [result('no-fallback', { status })]))
    const report = renderOscal(auditReport({ hosts, waivers: [] }))
    expect(read(report).results[0]!.findings[0]!.target.status).toEqual({ state, reason })
    validate(JSON.parse(report))
    expect(validate.errors).toBeNull()
  })

  test('tells what waivers accept as risks with a deadline, and what fails as open ones with their remedy', () => {
    const { risks } = read(renderOscal(auditReport())).results[0]!
    expect(risks?.map(({ status, deadline }) => [status, deadline])).toEqual([
      ['open', undefined],
      ['deviation-approved', '2026-12-31T23:59:59Z'],
      ['open', undefined],
      ['open', undefined],
    ])
    expect(risks?.[0]?.remediations).toEqual([
      expect.objectContaining({ description: '`mptcp_enabled: {"state":"enabled","persist":true}`' }),
    ])
  })

  test('tells hosts with the same result together', () => {
    const hosts = Array.from({ length: 50 }, (_, index) => host(`h${index}`, [result('no-fallback')]))
    const { observations } = read(renderOscal(auditReport({ hosts }))).results[0]!
    expect(observations.map(({ subjects }) => subjects.length)).toEqual([50])
  })

  test.each([
    ['CM-6', 'cm-6'],
    ['CP-10 (2)', 'cp-10.2'],
    ['AC-2(12)', 'ac-2.12'],
  ])('%s is %s in the catalogue', (given, id) => expect(nistId(given)).toBe(id))
})
