/** Names that people give runs. */
import { expect, test } from 'vitest'
import { dayOf } from '../../src/cli/run/audit-history.ts'

test('only a day of the calendar is a day', () => {
  expect(['2026-11-30', '2026-11-31', '2026-13-45', 'last'].map(dayOf)).toEqual(['2026-11-30', null, null, null])
})
