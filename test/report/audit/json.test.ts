/** JSON is the report itself. */
import { describe, expect, test } from 'vitest'
import { auditDocumentSchema } from '../../../src/model/audit-since.ts'
import { renderJson } from '../../../src/report/json.ts'
import { REPORTS } from './sample.ts'

describe('json', () => {
  test.each(Object.entries(REPORTS))('of %s is the whole report', (_, report) => {
    expect(auditDocumentSchema.parse(JSON.parse(renderJson(report)))).toEqual(report)
  })

  test('has no HTML', () => {
    expect(renderJson(REPORTS['one of hostile texts']!)).not.toContain('<')
  })
})
