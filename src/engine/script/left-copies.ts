/** Copies of files that a run put beside them and that are still there, though no such run is at work any more. */
import type { Note } from '../../model/change.ts'
import type { ScriptPart } from '../../transport/types.ts'
import type { Section } from './frame.ts'
import { section } from './frame.ts'

const NAME = 'left'

/** The task under which a plan tells of them. */
export const LEFT_BEHIND = 'Left behind by an earlier run'

/** Where files that modules change lie. Prints a path a line; a copy whose run holds the host's lock is in use. */
const PROBE = `find /etc /usr/local/libexec /var/lib/NetworkManager -xdev -maxdepth 4 -type f -name '.*.20??????T??????Z-*' 2>/dev/null |
while IFS= read -r c; do
r=\${c%.new}; r=\${r##*.}
for l in armed commit undo; do [ ! -d "/run/mptcp-fleet/$l-$r" ] || continue 2; done
printf '%s\\n' "$c"
done`

/** Shell text that looks for them, to stand before the probes of facts. */
export const lookForCopies: readonly ScriptPart[] = section(NAME, [PROBE])

const COPY = /^(.*\/)\.([^/]+)\.(\d{8}T\d{6}Z-[\da-f]{6})(?:-\d+)?(\.new)?$/

/** Most that are named in one note. */
const MOST_NAMED = 10

/** What to tell of the copies, a note for each run that left some. */
export function leftCopies(sections: ReadonlyMap<string, Section>): Note[] {
  const byRun = new Map<string, { copy: string; of: string }[]>()
  for (const line of sections.get(NAME)?.stdout.split('\n') ?? []) {
    const [, folder, name, run, unfinished] = COPY.exec(line) ?? []
    if (run === undefined) continue
    const of = unfinished === undefined ? `${folder}${name} as it was before` : `${folder}${name}, unfinished`
    byRun.set(run, [...(byRun.get(run) ?? []), { copy: line, of }])
  }
  return [...byRun].map(([run, copies]) => {
    const named = copies.slice(0, MOST_NAMED).map(({ copy, of }) => `${copy}: ${of}`)
    const more = copies.length > named.length ? [`and ${copies.length - named.length} more`] : []
    const does = `\`mptcp-fleet runs show ${run}\` on the machine that ran it tells what was done, \`rollback ${run}\` takes it back; the next change of such a file removes its copy`
    return { isWarning: true, summary: `run ${run} came to no end here: ${named.concat(more).join('; ')}; ${does}` }
  })
}
