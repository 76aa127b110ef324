/** Python's regular expressions by JavaScript's, within a time limit: a pattern from an inventory must not hang us. */
import { createContext, Script } from 'node:vm'

/** One call may look this long for a match, in milliseconds; patterns that need it go back and forth without end. */
const LIMIT = 1000

const box = createContext(Object.create(null) as { work?: () => unknown })
const script = new Script('work()')

/** What `work` returns, which applies `regex`; throws where that takes too long. V8 can interrupt a match only from here. */
export function inTime<T>(regex: RegExp, work: () => T): T {
  if (harmless.has(regex)) return work()
  box['work'] = work
  try {
    return script.runInContext(box, { timeout: LIMIT }) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new RangeError(`the pattern takes longer than ${LIMIT / 1000} s on this text`)
  } finally {
    box['work'] = undefined
  }
}

/** Patterns with at most one choice, which cannot go back and forth: they need no watch, which costs 0.1 ms. */
const harmless = new WeakSet<RegExp>()
const compiled = new Map<string, RegExp>()
const KEPT = 200

/** A Python pattern, with flags as Python's module re has them; throws where it is none, or has what JavaScript lacks. */
export function pythonRegex(pattern: string, ignorecase: boolean, multiline: boolean): RegExp {
  const key = `${String(ignorecase)} ${String(multiline)} ${pattern}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const [, letters = '', body = ''] = /^(?:\(\?([aimsu]+)\))?([\s\S]*)$/.exec(pattern) ?? []
  const flags = {
    i: ignorecase || letters.includes('i'),
    m: multiline || letters.includes('m'),
    s: letters.includes('s'),
  }
  let regex: RegExp
  try {
    regex = new RegExp(translate(body, flags.m, flags.s), `g${flags.i ? 'i' : ''}${flags.m ? 'm' : ''}`)
  } catch (error) {
    throw new TypeError(`bad pattern: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (compiled.size >= KEPT) compiled.clear()
  compiled.set(key, regex)
  if ((body.match(/[*+?{|]/g)?.length ?? 0) <= 1 && !/\)[*+{]/.test(body)) harmless.add(regex)
  return regex
}

/** What Python spells otherwise: named groups, ends of the text, and what a dot takes. */
function translate(pattern: string, multiline: boolean, dotall: boolean): string {
  const end = multiline ? '(?=\\n|(?![\\s\\S]))' : '(?=\\n?(?![\\s\\S]))'
  const rewritten: Readonly<Record<string, string>> = {
    '(?P<': '(?<',
    '\\A': '(?<![\\s\\S])',
    '\\Z': '(?![\\s\\S])',
    $: end,
    '^': multiline ? '(?<![^\\n])' : '(?<![\\s\\S])',
    '.': dotall ? '[\\s\\S]' : '[^\\n]',
  }
  return pattern.replaceAll(
    /\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\(\?P=(\w+)\)|\(\?P<|[$^.]/g,
    (part, name?: string) => {
      if (name !== undefined) return `\\k<${name}>`
      // A bracket that comes first is a member of the class.
      if (part.startsWith('[')) return part.replace(/^(\[\^?)\]/, '$1\\]')
      return rewritten[part] ?? part
    },
  )
}

/** Python's replacement text (`\1`, `\g<name>`) for one match. */
export function expand(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g,
    (all, name?: string, digits?: string, char?: string) => {
      if (char !== undefined) return { n: '\n', t: '\t', r: '\r', '\\': '\\' }[char] ?? all
      const key = name ?? digits ?? ''
      if (/^\d+$/.test(key) ? Number(key) >= match.length : !Object.hasOwn(match.groups ?? {}, key)) {
        throw new TypeError(`the replacement names a group "${key}", which the pattern does not have`)
      }
      return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? ''
    },
  )
}
