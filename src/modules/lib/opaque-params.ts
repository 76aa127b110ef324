/** Parameters that command, shell and script have in common; names and meanings are Ansible's where it has them. */
import * as z from 'zod'
import { Secret } from '../../model/secret.ts'
import { splitWords } from '../../text/words.ts'

const secret = z.instanceof(Secret).meta({ type: 'string' })

/** Text that every user of the host can read, as in an argument vector. */
export const openText = z.union([z.string(), secret]).transform((text, context) => {
  if (typeof text === 'string' && !text.includes('\0')) return text
  const message =
    typeof text === 'string'
      ? 'a NUL byte cannot stand here'
      : 'a secret cannot stand here, where every user of the host could read it: give it by stdin'
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

/** One word of an argument vector. */
export const word = z.union([openText, z.number()])

const hostPath = openText.refine((path) => /^[^~$][^$]*$/.test(path), {
  error: 'expected a path in which nothing has to be replaced: no ~, no variables',
})

/** How a program is started: the same for what is done and for what takes it back. */
export const surroundings = {
  chdir: hostPath.optional().describe('folder to run in; unless given, the one where the login starts'),
  stdin: z
    .union([z.string(), z.number(), z.instanceof(Secret).meta({ type: 'string' })])
    .optional()
    .describe('text for the standard input, which is empty unless given; the place for secrets'),
  stdin_add_newline: z.boolean().default(true).describe('whether a line end is added to that text'),
}

export const shared = {
  ...surroundings,
  creates: hostPath.optional().describe('path on the host, or glob: where it is there, nothing is run'),
  removes: hostPath.optional().describe('path on the host, or glob: where it is not there, nothing is run'),
  timeout: z.int().min(1).max(86_400).default(600).describe('seconds after which it is stopped, and has failed'),
  disruptive: z
    .boolean()
    .default(false)
    .describe(
      'it may cut the connection that carries SSH: the host then takes it back by undo, unless a new connection ' +
        'confirms it within the guard time. What it makes last over a reboot is there before that, and for undo to remove',
    ),
}

export const UNDO =
  'what takes it back, of the same form, stopped after 30 seconds: for the guard, and for rollback of the run; what it ' +
  'runs is shown whole in plans. Required with disruptive, unless the guard is off'

/** What is wrong with a command line, or null. */
function lineFault(line: string): string | null {
  const words = splitWords(line)
  if (words === null) return 'a quotation mark is not closed, or a backslash ends it'
  return words.length === 0 ? 'names no program' : null
}

/** A command line that is split into words and nothing more. */
export const commandLine = openText.superRefine((line, context) => {
  const message = lineFault(line)
  if (message !== null) context.addIssue({ code: 'custom', message })
})
