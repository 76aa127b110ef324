/** Host names with ranges and ports: `web[01:10].example.com`, `db-[a:c]`, `[2001:db8::1]:2222`. */
import { parseHostAddress } from './host-address.ts'

/** Hosts that ranges may stand for, and the variable of the environment that says otherwise: slips should not fill the memory. */
const MAX_HOSTS = 100_000
const SETTING = 'MPTCP_FLEET_MAX_RANGE'
/** Characters of names for each host that may be. */
const MAX_NAME = 1000
/** Ranges in one name. */
const MAX_RANGES = 50
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const RANGE_HINT = 'ranges are [begin:end] or [begin:end:step], as in web[01:10] or db-[a:c]'
/** What Python's int() takes. */
const NUMBER = /^\s*[+-]?\d+(?:_\d+)*\s*$/

export type ExpandedHosts =
  | { names: string[]; port: number | null }
  | { error: string; hint: string; code: 'inventory-shape' | 'range-cap' | 'range-empty' | 'bad-port' }

class RangeProblem extends Error {
  readonly why: Extract<ExpandedHosts, { error: string }>

  constructor(error: string, code: RangeProblem['why']['code'] = 'inventory-shape', hint = RANGE_HINT) {
    super(error)
    this.why = { error, code, hint }
  }
}

/** Expands one host entry of an inventory as Ansible does: begin and end inclusive, an optional step, zeros kept. */
export function expandHostPattern(pattern: string): ExpandedHosts {
  const { name, port } = parseHostAddress(pattern) ?? { name: pattern, port: null }
  if (port !== null && (port < 1 || port > 65_535))
    return { error: `${port} is no port (1 to 65535)`, code: 'bad-port', hint: 'write HOST:PORT' }
  if (!name.includes('[')) return { names: [name], port }
  if (name.split('[').length - 1 > MAX_RANGES)
    return { error: `more than ${MAX_RANGES} ranges in one name`, code: 'range-cap', hint: RANGE_HINT }
  try {
    return { names: expand(name), port }
  } catch (error) {
    if (!(error instanceof RangeProblem)) throw error
    return error.why
  }
}

/** The name and port of one host in a list of hosts, where ranges have no meaning. */
export function splitPort(text: string): { name: string; port: number | null } {
  const address = parseHostAddress(text)
  return address === null || address.name.includes('[') ? { name: text, port: null } : address
}

/** The refusal of more hosts than ranges may stand for. */
export function tooManyHosts(what: string): { error: string; hint: string } {
  const hint = `check begin and end; where they are meant, set ${SETTING}=N in the environment to allow N hosts`
  return { error: `${what} more than ${rangeLimit()} hosts`, hint }
}

/** How many hosts ranges may stand for. */
export function rangeLimit(): number {
  const given = Number(process.env[SETTING])
  return Number.isInteger(given) && given > 0 ? given : MAX_HOSTS
}

/** All names, the first range changing slowest. Ansible takes the first bracket of each kind, whichever comes first. */
function expand(text: string): string[] {
  if (!text.includes('[')) return [text]
  const [open, close] = [text.indexOf('['), text.indexOf(']')].toSorted((a, b) => a - b) as [number, number]
  if (open === -1) throw new RangeProblem('a bracket has no counterpart')
  if (text.includes('|')) throw new RangeProblem('a name with a range cannot have "|" in it')
  const items = rangeItems(text.slice(open + 1, close))
  const tails = expand(text.slice(close + 1))
  const size = items.length * tails.length
  if (size > rangeLimit() || size * text.length > rangeLimit() * MAX_NAME) throw tooMany('the range stands for')
  const head = text.slice(0, open)
  return items.flatMap((item) => tails.map((rest) => head + item + rest))
}

function rangeItems(range: string): string[] {
  const [first = '', last = '', stepText = '1', ...rest] = range.split(':')
  const begin = first === '' ? '0' : first
  const step = integer(stepText)
  if (!range.includes(':') || rest.length > 0) throw new RangeProblem(`[${range}] is no range: write [begin:end]`)
  if (last === '') throw new RangeProblem(`the range [${range}] has no end`)
  if (step === null || step === 0) throw new RangeProblem(`the step of [${range}] must be 1 or more`)
  if (step < 0) throw new RangeProblem(`the step of [${range}] must be 1 or more`, 'range-empty')
  const width = begin.length > 1 && begin.startsWith('0') ? begin.length : 0
  if (width > 0 && width !== last.length)
    throw new RangeProblem(`begin and end of [${range}] must have the same number of digits`)
  const letters = [LETTERS.indexOf(begin), LETTERS.indexOf(last)] as const
  if (!letters.includes(-1)) return count(...letters, step, range).map((i) => LETTERS.charAt(i))
  const [from, to] = [integer(begin), integer(last)]
  if (from === null || to === null)
    throw new RangeProblem(`[${range}] is no range: begin and end must both be numbers or both be single letters`)
  return count(from, to, step, range).map((number) => String(number).padStart(width, '0'))
}

function integer(text: string): number | null {
  return NUMBER.test(text) ? Number(text.replaceAll('_', '')) : null
}

function count(begin: number, end: number, step: number, range: string): number[] {
  if (begin > end) throw new RangeProblem(`the range [${range}] ends before it begins`, 'range-empty')
  const length = Math.floor((end - begin) / step) + 1
  if (length > rangeLimit()) throw tooMany(`the range [${range}] stands for`)
  return Array.from({ length }, (_, i) => begin + i * step)
}

function tooMany(what: string): RangeProblem {
  const { error, hint } = tooManyHosts(what)
  return new RangeProblem(error, 'range-cap', hint)
}
