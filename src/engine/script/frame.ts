/** The frame around every script: nothing runs unless all of it arrived, and our lines can be told from noise. */
import type { ScriptPart } from '../../transport/types.ts'

/** Where every script looks for programs: hosts' login shells may lack sbin. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Wraps shell text into `main() { … }; main`, so that a truncated upload runs nothing. HUP and PIPE are ignored: a lost
 * connection does not cut a script.
 */
export function frameScript(nonce: string, body: readonly ScriptPart[]): ScriptPart[] {
  return [
    [
      'main() {',
      'LC_ALL=C; export LC_ALL; unset LANGUAGE',
      `PATH="\${PATH:+$PATH:}${PATH}"; export PATH`,
      "trap '' HUP PIPE",
      'umask 022',
      `N=${nonce}`,
      `m() { printf '\\n%s %s %s\\n' "$N" "$1" "$2"; printf '\\n%s %s %s\\n' "$N" "$1" "$2" >&2; }`,
      '',
    ].join('\n'),
    ...body,
    '\n}\nmain\n',
  ]
}

/** Shell text that runs `parts` as section `index`, between markers. Its exit status is left in `$r`. */
export function section(index: number, parts: readonly ScriptPart[]): ScriptPart[] {
  return [`m ${index} b\n(\n`, ...parts, `\n) </dev/null\nr=$?\n`]
}

/** What one section printed; `rc` is null where its end was never reached. */
export interface Section {
  stdout: string
  stderr: string
  rc: number | null
}

/** Takes the sections out of what a framed script printed; text outside the markers is noise and dropped. */
export function parseSections(nonce: string, stdout: string, stderr: string): Map<number, Section> {
  const out = split(nonce, stdout)
  const err = split(nonce, stderr)
  const sections = new Map<number, Section>()
  for (const [index, { text, rc }] of out) {
    sections.set(index, { stdout: text, stderr: err.get(index)?.text ?? '', rc })
  }
  return sections
}

function split(nonce: string, text: string): Map<number, { text: string; rc: number | null }> {
  const result = new Map<number, { text: string; rc: number | null }>()
  const marker = new RegExp(`\\n${nonce} (\\d+) (b|\\d+)\\n`, 'g')
  let open: { index: number; from: number } | null = null
  for (let match = marker.exec(text); match !== null; match = marker.exec(text)) {
    const index = Number(match[1])
    // Two markers in a row share their newline: step back so that the next one is seen.
    const from = marker.lastIndex
    if (match[2] === 'b') {
      open = { index, from }
    } else if (open?.index === index) {
      result.set(index, { text: text.slice(open.from, Math.max(open.from, match.index)), rc: Number(match[2]) })
      open = null
    }
    marker.lastIndex = from - 1
  }
  if (open !== null) result.set(open.index, { text: text.slice(open.from), rc: null })
  return result
}
