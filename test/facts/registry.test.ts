import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { facts, factsWithArguments } from '../../src/facts/registry.ts'
import { FactUnreadable } from '../../src/model/fact.ts'
import { CASES_FOLDER, loadFactFiles } from './fact-files.ts'

const factFiles = await loadFactFiles()
const ARGUMENT = "it's; $(x).service"
const all = [...factFiles].map(([file, make]) => ({ file, fact: make(ARGUMENT) }))

it('looks at the whole folder', () => {
  expect(all.length).toBeGreaterThan(20)
})

it.each(all)('$file is in the registry, with cases', ({ file, fact }) => {
  const withArgument = factsWithArguments.map(({ key }) => key.split('/')[0])
  const known = facts.get(fact.key) === fact || withArgument.includes(fact.key.split('/')[0])
  expect(known).toBe(true)
  expect(fact.summary).toMatch(/^[A-Z].*\.$/)
  expect(existsSync(new URL(`${file}.yml`, CASES_FOLDER))).toBe(true)
})

it.each(all)('the probe of $file is shell text that a POSIX sh reads', ({ fact }) => {
  const { status, stderr } = spawnSync('sh', ['-n'], {
    input: `main() {\n(\n${fact.probe}\n) </dev/null\n}\n`,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

it.each(all)('the parser of $file throws nothing but FactUnreadable', ({ fact }) => {
  const known = [
    '{',
    '[{"ifname":"a"}]',
    '@file 644 root root 0 0 1',
    '.',
    '!',
    '== tcp 0',
    'name /etc/sysctl.d/a.conf',
  ]
  const pieces = [
    'limits',
    'max',
    'routes4',
    'rules4',
    'routes6',
    'rules6',
    'tcp',
    'mptcp',
    'devices',
    'profiles',
    'connections',
    'total',
    'fallbacks',
    'subflows',
    'kernel',
    'journal',
    'service',
  ]
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom(...known, 'offline x', 'LoadState=loaded', 'connection.mptcp-flags:', 'file x', 'target y'),
    fc.tuple(fc.constantFrom(...pieces), fc.integer({ min: 0, max: 255 })).map(([name, rc]) => `\n== ${name} ${rc}`),
  )
  const text = fc.array(line, { maxLength: 14 }).map((parts) => parts.join('\n'))
  fc.assert(
    fc.property(text, fc.string(), fc.integer({ min: 0, max: 255 }), (stdout, stderr, rc) => {
      expect(thrownBy(() => fact.parse({ stdout, stderr, rc }))).toSatisfy(isUnreadable)
    }),
    { numRuns: 500 },
  )
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
    return null
  } catch (error) {
    return error
  }
}

function isUnreadable(error: unknown): boolean {
  return error === null || error instanceof FactUnreadable
}
