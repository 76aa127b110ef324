/** What holds of every control, and that none is forgotten. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { controls } from '../../src/audit/registry.ts'

const FILES = readdirSync(new URL('../../src/audit/controls/', import.meta.url))

test('every file of controls/ is in the registry, under its name', () => {
  expect([...controls.keys()].map((id) => `${id}.ts`).toSorted()).toEqual(FILES.toSorted())
})

describe.each([...controls.values()])('$id', (control) => {
  test('says what it is about', () => {
    expect(control.title).toMatch(/^[A-Z].*[^.]$/)
    expect(control.rationale).toMatch(/^[A-Z].*\.$/)
    expect(control.nist.length).toBeGreaterThan(0)
    for (const id of control.nist) expect(id).toMatch(/^[A-Z]{2}-\d{1,2}(?:\(\d{1,2}\))?$/)
    expect(control.references.length).toBeGreaterThan(0)
  })

  test('has defaults for all its parameters', () => {
    expect(control.params.safeParse({}).error).toBeUndefined()
  })
})
