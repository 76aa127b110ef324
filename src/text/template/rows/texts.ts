/** Filters for texts. */
import { isMapping, number, pythonText, text, truth } from '../python.ts'
import { Named, row } from '../row.ts'
import { formatPython } from './format.ts'
import { capitalize, lines, pythonSplit, replaceText, strip } from './text-helpers.ts'
import { wrapText } from './wrap.ts'

const COMMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
}

/** Jinja's: a text that is longer by so little is not cut. */
const LEEWAY = 5

export const TEXT_FILTERS = [
  row('upper', '', 'in capitals', (value) => pythonText(value).toUpperCase()),
  row('lower', '', 'in small letters', (value) => pythonText(value).toLowerCase()),
  row('capitalize', '', 'the first letter a capital, the others small', (value) => capitalize(pythonText(value))),
  row('title', '', 'the first letter of each word a capital', (value) =>
    pythonText(value)
      .split(/([-\s({[<]+)/)
      .map(capitalize)
      .join(''),
  ),
  row('trim', 'chars', 'without blanks, or these characters, at both ends', (value, chars = null) =>
    strip(pythonText(value), chars === null ? null : text(chars)),
  ),
  row(
    'replace',
    'old new count',
    'one text in place of another, everywhere or so many times',
    (value, old, by, count = null) =>
      replaceText(pythonText(value), pythonText(old), pythonText(by), count === null ? -1 : number(count)),
  ),
  row(
    'split',
    'sep maxsplit',
    'a list of what is between blanks, or a separator',
    (value, separator = null, most = -1) =>
      pythonSplit(text(value), separator === null ? null : text(separator), number(most)),
  ),
  row(
    'indent',
    'width first blank',
    'lines after the first moved to the right',
    (value, width = 4, first = false, blank = false) => {
      const margin = typeof width === 'string' ? width : ' '.repeat(number(width))
      const [start = '', ...rest] = lines(`${text(value)}\n`)
      const moved = [start, ...rest.map((line) => (line === '' && !truth(blank) ? line : margin + line))].join('\n')
      return truth(first) ? margin + moved : moved
    },
  ),
  row('center', 'width', 'in the middle of so many columns', (value, width = 80) => {
    const one = text(value)
    const missing = Math.max(0, number(width) - one.length)
    const left = Math.floor(missing / 2) + (missing & number(width) & 1)
    return ' '.repeat(left) + one + ' '.repeat(missing - left)
  }),
  row('format', '*args **', 'fills %s, %d and the like', (value, ...args) => {
    const named = args.at(-1)
    return formatPython(pythonText(value), named instanceof Named ? named.values : args)
  }),
  row(
    'truncate',
    'length killwords end leeway',
    'cut to a length, at a word unless told',
    (value, length = 255, kill = false, end = '...', leeway = null) => {
      const one = text(value)
      const [most, tail] = [number(length), text(end)]
      if (most < tail.length) throw new TypeError(`the length must be at least ${tail.length}`)
      if (one.length <= most + (leeway === null ? LEEWAY : number(leeway))) return one
      const cut = one.slice(0, most - tail.length)
      return (truth(kill) || !cut.includes(' ') ? cut : cut.slice(0, cut.lastIndexOf(' '))) + tail
    },
  ),
  row('wordcount', '', 'how many words it has', (value) => text(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  row(
    'wordwrap',
    'width break_long_words wrapstring break_on_hyphens',
    'in lines of at most so many columns',
    (value, width = 79, long = true, by = null, hyphens = true) => {
      const end = by === null ? '\n' : text(by)
      return lines(text(value))
        .map((line) => wrapText(line, number(width), truth(long), truth(hyphens)).join(end))
        .join(end)
    },
  ),
  row('escape e forceescape', '', 'safe in HTML', (value) => escapeHtml(pythonText(value))),
  row('safe', '', 'the text as it is', (value) => pythonText(value)),
  row('striptags', '', 'without HTML tags, blanks as one', (value) =>
    strip(pythonText(value).replace(/<!--[\s\S]*?-->|<[^>]*>/g, ''), null)
      .split(/\s+/)
      .join(' '),
  ),
  row('xmlattr', 'autospace', 'keys and values as XML attributes', (value, blank = true) => {
    const entries = Object.entries(isMapping(value) ? value : {}).filter(
      ([, item]) => item !== null && item !== undefined,
    )
    const made = entries.map(([key, item]) => `${escapeHtml(key)}="${escapeHtml(pythonText(item))}"`).join(' ')
    return made !== '' && truth(blank) ? ` ${made}` : made
  }),
  row('quote', '', 'as one word of a shell', (value) => shellQuotePython(value === null ? '' : pythonText(value))),
  row('comment', 'style **', 'as a comment of a configuration file', (value, ...args) => {
    const named = args.at(-1) instanceof Named ? (args.at(-1) as Named).values : {}
    const style = args[0] instanceof Named || args[0] === undefined ? text(named['style'] ?? 'plain') : text(args[0])
    return comment(text(value), style, named)
  }),
]

/** As Python's shlex: only what needs it is quoted. */
function shellQuotePython(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : value === '' ? "''" : shellQuoteAlways(value)
}

function shellQuoteAlways(value: string): string {
  return `'${value.replaceAll("'", `'"'"'`)}'`
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (char) => HTML[char]!)
}

function comment(value: string, style: string, named: Readonly<Record<string, unknown>>): string {
  const known = COMMENTS[style]
  if (known === undefined) throw new TypeError(`there is no style "${style}": ${Object.keys(COMMENTS).join(', ')}`)
  const mark = text(named['decoration'] ?? known['decoration']).trimEnd()
  const of = (key: string, otherwise: string): string => text(named[key] ?? known[key] ?? otherwise)
  const count = (key: string): number => Math.trunc(number(named[key] ?? 1))
  const [newline, decoration] = [of('newline', '\n'), of('decoration', '')]
  const beginning = of('beginning', '')
  const prefix = of('prefix', mark)
  const bare = decoration.trimEnd()
  const body = (decoration + value.replaceAll(newline, newline + decoration)).replaceAll(
    decoration + newline,
    bare + newline,
  )
  const end = of('end', '')
  return [
    beginning === '' ? '' : beginning + newline,
    prefix === '' ? '' : (prefix === newline ? newline : prefix + newline).repeat(count('prefix_count')),
    body,
    (newline + of('postfix', mark)).repeat(count('postfix_count')),
    end === '' ? '' : newline + end,
  ].join('')
}
