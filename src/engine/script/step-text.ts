/** One step as shell text, and where its results are kept. */
import type { RemoveStep, RunStep, Step, WriteStep } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'
import { shellJoin, shellQuote } from '../../text/shell.ts'
import type { ScriptPart } from '../../transport/types.ts'

/** Seconds that a program of a step may run unless the step says otherwise. */
export const STEP_TIMEOUT = 30
/** Bytes of each stream of a step that are kept. */
const KEPT = 256 * 1024

/**
 * `x N SECONDS FUNCTION` runs a step and writes to $R, before anything is printed, that it began and how it ended: a
 * lost connection neither cuts a step, whose output goes to files, nor hides what it did. $r is its status. Does nothing
 * once somebody else has taken the lock to undo.
 */
export const STEP_LIB = `q() { timeout "$1" sh -c 'head -c ${KEPT}; cat >/dev/null'; }
x() {
if [ ! -d "$B/armed-$RUN" ] && [ ! -d "$B/commit-$RUN" ]; then
echo "the host takes its changes back meanwhile: nothing more is done" >&2; r=1; return 1
fi
echo "b $1" >>"$R/steps" || { r=1; return 1; }
m "s$1" b
{ { { ( "$3" ) </dev/null 3>&-; echo "$?" >"$R/rc"; } 2>&3 | q "$2" >"$R/out"; } 3>&1 | q "$2" >"$R/err"; }
r=; read -r r <"$R/rc"; [ -n "$r" ] || r=1
echo "$1 $r" >>"$R/steps"
cat "$R/out"; cat "$R/err" >&2; rm -f "$R/out" "$R/err" "$R/rc"
m "s$1" "$r"
return "$r"
}
`

/** The longest that a step may take on the host, in seconds. */
export function stepSeconds(step: Step): number {
  return step.kind === 'run' ? (step.timeout ?? STEP_TIMEOUT) + 6 : 6
}

/** Shell text of a step. `undo`: files come back from the copies that were made of them, where there are any. */
export function stepText(step: Step, undo = false): ScriptPart[] {
  switch (step.kind) {
    case 'run': {
      const { files = [], lasting = false } = step
      return undo && lasting && files.length > 0 ? insteadOf(files, runText(step)) : runText(step)
    }
    case 'write': {
      return writeText(step, undo ? 'v' : 'w')
    }
    case 'remove': {
      return [removeText(step)]
    }
  }
}

function runText(step: RunStep): ScriptPart[] {
  const folder = step.chdir === undefined ? '' : `cd ${shellQuote(step.chdir)} || exit\n`
  const program = step.script === undefined ? shellJoin(step.argv) : withFile(step.argv, step.script.at)
  const command = `timeout -k 5 ${step.timeout ?? STEP_TIMEOUT} ${program}`
  const fed = step.stdin === undefined ? [command] : [...base64(step.stdin), ` | base64 -d | ${command}`]
  // Programs expect that a reader that goes away ends them.
  const head = 'trap - PIPE\n'
  if (step.script === undefined) return [`${head}umask 022\n${folder}`, ...fed]
  const written = [...base64(step.script.text), ' | base64 -d >"$F" || exit\n']
  const name = shellQuote(`script-${step.argv[step.script.at]!.replace(/^.*\//, '')}`)
  return [`${head}F=$R/${name}\n`, ...written, `umask 022\n${folder}`, ...fed, '\ne=$?; rm -f "$F"; exit "$e"']
}

function withFile(argv: readonly string[], at: number): string {
  return argv.map((word, index) => (index === at ? '"$F"' : shellQuote(word))).join(' ')
}

function insteadOf(files: readonly string[], text: ScriptPart[]): ScriptPart[] {
  return [`if y ${shellJoin(files)}; then exit 0; fi\n`, ...text]
}

function writeText(step: WriteStep, how: 'w' | 'v'): ScriptPart[] {
  return [...base64(step.bytes), ` | ${how} ${shellJoin([step.path, step.mode, step.owner, step.group])}`]
}

function removeText(step: RemoveStep): string {
  return `d ${shellQuote(step.path)}`
}

/** Bytes travel as base64, through a builtin: never in an argument vector, never in a here-document. */
export function base64(text: string | Secret): ScriptPart[] {
  const encoded = text instanceof Secret ? text.base64() : Buffer.from(text, 'utf8').toString('base64')
  return ["printf %s '", encoded, "'"]
}
