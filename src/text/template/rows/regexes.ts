/** Filters by regular expression. */
import { pythonText, text, truth } from '../python.ts'
import { expand, inTime, pythonRegex } from '../regex.ts'
import { Named, row } from '../row.ts'

export const REGEX_FILTERS = [
  row(
    'regex_replace',
    'pattern replacement ignorecase multiline',
    'another text where the pattern matches',
    (value, pattern = '', by = '', ignore = false, multi = false) => {
      const regex = pythonRegex(pythonText(pattern), truth(ignore), truth(multi))
      const [one, replacement] = [pythonText(value), pythonText(by)]
      return inTime(regex, () =>
        matches(regex, one).reduceRight(
          (made, match) =>
            made.slice(0, match.index) + expand(replacement, match) + made.slice(match.index + match[0].length),
          one,
        ),
      )
    },
  ),
  row(
    'regex_search',
    'regex *groups **',
    'the first match, or groups of it; None where there is none',
    (value, pattern, ...args) => {
      const [flags, groups] = flagsOf(args)
      const regex = pythonRegex(text(pattern), flags.ignore, flags.multi)
      const one = pythonText(value)
      // Before the match: what is no group fails for every text.
      const keys = groups.map((group) => {
        const name = /^\\(?:g<(\S+)>|(\d+))/.exec(text(group))
        if (name === null) throw new TypeError(`"${text(group)}" is no group: \\1 or \\g<name>`)
        return name[1] ?? name[2] ?? ''
      })
      const match = inTime(regex, () => matches(regex, one, 1))[0]
      if (match === undefined) return null
      if (keys.length === 0) return match[0]
      return keys.map((key) => {
        if (/^\d+$/.test(key) ? Number(key) >= match.length : !Object.hasOwn(match.groups ?? {}, key))
          throw new TypeError(`the pattern has no group "${key}"`)
        return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? null
      })
    },
  ),
  row(
    'regex_findall',
    'regex multiline ignorecase',
    'all matches, or their groups',
    (value, pattern, multi = false, ignore = false) => {
      const regex = pythonRegex(text(pattern), truth(ignore), truth(multi))
      const one = pythonText(value)
      return inTime(regex, () => matches(regex, one)).map((match) =>
        match.length === 1
          ? match[0]
          : match.length === 2
            ? (match[1] ?? '')
            : match.slice(1).map((group) => group ?? ''),
      )
    },
  ),
  row('regex_escape', 're_type', 'a text as a pattern that matches it', (value, type = 'python') => {
    const one = pythonText(value)
    if (type === 'python') return one.replace(/[\t\n\v\f\r #$&()*+\-.?[\\\]^{|}~]/g, '\\$&')
    if (type === 'posix_basic') return one.replace(/[\].[^$*\\]/g, '\\$&')
    throw new TypeError(`re_type is python or posix_basic`)
  }),
]

/** Matches as re.finditer finds them, empty ones too. */
function matches(regex: RegExp, value: string, most = Infinity): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  regex.lastIndex = 0
  for (let match = regex.exec(value); match !== null; match = regex.exec(value)) {
    found.push(match)
    if (found.length >= most) break
    if (match[0] === '') regex.lastIndex++
  }
  return found
}

function flagsOf(args: readonly unknown[]): [{ ignore: boolean; multi: boolean }, readonly unknown[]] {
  const named = args.at(-1)
  if (!(named instanceof Named)) return [{ ignore: false, multi: false }, args]
  return [{ ignore: truth(named.values['ignorecase']), multi: truth(named.values['multiline']) }, args.slice(0, -1)]
}
