import { FactUnreadable } from '../model/fact.ts'
import { shellQuote } from '../text/shell.ts'
import type { DocumentedFact } from './define.ts'
import { defineFact } from './define.ts'

/** A glob that a shell expands to `.` and `..` as well, which Python does not. */
const DOTS = /(?:^|\/)\.[^/]*[*?[]/

/** The first path that a glob matches, whatever stands there; null where there is none. Key: `path/GLOB`. */
export type FoundPath = string | null

/**
 * What stands at a path, which may hold `*`, `?` and `[…]` as Python's glob reads them: they do not match a dot at the
 * start of a name, nor `/`. A symbolic link that leads nowhere counts. A relative path begins where the login starts.
 */
export function pathFact(glob: string): DocumentedFact<FoundPath> {
  return defineFact<FoundPath>({
    key: `path/${glob}`,
    summary: `Whether ${glob} is there.`,
    probe: `for f in ${globText(glob)}; do${DOTS.test(glob) ? '\ncase /$f/ in */./* | */../*) continue;; esac' : ''}
if [ -e "$f" ] || [ -L "$f" ]; then printf '%s' "found $f"; exit 0; fi
done
echo none`,
    parse: ({ stdout }) => {
      if (stdout.trim() === 'none') return null
      if (!stdout.startsWith('found ')) throw new FactUnreadable(`the probe of ${glob} did not say whether it is there`)
      return stdout.slice('found '.length)
    },
    steady: (found) => found !== null,
    follow: (changed, after) => {
      if (changed !== `file/${glob}`) return undefined
      return after === null ? null : glob
    },
    example: 'found /etc/hostname',
  })
}

/** A path or glob with its characters taken as they are. */
export function escapeGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]')
}

/** Shell text for a glob: only what is special to Python's glob is left unquoted. */
function globText(glob: string): string {
  return glob.split('/').map(componentText).join('/')
}

function componentText(name: string): string {
  return name
    .split(/(\*|\?|\[!?\]?[^\]]*\])/)
    .map((part, index) => {
      if (index % 2 === 0) return part === '' ? '' : shellQuote(part)
      return part.length === 1 ? part : setText(part)
    })
    .join('')
}

/** `[…]` with its members as they are, but for ranges. */
function setText(set: string): string {
  const [, not = '', members = ''] = /^\[(!?)([^]*)\]$/.exec(set)!
  const quoted = members.split('-').map((part) => (part === '' ? '' : shellQuote(part)))
  return `[${not}${quoted.join('-')}]`
}
