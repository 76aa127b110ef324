/** Runs a script of the controller on the host. */
import * as z from 'zod'
import type { RunStep } from '../model/change.ts'
import { shellJoin } from '../text/shell.ts'
import { splitWords } from '../text/words.ts'
import { defineModule } from './define.ts'
import { opaqueFacts, opaqueStep, planOpaque } from './lib/opaque.ts'
import { commandLine, shared, surroundings, UNDO } from './lib/opaque-params.ts'

const cmd = commandLine.describe(
  'path of the script and its arguments, split as a shell splits words; may stand beside "script:" itself',
)

const executable = commandLine
  .optional()
  .describe('program that runs it, such as python3; unless given, the one that its first line names (#!), else /bin/sh')

const params = z.strictObject({
  cmd,
  executable,
  ...shared,
  undo: z
    .union([commandLine, z.strictObject({ cmd, executable, ...surroundings })])
    .optional()
    .describe(UNDO),
})

/** `texts`: the scripts, by their paths as written. */
type Want = z.infer<typeof params> & { texts?: Readonly<Record<string, string>> }

export const script = defineModule({
  name: 'script',
  summary: 'Run a script that lies on the controller on the host.',
  description:
    "It is looked for in the folder files beside the playbook, in the playbook's folder, and in the working directory. " +
    'On the host it lies below /run, for the user who runs it alone, and only while it runs. As the module command in ' +
    'everything else.',
  example: `- name: the second path is measured once
  script:
    cmd: measure.sh wlan0 /root/measured
    creates: /root/measured
    undo: measure.sh --forget /root/measured
`,
  params,
  freeForm: 'cmd',
  opaque: true,
  load: (want: Want, read) => {
    const { undo } = want
    const texts = { [pathOf(want)]: read(pathOf(want), 'cmd') }
    if (undo === undefined) return { ...want, texts }
    const [path, param] = typeof undo === 'string' ? [pathOf({ cmd: undo }), 'undo'] : [pathOf(undo), 'undo.cmd']
    return { ...want, texts: { ...texts, [path]: texts[path] ?? read(path, param) } }
  },
  facts: opaqueFacts,
  plan: (want, have) => {
    const { chdir, undo } = want
    const written = typeof undo === 'string' ? { cmd: undo, stdin_add_newline: true } : undo
    return planOpaque(want, have, {
      module: 'script',
      text: shellJoin(splitWords(want.cmd) ?? []),
      step: scriptStep(want, want),
      undo: written === undefined ? null : scriptStep({ chdir, executable: want.executable, ...written }, want),
    })
  },
})

function pathOf(written: { cmd: string }): string {
  return splitWords(written.cmd)?.[0] ?? ''
}

function scriptStep(
  written: { cmd: string; executable?: string | undefined } & Parameters<typeof opaqueStep>[1],
  { texts = {} }: Want,
): RunStep {
  const words = splitWords(written.cmd) ?? []
  const text = texts[words[0] ?? ''] ?? ''
  const program = written.executable === undefined ? interpreter(text) : (splitWords(written.executable) ?? [])
  return { ...opaqueStep([...program, ...words], written), script: { at: program.length, text } }
}

/** As the kernel reads the first line: a program and at most one argument, which may hold blanks. */
function interpreter(text: string): string[] {
  const [, program, argument = ''] = /^#![ \t]*(\S+)(.*)/.exec(text) ?? []
  if (program === undefined) return ['/bin/sh']
  return [program, ...(argument.trim() === '' ? [] : [argument.trim()])]
}
