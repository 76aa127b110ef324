import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applySteps, undoSteps } from '../../src/engine/coalesce.ts'
import type { PlannedChange, Step } from '../../src/model/change.ts'

type Disk = Record<string, string>

const PATHS = ['/a', '/b', '/c']

function put(disk: Disk, path: string, content: string | undefined): Step {
  if (content === undefined) {
    delete disk[path]
    return { kind: 'remove', path }
  }
  disk[path] = content
  return { kind: 'write', path, bytes: content, mode: '0644', owner: 'root', group: 'root' }
}

/** Changes as modules plan them: each from what the one before it left, with what stood there to undo it. */
function plan(disk: Disk, wishes: readonly Readonly<Record<string, string | undefined>>[]): PlannedChange[] {
  const now = { ...disk }
  return wishes.map((wish, index) => {
    const paths = Object.keys(wish)
    const undo = paths.map((path) => put({}, path, now[path]))
    const apply = paths.map((path) => put(now, path, wish[path]))
    const note: Step = { kind: 'run', argv: ['note', String(index)] }
    return {
      host: 'a',
      task: `task ${index}`,
      module: 'test',
      taskIndex: index,
      checkOnly: false,
      fact: 'files',
      before: null,
      after: null,
      summary: '',
      apply: [...apply, note],
      undo: [note, ...undo.toReversed()],
      disruptive: false,
    }
  })
}

function execute(disk: Disk, steps: readonly { step: Step }[]): Disk {
  const after = { ...disk }
  for (const { step } of steps) {
    if (step.kind === 'write') after[step.path] = step.bytes as string
    else if (step.kind === 'remove') delete after[step.path]
  }
  return after
}

function shown(placed: readonly { step: Step }[]): unknown[] {
  return placed.map(({ step }) => (step.kind === 'run' ? step.argv : step.kind))
}

const content = fc.option(fc.constantFrom('one', 'two', 'three'), { nil: undefined })
const diskOf = fc.dictionary(fc.constantFrom(...PATHS), fc.constantFrom('old', 'older'))
const wishesOf = fc.array(fc.dictionary(fc.constantFrom(...PATHS), content, { minKeys: 1 }), { maxLength: 5 })

describe('steps of several changes', () => {
  test('do what all of them one after the other would', () => {
    fc.assert(
      fc.property(diskOf, wishesOf, (disk, wishes) => {
        const changes = plan(disk, wishes)
        const each = changes.flatMap((change) => change.apply.map((step) => ({ step })))
        expect(execute(disk, applySteps(changes))).toEqual(execute(disk, each))
      }),
    )
  })

  test('undone after they were applied leave everything as it was', () => {
    fc.assert(
      fc.property(diskOf, wishesOf, (disk, wishes) => {
        const changes = plan(disk, wishes)
        expect(execute(execute(disk, applySteps(changes)), undoSteps(changes))).toEqual(disk)
      }),
    )
  })

  test('write before what starts from the file, and take it away after that is stopped', () => {
    const changes = plan({}, [{ '/a': 'one' }, { '/a': 'two' }])
    const [one, two] = [
      ['note', '0'],
      ['note', '1'],
    ]
    expect(shown(applySteps(changes))).toEqual(['write', one, two])
    expect(applySteps(changes)[0]?.step).toMatchObject({ bytes: 'two' })
    expect(shown(undoSteps(changes))).toEqual([two, one, 'remove'])
  })

  test('write each file once, run each program, and stand for every change', () => {
    fc.assert(
      fc.property(diskOf, wishesOf, (disk, wishes) => {
        const changes = plan(disk, wishes)
        for (const placed of [applySteps(changes), undoSteps(changes)]) {
          const paths = placed.flatMap(({ step }) => (step.kind === 'run' ? [] : [step.path]))
          expect(new Set(paths).size).toBe(paths.length)
          expect(placed.filter(({ step }) => step.kind === 'run')).toHaveLength(changes.length)
          expect(new Set(placed.flatMap((item) => [...item.changes]))).toEqual(new Set(changes.keys()))
        }
      }),
    )
  })
})
