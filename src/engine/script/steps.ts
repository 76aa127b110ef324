/** One script for all steps of a host: numbered, stopped at the first failure, each result kept on the host as well. */
import type { RemoveStep, RunStep, Step, WriteStep } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'
import { shellJoin, shellQuote } from '../../text/shell.ts'
import type { ScriptPart } from '../../transport/types.ts'
import type { Section } from './frame.ts'
import { frameScript, parseSections, section } from './frame.ts'

/** Seconds that a program of a step may run unless the step says otherwise. */
const STEP_TIMEOUT = 30

/**
 * Writes stdin to a file: to a temporary beside it (created exclusively), with its final owner, mode and SELinux label,
 * then renamed over it. Symbolic links and anything else that is not a plain file are refused.
 */
const WRITE = `w() {
d=\${1%/*}; t="\${d:-/}/.\${1##*/}.$RUN"
if [ -L "$1" ]; then echo "$1 is a symbolic link: refused" >&2; cat >/dev/null; return 1; fi
if [ -e "$1" ] && [ ! -f "$1" ]; then echo "$1 is not a plain file: refused" >&2; cat >/dev/null; return 1; fi
( umask 077; set -C; base64 -d >"$t" ) || { rm -f "$t"; echo "cannot write $t" >&2; return 1; }
if chown "$3:$4" "$t" && chmod "$2" "$t" && l "$1" "$t" && { sync "$t" 2>/dev/null || :; } && mv -fT "$t" "$1"; then return 0; fi
rm -f "$t"; return 1
}
l() {
command -v selinuxenabled >/dev/null 2>&1 && selinuxenabled || return 0
if [ -e "$1" ]; then chcon --reference="$1" "$2"; else c=$(matchpathcon -n "$1") && chcon "$c" "$2"; fi
}
d() {
if [ -L "$1" ]; then echo "$1 is a symbolic link: refused" >&2; return 1; fi
rm -f "$1"
}
`

/**
 * Records a step's result below /run before it is printed: a lost connection does not hide what was done. No record where
 * the folder is a link or another user's: it could be led elsewhere.
 */
const RECORD = `command -v base64 >/dev/null 2>&1 || { echo 'base64 (coreutils) is not installed' >&2; return 127; }
R=/run/mptcp-fleet
{ [ ! -L "$R" ] && mkdir -p -m 0700 "$R" && [ -O "$R" ] && R="$R/$RUN" && mkdir -m 0700 "$R"; } 2>/dev/null || R=
s() { if [ -n "$R" ]; then printf '%s %s\\n' "$1" "$2" >>"$R/steps"; fi; m "$1" "$2"; }
`

/** Where a host keeps the results of a run's steps until they have arrived. */
export function recordFolder(runId: string): string {
  return `/run/mptcp-fleet/${runId}`
}

/** Shell text that removes a run's record once its results have arrived. */
export function forgetRecord(runId: string): string {
  const folder = shellQuote(recordFolder(runId))
  return `rm -f ${folder}/steps 2>/dev/null; rmdir ${folder} /run/mptcp-fleet 2>/dev/null; :`
}

/** The whole apply script, and how long it may take on the host in seconds: the sum of its steps' limits and some. */
export function stepsScript(
  nonce: string,
  runId: string,
  steps: readonly Step[],
  keepRecord: boolean,
): { script: ScriptPart[]; seconds: number } {
  const body = steps.flatMap((step, index) => [
    ...section(index, stepText(step)),
    `s ${index} $r\n[ "$r" -eq 0 ] || return 3\n`,
  ])
  const seconds = steps.reduce((sum, step) => sum + (step.kind === 'run' ? (step.timeout ?? STEP_TIMEOUT) + 6 : 6), 20)
  return {
    script: frameScript(nonce, [
      `RUN=${shellQuote(runId)}\n`,
      RECORD,
      WRITE,
      'b() {\n:\n',
      ...body,
      `}\nb\nr=$?\n${keepRecord ? '' : forgetRecord(runId)}\nreturn $r`,
    ]),
    seconds,
  }
}

/** The results of an apply script by step number; a step that is missing was not started. */
export function parseSteps(nonce: string, stdout: string, stderr: string): Map<number, Section> {
  return parseSections(nonce, stdout, stderr)
}

function stepText(step: Step): ScriptPart[] {
  switch (step.kind) {
    case 'run': {
      return runText(step)
    }
    case 'write': {
      return writeText(step)
    }
    case 'remove': {
      return [removeText(step)]
    }
  }
}

function runText(step: RunStep): ScriptPart[] {
  const command = `timeout -k 5 ${step.timeout ?? STEP_TIMEOUT} ${shellJoin(step.argv)}`
  return step.stdin === undefined ? [command] : [...base64(step.stdin), ` | base64 -d | ${command}`]
}

function writeText(step: WriteStep): ScriptPart[] {
  const target = shellJoin([step.path, step.mode, step.owner, step.group])
  return [...base64(step.bytes), ` | w ${target}`]
}

function removeText(step: RemoveStep): string {
  return `d ${shellQuote(step.path)}`
}

/** Bytes travel as base64, through a builtin: never in an argument vector, never in a here-document. */
function base64(text: string | Secret): ScriptPart[] {
  const encoded = text instanceof Secret ? text.base64() : Buffer.from(text, 'utf8').toString('base64')
  return ["printf %s '", encoded, "'"]
}

/** A script that only forgets a run's record, for hosts where no verifying probe follows. */
export function forgetScript(nonce: string, runId: string): ScriptPart[] {
  return frameScript(nonce, [forgetRecord(runId)])
}
