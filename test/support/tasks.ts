/** A tiny fact and tiny modules, to exercise the engine without real hosts. */
import * as z from 'zod'
import type { AssembledTask } from '../../src/engine/assemble.ts'
import type { FoldHost } from '../../src/engine/fold.ts'
import { defineFact } from '../../src/facts/define.ts'
import { fileFact } from '../../src/facts/file.ts'
import type { Change, Step } from '../../src/model/change.ts'
import { defineFleetModule, defineModule, defineTrial } from '../../src/modules/define.ts'
import type { Module } from '../../src/modules/define.ts'

/** Named settings of a host, `name value` a line in the file whose path stands in $SETTINGS. */
export const settings = defineFact<Record<string, string>>({
  key: 'setting',
  summary: 'settings',
  probe: 'cat "$SETTINGS"',
  parse: ({ stdout }) =>
    Object.fromEntries(
      stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])),
    ),
  example: 'colour red\n',
})

export function change(name: string, before: unknown, after: unknown, effects: Record<string, unknown> = {}): Change {
  return {
    fact: `setting/${name}`,
    before,
    after,
    effects,
    summary: `set ${name} to ${String(after)}`,
    apply: [{ kind: 'run', argv: ['set', name, String(after)] }],
    undo: [{ kind: 'run', argv: ['set', name, String(before)] }],
    disruptive: false,
  }
}

/** Settings under a guard: `x` could cut the connection, `file` outlasts a reboot. */
export const guardedModule = defineModule({
  name: 'guarded',
  summary: 'guarded',
  description: '',
  example: '',
  params: z.strictObject({ values: z.record(z.string(), z.string()), file: z.string().optional() }),
  facts: (want) => ({ settings, ...(want.file === undefined ? {} : { file: fileFact(want.file) }) }),
  plan: (want, have: { settings: Record<string, string>; file?: { content: string } | null }) => ({
    changes: [
      ...Object.entries(want.values).flatMap(([name, value]): Change[] =>
        have.settings[name] === value
          ? []
          : [{ ...change(name, have.settings[name] ?? null, value), disruptive: true }],
      ),
      ...(want.file === undefined || have.file?.content === 'new\n' ? [] : [fileChange(want.file, have.file ?? null)]),
    ],
  }),
})

function fileChange(path: string, before: { content: string } | null): Change {
  const write = (bytes: string): Step => ({ kind: 'write', path, bytes, mode: '0644', owner: '0', group: '0' })
  const after = { kind: 'file', content: 'new\n', mode: '0644', owner: 'root', group: 'root' }
  return {
    fact: `file/${path}`,
    before,
    after,
    summary: `write ${path}`,
    apply: [write('new\n')],
    undo: [before === null ? { kind: 'remove', path } : write(before.content)],
    disruptive: false,
  }
}

/** Sets settings; `after` overrides what a setting is set to (UNKNOWN), `problem` refuses. */
export const setModule = defineModule({
  name: 'set',
  summary: 'set',
  description: '',
  example: '',
  params: z.strictObject({ values: z.record(z.string(), z.string()), problem: z.string().optional() }),
  facts: () => ({ settings }),
  plan: (want, have) => ({
    changes: Object.entries(want.values).flatMap(([name, value]) =>
      have.settings[name] === value ? [] : [change(name, have.settings[name] ?? null, value)],
    ),
    problems: want.problem === undefined ? [] : [{ code: 'refused', summary: want.problem }],
  }),
})

/** Sets `peer` on both hosts to the other's `id`. */
export const joinModule = defineFleetModule({
  name: 'join',
  summary: 'join',
  description: '',
  example: '',
  params: z.strictObject({ a: z.string(), b: z.string() }),
  facts: () => ({ settings }),
  hosts: (want) => [want.a, want.b],
  plan: (want, have, absent) => {
    if (Object.keys(absent).length > 0) {
      return Object.fromEntries(
        Object.keys(have).map((name) => [
          name,
          { changes: [], skipped: Object.entries(absent).map(([peer, why]) => `${peer}: ${why}`)[0]! },
        ]),
      )
    }
    const one = (own: string, other: string): Change[] => {
      const id = have[other]!.settings['id']!
      return have[own]!.settings['peer'] === id ? [] : [change('peer', have[own]!.settings['peer'] ?? null, id)]
    }
    return { [want.a]: { changes: one(want.a, want.b) }, [want.b]: { changes: one(want.b, want.a) } }
  },
})

export const probeTrial = defineTrial({
  name: 'probe',
  summary: 'probe',
  description: '',
  example: '',
  params: z.strictObject({ server: z.string(), client: z.string() }),
  facts: () => ({ settings }),
  hosts: (want) => [want.server, want.client],
  pairs: (want) => [want],
  prepare: (_, pair, have) => ({
    ...pair,
    serverScript: `echo READY ${have[pair.server]!.settings['id']!}\ncat`,
    clientScript: ([word]) => `echo got ${word!}`,
    timeoutSeconds: 10,
    judge: ({ server, client }) => ({
      ...pair,
      verdict: client.stdout.includes('got') && server.failure === null ? 'pass' : 'fail',
      reasons: [],
      bytes: 0,
      durationMs: 0,
      checksumOk: null,
      subflows: [],
    }),
  }),
})

export function task(
  index: number,
  module: Module,
  wants: Record<string, unknown>,
  name = `task ${index}`,
): AssembledTask {
  return {
    index,
    name,
    module,
    wants: new Map(Object.entries(wants)),
    checkOnly: false,
    source: { file: 'test.yml', line: index + 1, column: 1 },
  }
}

export function foldHost(name: string, value: Record<string, unknown>, absent: string | null = null): FoldHost {
  return {
    name,
    facts: new Map([[settings.key, settings]]),
    gathered: new Map([[settings.key, { ok: true, value }]]),
    absent,
  }
}
