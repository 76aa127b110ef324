/** Runs a command line in a shell. */
import * as z from 'zod'
import { defineModule } from './define.ts'
import { opaqueFacts, opaqueStep, planOpaque } from './lib/opaque.ts'
import { openText, shared, surroundings, UNDO } from './lib/opaque-params.ts'

const text = openText.refine((line) => line.trim() !== '', { error: 'names no program' })
const executable = openText.refine((path) => path.startsWith('/'), { error: 'expected a path that begins with /' })

const params = z.strictObject({
  cmd: text.describe('what the shell runs, of one line or several; may stand beside "shell:" itself'),
  executable: executable.default('/bin/sh').describe('the shell, run with -c'),
  ...shared,
  undo: z
    .union([text, z.strictObject({ cmd: text.describe('what the shell runs'), ...surroundings })])
    .optional()
    .describe(UNDO),
})

export const shell = defineModule({
  name: 'shell',
  summary: 'Run a command line in a shell of the host, with pipes, variables and globs.',
  description:
    'As the module command in everything else. A value from a template is quoted for the shell by the filter quote: ' +
    '{{ name | quote }}.',
  example: `- name: a list of the routes is kept from before the change
  shell:
    cmd: ip route show table all >/root/routes.before
    creates: /root/routes.before
    undo: rm -f /root/routes.before
`,
  params,
  freeForm: 'cmd',
  opaque: true,
  facts: opaqueFacts,
  plan: (want, have) => {
    const { cmd, chdir, undo } = want
    const argvOf = (line: string): string[] => [want.executable, '-c', line]
    const written = typeof undo === 'string' ? { cmd: undo, stdin_add_newline: true } : undo
    return planOpaque(want, have, {
      module: 'shell',
      text: cmd.trim(),
      step: opaqueStep(argvOf(cmd), want),
      undo: written === undefined ? null : opaqueStep(argvOf(written.cmd), { chdir, ...written }),
    })
  },
})
