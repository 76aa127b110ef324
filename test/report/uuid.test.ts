import { expect, test } from 'vitest'
import { uuidOf } from '../../src/report/uuid.ts'

/** The namespace of RFC 9562 for names of domains, and the example in the documentation of Python's uuid. */
test('a name has the UUID that others give it', () => {
  expect(uuidOf('python.org', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d')
})
