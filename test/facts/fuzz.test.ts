/** Every fact's parser over what a host may print that is broken or lies: a value that JSON can hold, or FactUnreadable. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { facts, factsWithArguments, valueAt } from '../../src/facts/registry.ts'
import { FactUnreadable } from '../../src/model/fact.ts'
import type { Fact } from '../../src/model/fact.ts'
import { plainValue } from '../../src/model/plain.ts'
import { hostileText, INHERITED } from '../support/hostile-text.ts'

const all = [...facts.values(), ...factsWithArguments.map(({ sample }) => sample)]

it('looks at all facts', () => {
  expect(all.length).toBeGreaterThan(25)
})

it.each(all)('$key', (fact) => {
  const rc = fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
  )
  fc.assert(
    fc.property(hostileText(fact.example), hostileText('ip: command not found\n'), rc, (stdout, stderr, rc) => {
      let value: unknown
      try {
        value = fact.parse({ stdout, stderr, rc })
      } catch (error) {
        if (!(error instanceof FactUnreadable)) throw error
        expect(error.message.length).toBeLessThan(1500)
        return
      }
      useValue(fact, value)
    }),
    { numRuns: 150 },
  )
  expect(Object.keys(Object.prototype)).toEqual([])
})

/** JSON would make null of these, and a report's schema refuses that. */
function noOddity(_key: string, value: unknown): unknown {
  if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite)
  expect(typeof value).not.toBe('function')
  return value
}

/** What the engine does with a value; none of it may fail on what a parser let through. */
function useValue(fact: Fact, value: unknown): void {
  const json = JSON.stringify(plainValue(value), noOddity)
  expect(JSON.stringify(JSON.parse(json))).toBe(json)
  expect(() => fact.steady?.(value)).not.toThrow()
  if (typeof value !== 'object' || value === null) return
  for (const name of INHERITED) {
    expect(() => JSON.stringify(valueAt({ fact, rest: name }, value))).not.toThrow()
    expect(typeof valueAt({ fact, rest: name }, value)).not.toBe('function')
  }
}
