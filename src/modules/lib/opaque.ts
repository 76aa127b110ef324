/** What command, shell and script plan: one change that nobody can read back. */
import { posix } from 'node:path'
import type { FoundPath } from '../../facts/path.ts'
import { escapeGlob, pathFact } from '../../facts/path.ts'
import type { Change, PlanResult, RunStep } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'

/** Of a summary, so many characters of the command are shown. */
const SHOWN = 120

interface Surroundings {
  chdir?: string | undefined
  stdin?: string | number | Secret | undefined
  stdin_add_newline: boolean
}

export interface OpaqueWant extends Surroundings {
  creates?: string | undefined
  removes?: string | undefined
  timeout: number
  disruptive: boolean
}

/** The facts `created` and `removable`, where the parameters ask for them. Relative paths begin in `chdir`. */
export function opaqueFacts({ chdir, creates, removes }: OpaqueWant): {
  created?: ReturnType<typeof pathFact>
  removable?: ReturnType<typeof pathFact>
} {
  const factOf = (glob: string): ReturnType<typeof pathFact> =>
    pathFact(chdir === undefined || glob.startsWith('/') ? glob : posix.join(escapeGlob(chdir), glob))
  return {
    ...(creates === undefined ? {} : { created: factOf(creates) }),
    ...(removes === undefined ? {} : { removable: factOf(removes) }),
  }
}

/** A program in its surroundings. */
export function opaqueStep(argv: readonly string[], { chdir, stdin, stdin_add_newline: ends }: Surroundings): RunStep {
  const fed = (text: string): string => (ends ? `${text}\n` : text)
  return {
    kind: 'run',
    argv,
    ...(chdir === undefined ? {} : { chdir }),
    ...(stdin === undefined ? {} : { stdin: stdin instanceof Secret ? stdin.map(fed) : fed(String(stdin)) }),
  }
}

/** The plan: `module` runs `text`, by `step`, unless what it creates is there or what it removes is not. */
export function planOpaque(
  want: OpaqueWant,
  have: { created?: FoundPath; removable?: FoundPath },
  { module, text, step, undo }: { module: string; text: string; step: RunStep; undo: RunStep | null },
): PlanResult {
  if (typeof have.created === 'string') return idle(`${have.created} is there`)
  if (want.removes !== undefined && have.removable === null) return idle(`${want.removes} is not there`)
  const change: Change = {
    fact: module,
    before: null,
    after: UNKNOWN,
    opaque: true,
    summary: `run ${inShort(text)}`,
    apply: [{ ...step, timeout: want.timeout }],
    undo: undo === null ? [] : [undo],
    disruptive: want.disruptive,
  }
  return { changes: [change] }
}

function idle(reason: string): PlanResult {
  return { changes: [], notes: [{ summary: `nothing is run: ${reason}` }] }
}

/** The first line that says something. */
function inShort(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const first = (lines[0] ?? '').trim()
  return lines.length > 1 || first.length > SHOWN ? `${first.slice(0, SHOWN)} …` : first
}
