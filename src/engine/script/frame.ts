/** The frame around every script: nothing runs unless all of it arrived, and our lines can be told from noise. */
import type { ScriptPart } from '../../transport/types.ts'

/** Where every script looks for programs: hosts' login shells may lack sbin. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** First lines of each script: surroundings in which programs print what parsers expect, and nothing leaks into files. */
export const SCRIPT_HEAD = [
  'LC_ALL=C; export LC_ALL; unset LANGUAGE',
  `PATH="\${PATH:+$PATH:}${PATH}"; export PATH`,
  "trap '' HUP PIPE",
  'umask 077; ulimit -c 0',
  '',
].join('\n')

/**
 * Wraps shell text into `main() { … }; main`, so that a truncated upload runs nothing. HUP and PIPE are ignored: a lost
 * connection does not cut a script.
 */
export function frameScript(nonce: string, body: readonly ScriptPart[]): ScriptPart[] {
  return [
    `main() {\n${SCRIPT_HEAD}N=${nonce}\n`,
    `m() { printf '\\n%s %s %s\\n' "$N" "$1" "$2"; printf '\\n%s %s %s\\n' "$N" "$1" "$2" >&2; }\n`,
    ...body,
    // On one line: what follows on stdin is for the script to read, and the shell does not wait for more commands.
    '\n}\nmain; exit\n',
  ]
}

/** Shell text that runs `parts` as the section `name` (a word), between markers. Its exit status is left in `$r`. */
export function section(name: string, parts: readonly ScriptPart[]): ScriptPart[] {
  return [`m ${name} b\n(\n`, ...parts, `\n) </dev/null\nr=$?\nm ${name} "$r"\n`]
}

/** What one section printed; `rc` is null where its end was never reached. */
export interface Section {
  stdout: string
  stderr: string
  rc: number | null
}

/** Takes the sections out of what a framed script printed; text outside the markers is noise and dropped. */
export function parseSections(nonce: string, stdout: string, stderr: string): Map<string, Section> {
  const out = split(nonce, stdout)
  const err = split(nonce, stderr)
  const sections = new Map<string, Section>()
  for (const [name, { text, rc }] of out) {
    sections.set(name, { stdout: text, stderr: err.get(name)?.text ?? '', rc })
  }
  return sections
}

/** The rest of a marker's line: a name, then `b` or an exit status. */
const MARKED = /^(\w+) (b|\d{1,3})$/
/** No name of ours is as long. */
const LONGEST_MARK = 80

function split(nonce: string, text: string): Map<string, { text: string; rc: number | null }> {
  const result = new Map<string, { text: string; rc: number | null }>()
  const marker = `\n${nonce} `
  let open: { name: string; from: number } | null = null
  for (let at = text.indexOf(marker); at !== -1;) {
    const from = at + marker.length
    const end = text.indexOf('\n', from)
    if (end === -1) break
    const [, name, said] = (end - from <= LONGEST_MARK && MARKED.exec(text.slice(from, end))) || []
    if (said === 'b') {
      open = { name: name!, from: end + 1 }
    } else if (open !== null && open.name === name) {
      result.set(name, { text: text.slice(open.from, Math.max(open.from, at)), rc: Number(said) })
      open = null
    }
    // Two markers in a row share their newline.
    at = text.indexOf(marker, end)
  }
  if (open !== null) result.set(open.name, { text: text.slice(open.from), rc: null })
  return result
}
