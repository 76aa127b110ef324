/** Scripts that end a guarded apply over a new connection: the one that makes it last, and the one that takes it back. */
import { createHash } from 'node:crypto'
import type { WriteStep } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'
import type { Fact } from '../../model/fact.ts'
import { shellQuote } from '../../text/shell.ts'
import type { ScriptPart } from '../../transport/types.ts'
import type { NumberedStep } from './apply-script.ts'
import { ACKNOWLEDGED, runSteps } from './apply-script.ts'
import { BOOT_LIB } from './boot-lib.ts'
import { dropCopies, dropFolders, FILE_LIB } from './file-lib.ts'
import { frameScript, section } from './frame.ts'
import { GUARD_LIB } from './guard-lib.ts'
import { HOST_LIB } from './host-lib.ts'
import { stepSeconds, STEP_LIB } from './step-text.ts'

/** Seconds that a host waits for its own undo to end. */
const RECORD_SECONDS = 60

/** Seconds after which a commit that is still at work is undone. */
const COMMIT_SECONDS = 3600

interface CommitScript {
  id: string
  owner: string
  /** Steps that outlast a reboot. */
  steps: readonly NumberedStep[]
  copies: readonly string[]
  /** Folders that go with the copies, where empty then. */
  emptied: readonly string[]
  /** Read once all is done. */
  facts: readonly Fact[]
}

function head({ id, owner }: { id: string; owner: string }): ScriptPart[] {
  const names = `RUN=${shellQuote(id)}; OWNER=${shellQuote(owner)}\n`
  return [names, HOST_LIB, FILE_LIB, GUARD_LIB, BOOT_LIB, STEP_LIB]
}

/** Watched from before it has the lock on. */
const TAKE = [
  `ln "$B/armed-$RUN/undo" "$R/undo" && arm_watch commit "$R/undo" ${COMMIT_SECONDS} && `,
  'mv -T "$B/armed-$RUN" "$B/commit-$RUN"',
]

/**
 * Takes the lock, which calls the timer off, runs the steps, reads each file back, and then the facts. Status 8: the host
 * had undone already. Where a step fails all is undone, and also where this script is killed.
 */
export function commitScript(nonce: string, commit: CommitScript): { script: ScriptPart[]; seconds: number } {
  const undo = 'm undo b; sh "$B/commit-$RUN/undo" "commit-$RUN" </dev/null; m undo 0; return 3'
  return {
    script: frameScript(nonce, [
      ...head(commit),
      ...section('take', TAKE),
      '[ "$r" -eq 0 ] || {\n',
      ...recordSection(RECORD_SECONDS),
      'return 8\n}\n',
      'sign "$B/commit-$RUN"; disarm "$B/commit-$RUN"\n',
      ...runSteps(commit.steps),
      `[ "$r" -eq 0 ] || { ${undo}; }\n`,
      ...section('back', readBack(commit.steps)),
      `[ "$r" -eq 0 ] || { ${undo}; }\n`,
      'outcome done\n',
      dropCopies(commit.copies),
      dropFolders(commit.emptied),
      'boot_off "$B/commit-$RUN"; rm -rf "$B/commit-$RUN" "$R/undo"\n',
      ...commit.facts.flatMap((fact, index) => section(`f${index}`, [fact.probe])),
      'r=0\n',
      ACKNOWLEDGED,
    ]),
    seconds: commit.steps.reduce((sum, { step }) => sum + stepSeconds(step), 60),
  }
}

/** The last content of each file must be on the disk as it was sent; then the run is final. */
function readBack(steps: readonly NumberedStep[]): ScriptPart[] {
  const last = new Map<string, WriteStep | null>()
  for (const { step } of steps) {
    if (step.kind === 'write') last.set(step.path, step)
    else if (step.kind === 'remove') last.set(step.path, null)
  }
  const checks = [...last].flatMap(([path, step]): ScriptPart[] => {
    if (step === null)
      return [`[ ! -e ${shellQuote(path)} ] || { echo ${shellQuote(`${path} is still there`)} >&2; exit 1; }\n`]
    const sum = step.bytes instanceof Secret ? step.bytes.map(sha256) : sha256(step.bytes)
    return [
      `[ "$(sha256sum <${shellQuote(path)})" = '`,
      sum,
      `  -' ] || { echo ${shellQuote(`${path} does not hold what was written`)} >&2; exit 1; }\n`,
    ]
  })
  return [...checks, 'boot_done "$B/commit-$RUN"']
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** Undoes now what the guard would undo later, and reads the facts. */
export function rollBackScript(
  nonce: string,
  run: { id: string; owner: string; facts: readonly Fact[] },
): ScriptPart[] {
  return frameScript(nonce, [
    ...head(run),
    'm undo b\nif [ -f "$B/armed-$RUN/undo" ]; then sh "$B/armed-$RUN/undo" </dev/null\n',
    // Killed before it had left its undo script, the apply script has done nothing.
    'elif mv -T "$B/armed-$RUN" "$B/undo-$RUN" 2>/dev/null; then outcome "rolled-back 0"; rm -rf "$B/undo-$RUN"; fi\nm undo 0\n',
    ...recordSection(RECORD_SECONDS),
    ...run.facts.flatMap((fact, index) => section(`f${index}`, [fact.probe])),
    ...FINAL,
  ])
}

/** A record that is final need not stay once it has arrived; one that waits for confirmation does. */
const FINAL: ScriptPart[] = ['r=0; case $(cat "$R/outcome" 2>/dev/null) in applied|"") return 0;; esac\n', ACKNOWLEDGED]

/** Reads what became of a run's steps, waiting up to `seconds` while a script of it is still at work. */
export function recordScript(nonce: string, run: { id: string; owner: string }, seconds: number): ScriptPart[] {
  return frameScript(nonce, [...head(run), ...recordSection(seconds), ...FINAL])
}

/**
 * For a probe on a new connection: the run's steps and outcome. Waits while a script of it is at work: the apply until it
 * has an outcome, commit and undo until they are over. One that has just taken the lock has not signed it yet.
 */
function recordSection(seconds: number): ScriptPart[] {
  return section('record', [
    `i=0; j=0; while [ "$i" -lt ${seconds * 5} ]; do
O=; { read -r O _ <"$R/outcome"; } 2>/dev/null
case $O in ''|applied) ;; *) break;; esac
w=; for o in commit undo \${O:-armed}; do [ ! -d "$B/$o-$RUN" ] || w=\${w:-0}; works "$B/$o-$RUN" && w=1; done
case $w in 1) j=0;; 0) j=$((j+1)); [ "$j" -le 5 ] || break;; *) [ -z "$O" ] && [ -d "$R" ] && [ "$j" -eq 0 ] || break; j=1;; esac
sleep 0.2; i=$((i+1))
done
[ -d "$R" ] || [ -d "$B/armed-$RUN" ] || [ -d "$B/commit-$RUN" ] || [ -d "$B/undo-$RUN" ] || echo absent
cat "$R/steps" 2>/dev/null; echo "outcome $(cat "$R/outcome" 2>/dev/null)"; cat "$R/undo-failures" >&2 2>/dev/null; :`,
  ])
}

/** Shell text for the start of a probe: waits and prints the record, whose section a parser of facts passes over. */
export function recordProbe(run: { id: string; owner: string }, seconds: number): ScriptPart[] {
  return [`RUN=${shellQuote(run.id)}; OWNER=${shellQuote(run.owner)}\n`, HOST_LIB, ...recordSection(seconds)]
}
