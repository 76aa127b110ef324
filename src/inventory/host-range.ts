/** Host names with ranges and ports: `web[01:10].example.com`, `db-[a:c]`, `[2001:db8::1]:2222`. */
import { parseAddress } from '../text/ip.ts'

/** Hosts that one range may stand for; a slip of the hand should not fill the memory. */
const MAX_HOSTS = 100_000
const RANGE = /\[([^[\]]*)\]/
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

export type ExpandedHosts = { names: string[]; port: number | null } | { error: string }

/** Expands one host entry of an inventory as Ansible does: begin and end inclusive, an optional step, zeros kept. */
export function expandHostPattern(pattern: string): ExpandedHosts {
  const { name, port } = splitPort(pattern)
  if (port !== null && (port < 1 || port > 65_535)) return { error: `${port} is no port (1 to 65535)` }
  try {
    const names = expand(name)
    return { names, port }
  } catch (error) {
    if (!(error instanceof RangeProblem)) throw error
    return { error: error.message }
  }
}

class RangeProblem extends Error {}

/** A port follows a bracketed name, or a name without any other colon. */
export function splitPort(pattern: string): { name: string; port: number | null } {
  const match = /^\[(.+)\]:(\d+)$/.exec(pattern) ?? /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(pattern)
  const [, name, port] = match ?? []
  return name === undefined ? { name: pattern, port: null } : { name, port: Number(port) }
}

function expand(text: string): string[] {
  const match = RANGE.exec(text)
  if (match === null && /[[\]]/.test(text)) throw new RangeProblem('a bracket has no counterpart')
  if (match === null || parseAddress(text) !== null) return [text]
  const [whole, range = ''] = match
  const head = text.slice(0, match.index)
  const tail = text.slice(match.index + whole.length)
  const tails = expand(tail)
  const items = rangeItems(range)
  if (items.length * tails.length > MAX_HOSTS)
    throw new RangeProblem(`the range stands for more than ${MAX_HOSTS} hosts`)
  return items.flatMap((item) => tails.map((rest) => head + item + rest))
}

function rangeItems(range: string): string[] {
  const [first = '', last = '', stepText = '1', ...rest] = range.split(':')
  const begin = first === '' ? '0' : first
  const step = Number(stepText)
  if (!range.includes(':') || rest.length > 0) throw new RangeProblem(`[${range}] is no range: write [begin:end]`)
  if (last === '') throw new RangeProblem(`the range [${range}] has no end`)
  if (!/^\d+$/.test(stepText) || step < 1) throw new RangeProblem(`the step of [${range}] must be 1 or more`)
  const letters = [LETTERS.indexOf(begin), LETTERS.indexOf(last)]
  if (begin.length === 1 && last.length === 1 && !letters.includes(-1)) {
    return count(letters[0] ?? 0, letters[1] ?? 0, step, range).map((i) => LETTERS.charAt(i))
  }
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(last)) {
    throw new RangeProblem(`[${range}] is no range: begin and end must both be numbers or both be single letters`)
  }
  const width = begin.length > 1 && begin.startsWith('0') ? begin.length : 0
  if (width > 0 && width !== last.length) {
    throw new RangeProblem(`begin and end of [${range}] must have the same number of digits`)
  }
  return count(Number(begin), Number(last), step, range).map((number) => String(number).padStart(width, '0'))
}

function count(begin: number, end: number, step: number, range: string): number[] {
  if (begin > end) throw new RangeProblem(`the range [${range}] ends before it begins`)
  const length = Math.floor((end - begin) / step) + 1
  if (length > MAX_HOSTS) throw new RangeProblem(`the range [${range}] stands for more than ${MAX_HOSTS} hosts`)
  return Array.from({ length }, (_, i) => begin + i * step)
}
