/**
 * The apply script: takes the host's lock, reads once more what the plan read and waits for the word that nothing moved,
 * leaves the undo script, copies the files to be changed, arms the guard where there is one, and runs the steps up to the
 * first failure. What it did stands below /run before it is printed.
 */
import type { Step } from '../../model/change.ts'
import type { Fact } from '../../model/fact.ts'
import { shellQuote } from '../../text/shell.ts'
import type { ScriptPart } from '../../transport/types.ts'
import { armBoot, BOOT_LIB } from './boot-lib.ts'
import { dropCopies, dropFolders, FILE_LIB } from './file-lib.ts'
import { frameScript, section } from './frame.ts'
import { GUARD_LIB } from './guard-lib.ts'
import { HOST_LIB, LOCK_GRACE } from './host-lib.ts'
import { base64, stepSeconds, stepText, STEP_LIB } from './step-text.ts'
import type { UndoStep } from './undo-script.ts'
import { undoScript } from './undo-script.ts'

/** Seconds for reading facts again, copying and arming. */
const PREPARE_SECONDS = 60

/** A step with its number, which stays the same in the apply, commit and undo script. */
export interface NumberedStep {
  number: number
  step: Step
}

export interface ApplyScript {
  /** Names lock, record and copies on the host; unique for each apply of a run. */
  id: string
  /** Who runs it, for people who find the lock: `user@machine`. */
  owner: string
  /** Read again under the lock. */
  facts: readonly Fact[]
  steps: readonly NumberedStep[]
  undo: readonly UndoStep[]
  /** Files to be copied first: those that these steps change, and those that are changed at commit. */
  copies: readonly string[]
  /** Folders that go with the copies, where empty then. */
  emptied: readonly string[]
  /** Seconds from the end of the steps until the host undoes them by itself; null: no guard. */
  guard: number | null
}

/** Notes in the lock until when it is believed to be held, `from` seconds from now. */
function until(from: number): string {
  return `echo $(($(up) + ${from + LOCK_GRACE})) >"$B/armed-$RUN/until"`
}

/** The script, and how long it may take on the host in seconds: the sum of its steps' limits and some. */
export function applyScript(nonce: string, apply: ApplyScript): { script: ScriptPart[]; seconds: number } {
  const { guard } = apply
  const seconds = apply.steps.reduce((sum, { step }) => sum + stepSeconds(step), PREPARE_SECONDS)
  const undo = undoScript(apply, apply.undo, apply.copies)
  return {
    script: frameScript(nonce, [
      `RUN=${shellQuote(apply.id)}; OWNER=${shellQuote(apply.owner)}\n`,
      HOST_LIB,
      FILE_LIB,
      GUARD_LIB,
      BOOT_LIB,
      STEP_LIB,
      ...section('lock', ['base && lock']),
      '[ "$r" -eq 0 ] || return 4\n',
      ...apply.facts.flatMap((fact, index) => section(`f${index}`, [fact.probe])),
      'm go b\nG=; IFS= read -r G\n',
      '[ "$G" = "$N-go" ] || { release; forget; m go 1; return 5; }\nm go 0\n',
      ...section('ready', [
        // Before the copies: it removes them where this script is killed among them.
        ...base64(undo),
        ' | base64 -d >"$B/armed-$RUN/undo.new" && mv -T "$B/armed-$RUN/undo.new" "$B/armed-$RUN/undo" || exit 1\n',
        ...apply.copies.map((path) => `k ${shellQuote(path)} || exit 1\n`),
        ':',
      ]),
      `[ "$r" -eq 0 ] || { ${dropCopies(apply.copies).trimEnd()}; release; forget; return 6; }\n`,
      ...(guard === null
        ? []
        : armed(1, `${until(seconds + guard)} && arm_watch armed "$B/armed-$RUN/undo" ${seconds}`)),
      // The watch calls it off where this script is killed: it must never be there without a run.
      ...(guard === null ? [] : armed(0, armBoot(apply))),
      ...runSteps(apply.steps),
      ...(guard === null ? finish(apply) : guardEnd(guard)),
    ]),
    seconds,
  }
}

function armed(phase: number, arm: string): ScriptPart[] {
  return [
    ...section(`arm${phase}`, [arm]),
    '[ "$r" -eq 0 ] || { m undo b; sh "$B/armed-$RUN/undo" </dev/null; m undo 0; return 7; }\n',
  ]
}

/** Steps as functions, run one by one up to the first failure; $r is then the last one's status. */
export function runSteps(steps: readonly NumberedStep[]): ScriptPart[] {
  return [
    ...steps.flatMap(({ number, step }) => [`t${number}() {\n`, ...stepText(step), '\n}\n']),
    'b() {\nr=0\n',
    ...steps.map(({ number, step }) => `x ${number} ${stepSeconds(step) + 4} t${number} || return 3\n`),
    '}\nb; r=$?\n',
  ]
}

/** Without a guard what was done stays: the lock is given back, and the record too once its results have arrived. */
function finish({ copies, emptied }: ApplyScript): ScriptPart[] {
  return [
    dropCopies(copies),
    `if [ "$r" -eq 0 ]; then\n${dropFolders(emptied)}outcome done; else outcome failed; fi\nrelease\n`,
    ACKNOWLEDGED,
  ]
}

/** Keeps the record until the controller says that it has read everything. Ends the script with status $r. */
export const ACKNOWLEDGED = 'm end b\nG=; IFS= read -r G\n[ "$G" = "$N-ack" ] && forget\nm end 0\nreturn "$r"\n'

function guardEnd(guard: number): ScriptPart[] {
  return [
    'if [ "$r" -ne 0 ]; then m undo b; sh "$B/armed-$RUN/undo" </dev/null; m undo 0; return "$r"; fi\n',
    ...armed(2, `${until(guard)} && arm_timer ${guard}`),
    'outcome applied\nreturn 0\n',
  ]
}
