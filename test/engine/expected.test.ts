import { expect, test } from 'vitest'
import { expectedResults, holdAgainst, keepFacts } from '../../src/engine/expected.ts'
import type { FactResults } from '../../src/engine/script/probe.ts'
import { digest } from '../../src/engine/script/probe.ts'
import { Secret } from '../../src/model/secret.ts'
import { createRedactor } from '../../src/text/redact.ts'

const results = (value: unknown): FactResults =>
  new Map([['profile', { ok: true, value, seen: digest(JSON.stringify(value)) }]])

test('a value that holds a known secret is kept as a digest alone, and still tells what moved', () => {
  const secrets = createRedactor()
  secrets.add(new Secret('s3cr3t-psk'), 'wifi_psk')
  expect(keepFacts(results({ ssid: 'lab' }), secrets)).toEqual({ profile: { value: { ssid: 'lab' } } })
  const kept = keepFacts(results({ ssid: 'lab', psk: 's3cr3t-psk' }), secrets)
  expect(JSON.stringify(kept)).not.toContain('s3cr3t')
  expect(kept['profile']).toHaveProperty('digest')
  expect(expectedResults(kept)).toBeNull()
  holdAgainst(kept, new Map(), results({ ssid: 'lab', psk: 's3cr3t-psk' }))
  expect(() => holdAgainst(kept, new Map(), results({ ssid: 'lab', psk: 'other' }))).toThrow(/profile changed/)
})
