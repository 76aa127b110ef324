/** What scripts print, cut, forged or changed: nothing is taken for a success that was none, and no host harms another. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Attempt } from '../../src/engine/attempt.ts'
import { newAttempt, takeRecord, takeSections } from '../../src/engine/attempt.ts'
import { failHost, newHostState } from '../../src/engine/context.ts'
import { dialogue } from '../../src/engine/script/dialogue.ts'
import { parseSections } from '../../src/engine/script/frame.ts'
import { explainStepFailure } from '../../src/engine/script/step-failure.ts'
import { hostReport } from '../../src/engine/run-report.ts'
import type { Change, PlannedChange } from '../../src/model/change.ts'
import { HostError } from '../../src/model/errors.ts'
import { runReportSchema } from '../../src/model/report.ts'
import type { Transport } from '../../src/transport/types.ts'
import type { Edit } from '../support/hostile-text.ts'
import { anyText, hostileText, mutation } from '../support/hostile-text.ts'
import { runOn, target } from '../support/run-on.ts'
import { shellHosts } from '../support/shell-transport.ts'
import type { ShellHosts } from '../support/shell-transport.ts'
import { change, setModule, task } from '../support/tasks.ts'

const NONCE = 'mf00112233445566778899aabb'

/** What an honest script prints: sections of any text. */
const honest = fc
  .array(fc.tuple(anyText, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 })
  .map((list) => ({
    list,
    text: list.map(([text, rc], index) => `\n${NONCE} f${index} b\n${text}\n${NONCE} f${index} ${rc}\n`).join(''),
  }))

it('sections come back whole, with any noise around them that does not know the nonce', () => {
  fc.assert(
    fc.property(honest, anyText, anyText, ({ list, text }, before, after) => {
      const found = parseSections(NONCE, `${before}${text}${after}`, '')
      expect([...found]).toEqual(list.map(([stdout, rc], index) => [`f${index}`, { stdout, stderr: '', rc }]))
    }),
  )
})

it('a section that was cut has no status, and those before it are whole', () => {
  const most = 3000
  fc.assert(
    fc.property(honest, fc.double({ min: 0, max: 1, noNaN: true }), ({ list, text }, at) => {
      fc.pre(text.length < most)
      const found = parseSections(NONCE, text.slice(0, Math.floor(at * text.length)), '')
      for (const [name, section] of found) {
        const [stdout, rc] = list[Number(name.slice(1))]!
        if (section.rc === null)
          expect(`${stdout}\n${NONCE}`.startsWith(section.stdout.slice(0, stdout.length))).toBe(true)
        else expect(section).toEqual({ stdout, stderr: '', rc })
      }
    }),
  )
})

const markers = fc
  .array(
    fc.oneof(
      anyText,
      fc
        .tuple(fc.constantFrom('f0', 'f1', 's0', 'undo', '__proto__'), fc.constantFrom('b', '0', '7', '9'.repeat(400)))
        .map(([name, end]) => `\n${NONCE} ${name} ${end}\n`),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

it('forged markers make no more text than came, and no status that is none', () => {
  fc.assert(
    fc.property(markers, markers, (stdout, stderr) => {
      const sections = parseSections(NONCE, stdout, stderr)
      const sum = [...sections.values()].reduce((total, section) => total + section.stdout.length, 0)
      expect(sum).toBeLessThanOrEqual(stdout.length)
      for (const { rc } of sections.values()) expect(rc === null || (rc >= 0 && rc <= 999)).toBe(true)
      takeSections(attempt(), sections)
    }),
  )
})

it('a dialogue answers what was asked, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, fc.constant(`${NONCE} go b`), fc.constant(`${NONCE} other b`))), (lines) => {
      const talk = dialogue(NONCE)
      let asked = 0
      talk.on('go', () => {
        asked++
        return 'go'
      })
      for (const line of lines) talk.request.onLine(line)
      expect(asked).toBe(lines.filter((line) => line === `${NONCE} go b`).length)
    }),
  )
})

const RECORD = 'b 0\n0 0\nb 1\n1 127\nb 2\n2 0\noutcome done\n'

function attempt(): Attempt {
  const planned = ['x', 'y', 'z'].map((name): PlannedChange => plannedOf(change(name, '0', '1')))
  return newAttempt('run', 1, planned, null)
}

function plannedOf(one: Change): PlannedChange {
  return { ...one, host: 'h', task: 't', module: 'set', taskIndex: 0, checkOnly: false }
}

/** Steps that the record says to have succeeded. */
function succeeded(stdout: string): number[] {
  const taken = attempt()
  const read = takeRecord(taken, { stdout, stderr: '', rc: 0 })
  expect([null, 'applied', 'done', 'failed', 'rolled-back']).toContain(read.outcome)
  expect(Number.isInteger(read.failedUndo)).toBe(true)
  for (const [number, { rc }] of taken.results) {
    expect(taken.placed[number]).toBeDefined()
    expect(rc === null || (Number.isInteger(rc) && rc >= 0)).toBe(true)
  }
  return [...taken.results].filter(([, { rc }]) => rc === 0).map(([number]) => number)
}

it('a record that was cut anywhere says of no step that it succeeded which did not', () => {
  expect(succeeded(RECORD)).toEqual([0, 2])
  for (let length = 0; length < RECORD.length; length++) {
    expect([0, 2]).toEqual(expect.arrayContaining(succeeded(RECORD.slice(0, length))))
  }
})

it.each([
  '0',
  '0 ',
  ' ',
  '',
  '0 x',
  '0x0 0',
  '-0 0',
  '0e0 0',
  '0 0 0',
  '0\t0',
  '9'.repeat(400),
  'b',
  'b ',
  'outcome nonsense',
])('a record of %j says nothing', (line) => {
  const taken = attempt()
  expect(takeRecord(taken, { stdout: `${line}\n`, stderr: '', rc: 0 }).outcome).toBeNull()
  expect([...taken.results]).toEqual([])
})

it('takes any record', () => {
  fc.assert(
    fc.property(hostileText(RECORD), (text) => void succeeded(text)),
    { numRuns: 300 },
  )
})

it('explains any failure in what was said', () => {
  fc.assert(
    fc.property(hostileText('E: Unable to locate package x\n'), anyText, (stderr, stdout) => {
      const { detail } = explainStepFailure({ kind: 'remove', path: '/x' }, { stdout, stderr })
      expect(detail.length).toBeLessThanOrEqual(stdout.length + stderr.length + 1)
    }),
  )
})

it('a host that lies in every answer ends with a result of its own, and the others are changed', async () => {
  await fc.assert(
    fc.asyncProperty(mutation, mutation, async (stdout, stderr) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-fuzz-'))
      try {
        const hosts = shellHosts(folder, { liar: { x: '0' }, good: { x: '0' } })
        const want = { values: { x: '1' } }
        const tasks = [task(0, setModule, { liar: want, good: want })]
        const ran = await runOn(lying(hosts, stdout, stderr), ['liar', 'good'], tasks)
        expect(ran.host('good')).toMatchObject({ status: 'changed', error: null })
        expect(hosts.settings('good')).toEqual({ x: '1' })
        const told = hostReport(ran.host('liar'))
        expect(runReportSchema.shape.hosts.element.parse(JSON.parse(JSON.stringify(told)))).toEqual(told)
        expect(told.error?.code).not.toBe('internal-error')
        expect(told.error?.detail.length ?? 0).toBeLessThan(20_100)
        // It says that it changed only where it did.
        if (told.changes[0]?.status === 'done') expect(hosts.settings('liar')['x']).toBe('1')
      } finally {
        rmSync(folder, { recursive: true })
      }
    }),
    { numRuns: 12 },
  )
})

it('of what a host says about a failure so much is told as a person reads', () => {
  const state = newHostState(target('a'))
  failHost(state, new HostError('failed', 'no-lock', 'no lock', { detail: `${'line\n'.repeat(1_000_000)}the end` }))
  expect(state.error!.detail.length).toBeLessThan(20_100)
  expect(state.error!.detail).toMatch(/the end$/)
})

/** The same hosts, one of which says something else than its shell did. */
function lying(hosts: ShellHosts, stdout: Edit, stderr: Edit): ShellHosts {
  const connect: Transport['connect'] = async (target, signal) => {
    const session = await hosts.connect(target, signal)
    if (target.host.name !== 'liar') return session
    return {
      ...session,
      exec: async (request) => {
        const result = await session.exec(request)
        return { ...result, stdout: stdout(result.stdout), stderr: stderr(result.stderr) }
      },
    }
  }
  return { ...hosts, connect }
}
