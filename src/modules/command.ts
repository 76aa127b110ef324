/** Runs a program, without a shell. */
import * as z from 'zod'
import type { RunStep } from '../model/change.ts'
import { shellJoin } from '../text/shell.ts'
import { splitWords } from '../text/words.ts'
import { defineModule } from './define.ts'
import { opaqueFacts, opaqueStep, planOpaque } from './lib/opaque.ts'
import { commandLine, shared, surroundings, UNDO, word } from './lib/opaque-params.ts'

const program = {
  cmd: commandLine
    .optional()
    .describe('program and arguments, split as a shell splits words; may stand beside "command:" itself'),
  argv: z.array(word).min(1).optional().describe('the same as a list, in which nothing is split'),
}

const ONE = { error: 'give either cmd or argv' }
const isOne = ({ cmd, argv }: { cmd?: unknown; argv?: unknown }): boolean =>
  (cmd === undefined) !== (argv === undefined)

const undo = z.union([
  commandLine,
  program.argv.unwrap(),
  z.strictObject({ ...program, ...surroundings }).refine(isOne, ONE),
])

const params = z.strictObject({ ...program, ...shared, undo: undo.optional().describe(UNDO) }).refine(isOne, ONE)

type Want = z.infer<typeof params>

export const command = defineModule({
  name: 'command',
  summary: 'Run a program on the host, without a shell.',
  description:
    'Nothing in the words is replaced: no variables, globs, ~, pipes or redirections; shell is for those. Unless creates ' +
    'or removes says that nothing is to be done, it is a change each time. What it does cannot be planned or verified: ' +
    'tasks after it that read the host are known after apply. A status other than 0 is a failure of the host. Its ' +
    'output is shown then, and not otherwise. It runs as the user who logs in, or as root with become. What it leaves ' +
    'running in the background must have its output redirected, or the task waits for it.',
  example: `- name: captures have a folder of their own
  command: mkdir -m 0750 /var/lib/captures
  args:
    creates: /var/lib/captures
    undo: rmdir /var/lib/captures

- name: guests have a bridge
  command:
    argv: [ip, link, add, br0, type, bridge]
    creates: /sys/class/net/br0
    disruptive: true
    undo: ip link delete br0
`,
  params,
  freeForm: 'cmd',
  opaque: true,
  facts: opaqueFacts,
  plan: (want, have) =>
    planOpaque(want, have, {
      module: 'command',
      text: shellJoin(wordsOf(want)),
      step: opaqueStep(wordsOf(want), want),
      undo: want.undo === undefined ? null : undoStep(want.undo, want),
    }),
})

function wordsOf({ cmd, argv }: Pick<Want, 'cmd' | 'argv'>): string[] {
  return argv === undefined ? (splitWords(cmd ?? '') ?? []) : argv.map(String)
}

function undoStep(undo: NonNullable<Want['undo']>, { chdir }: Want): RunStep {
  const written = typeof undo === 'string' ? { cmd: undo } : Array.isArray(undo) ? { argv: undo } : undo
  return opaqueStep(wordsOf(written), { chdir, stdin_add_newline: true, ...written })
}
