/** The script that lies on the host while its changes are not final: takes back what was begun, the last change first. */
import type { PlacedStep } from '../coalesce.ts'
import type { Step } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'
import { shellQuote } from '../../text/shell.ts'
import type { ScriptPart } from '../../transport/types.ts'
import { BOOT_LIB } from './boot-lib.ts'
import { dropCopies, dropUnfinished, FILE_LIB } from './file-lib.ts'
import { SCRIPT_HEAD } from './frame.ts'
import { GUARD_LIB } from './guard-lib.ts'
import { HOST_LIB } from './host-lib.ts'
import { stepSeconds, stepText, STEP_LIB } from './step-text.ts'

/** One step of an undo; `after` are the numbers of the steps any of which must have begun for it to be needed. */
export interface UndoStep {
  placed: PlacedStep
  after: readonly number[]
  /** It is not tried again where it fails: what a task's author wrote may do harm when it is done twice. */
  once?: boolean
}

/**
 * The script's text, a secret where a step holds one. It takes the lock by a rename from `armed-RUN`, or from the folder
 * that $1 names, and does nothing where that is gone; where the run is final it only tidies up. Each step runs, whatever
 * became of the one before. With `watch` it first waits for the end of another script: see UNDO_LIB.
 */
export function undoScript(run: { id: string; owner: string }, steps: readonly UndoStep[], copies: readonly string[]) {
  const body = steps.flatMap(({ placed, after }, index): ScriptPart[] => [
    `t${index}() {\n`,
    ...stepText(placed.step, true),
    `\n}\nw${index}() {\nbegun ${after.join(' ')} || return 0\n`,
    `u ${[index, stepSeconds(placed.step) + 4, ...repeated(steps, index)].join(' ')}\n}\nw${index}\n`,
  ])
  return Secret.join([
    `main() {\n${SCRIPT_HEAD}RUN=${shellQuote(run.id)}; OWNER=${shellQuote(run.owner)}\n`,
    HOST_LIB,
    // It lies in the lock, wherever that is.
    'B=${0%/*/*}; R=$B/$RUN\n',
    FILE_LIB,
    GUARD_LIB,
    STEP_LIB,
    BOOT_LIB,
    `drop() {\n${dropCopies(copies)}}\n`,
    UNDO_LIB,
    dropUnfinished(copies),
    ...body,
    REPEAT,
    'drop; boot_off "$C"; disarm "$C"\noutcome "rolled-back $failed"\nrm -rf "$C" "$R/undo"\nreturn 0\n}\nmain "$@"\n',
  ])
}

/** What is tried again where a step fails: it, and what follows it in its change and built upon what it was to do. */
function repeated(steps: readonly UndoStep[], index: number): number[] {
  const { placed, once = false } = steps[index]!
  if (once) return []
  const builtOn = ({ placed: { change, step } }: UndoStep): boolean => change === placed.change && isRepeatable(step)
  return [index, ...steps.flatMap((step, at) => (at > index && builtOn(step) ? [at] : []))]
}

/** Whether it may be done twice: services and NetworkManager are told what to be; what adds or removes fails the second time. */
function isRepeatable(step: Step): boolean {
  if (step.kind !== 'run') return false
  const [program, ...words] = step.argv
  if (program === 'nmcli') return !words.includes('add') && !words.includes('delete')
  return program === 'systemctl' || (program === 'rm' && words[0] === '-f')
}

/** Rounds in which steps that failed are tried once more, and seconds between them: a full disk may have room by then. */
const ROUNDS = 8
const PAUSE_SECONDS = 2

const REPEAT = `n=0; while [ -n "$F" ] && [ "$n" -lt ${ROUNDS} ]; do
sleep ${PAUSE_SECONDS}; n=$((n+1)); G=$F; F=; D=
for i in $G; do case "$D " in *" $i "*) ;; *) D="$D $i"; "w$i";; esac; done
done
failed=0; for i in $bad; do failed=$((failed+1)); done
`

/** Seconds that the script which held the lock may take for the step that it is at; it begins no other. */
const HOLDER_SECONDS = 660

/**
 * `watch LOCK SECONDS PID BORN`: waits until that process has ended, SECONDS at most. If it did so with a word, or without
 * the lock in the folder `LOCK-RUN`, nothing is undone.
 */
const UNDO_LIB = `begun() { for i in "$@"; do grep -qx "b $i" "$R/steps" 2>/dev/null && return 0; done; return 1; }
u() {
l=; for k in $bad; do [ "$k" = "$1" ] || l="$l $k"; done; bad=$l
{ { ( "t$1" ) </dev/null 2>&1; echo "$?" >"$C/rc"; } | q "$2" >"$C/out"; }
r=; read -r r <"$C/rc"; [ -n "$r" ] || r=1
echo "u $1 $r" >>"$R/steps"
[ "$r" -ne 0 ] || return 0
cat "$C/out" >>"$R/undo-failures"
bad="$bad $1"; shift 2
[ $# -eq 0 ] || F="$F $*"
}
C=$B/undo-$RUN
if [ "\${1-}" = watch ]; then
e=$(($(up) + $3))
while [ "$(born "$4")" = "$5" ] && [ "$(up)" -lt "$e" ]; do sleep 1; done
o=; { read -r o <"$R/outcome"; } 2>/dev/null
case $2 in
commit) [ -d "$B/commit-$RUN" ] || return 0;;
*) [ -z "$o" ] && [ -d "$B/armed-$RUN" ] || return 0;;
esac
set -- "$2-$RUN"
fi
mv -T "$B/\${1:-armed-$RUN}" "$C" 2>/dev/null || { echo "run $RUN is final here, or is being undone: nothing is changed"; return 5; }
h=; { read -r h hb <"$C/pid"; } 2>/dev/null
sign "$C"; rm -f "$C/until"
i=0; while [ -n "$h" ] && [ "$h" != "$PPID" ] && [ "$(born "$h")" = "$hb" ] && [ "$i" -lt ${HOLDER_SECONDS * 5} ]; do
sleep 0.2; i=$((i+1))
done
if final "$C"; then drop; boot_off "$C"; outcome done; rm -rf "$C" "$R/undo"; return 0; fi
bad=; F=
`
