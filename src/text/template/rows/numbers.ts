/** Filters for numbers and sizes. */
import { isNumber, number, pythonText, text, truth } from '../python.ts'
import { lostDigits } from '../errors.ts'
import { row } from '../row.ts'

const FLOAT = { float: true }
const SIZES = 'YZEPTGMKB'

export const NUMBER_FILTERS = [
  row('abs', '', 'without its sign', (value) => Math.abs(number(value))),
  row('int', 'default base', 'as a whole number, or the default', (value, other = 0, base = 10) => {
    const whole = typeof value === 'string' ? (parseWhole(value, number(base)) ?? fromFloat(value)) : truncated(value)
    if (whole !== null && !Number.isSafeInteger(whole)) throw lostDigits()
    return whole ?? other
  }),
  row(
    'float',
    'default',
    'as a number with a point, or the default',
    (value, other = 0) =>
      (typeof value === 'string' ? parseFloatText(value) : isNumber(value) ? Number(value) : null) ?? other,
    FLOAT,
  ),
  row(
    'round',
    'precision method',
    'rounded: common, ceil or floor',
    (value, precision = 0, method = 'common') => {
      if (!['common', 'ceil', 'floor'].includes(text(method)))
        throw new TypeError('the method is common, ceil or floor')
      const digits = number(precision)
      if (method === 'common') return roundHalfEven(number(value), digits)
      const scale = 10 ** digits
      return (method === 'ceil' ? Math.ceil(number(value) * scale) : Math.floor(number(value) * scale)) / scale
    },
    FLOAT,
  ),
  row(
    'log',
    'base',
    'the logarithm, natural unless a base is given',
    (value, base = Math.E) => {
      const [one, of] = [number(value), number(base)]
      if (one <= 0) throw new TypeError('takes a number above 0')
      return of === 10 ? Math.log10(one) : of === Math.E ? Math.log(one) : Math.log(one) / Math.log(of)
    },
    FLOAT,
  ),
  row('pow', 'y', 'to a power', (value, power) => number(value) ** number(power), FLOAT),
  row(
    'root',
    'base',
    'the square root, or another',
    (value, base = 2) => {
      if (base === 2 && number(value) < 0) throw new TypeError('takes a number from 0')
      return base === 2 ? Math.sqrt(number(value)) : number(value) ** (1 / number(base))
    },
    FLOAT,
  ),
  row('filesizeformat', 'binary', 'a size as people write it: 13 kB, 4.1 MB', (value, binary = false) => {
    const [bytes, base] = [Number(value), truth(binary) ? 1024 : 1000]
    if (bytes === 1) return '1 Byte'
    if (bytes < base) return `${Math.trunc(bytes)} Bytes`
    const power = Math.min(8, Math.max(1, Math.floor(Math.log(bytes) / Math.log(base) + 1e-12)))
    const prefix = 'KMGTPEZY'[power - 1]!
    return `${(bytes / base ** power).toFixed(1)} ${truth(binary) ? `${prefix}i` : prefix === 'K' ? 'k' : prefix}B`
  }),
  row('human_readable', 'isbits unit', 'a size as Ansible writes it: 1.00 KB', (value, bits = false, unit = null) => {
    const [size, base] = [number(value), truth(bits) ? 'bits' : 'Bytes']
    const wanted = unit === null ? null : text(unit).toUpperCase()
    const suffix = Array.from(SIZES).find((each) => (wanted === null ? size >= limitOf(each) : wanted === each)) ?? 'B'
    return `${(size / limitOf(suffix)).toFixed(2)} ${suffix === 'B' ? base : suffix + base[0]!}`
  }),
  row('human_to_bytes', 'default_unit isbits', 'how many bytes 10M or 1.5 GB are', (value, unit = null, bits = false) =>
    toBytes(pythonText(value), unit === null ? null : text(unit), truth(bits)),
  ),
]

function limitOf(suffix: string): number {
  return 1024 ** (SIZES.length - 1 - SIZES.indexOf(suffix))
}

function toBytes(value: string, unit: string | null, bits: boolean): number {
  const [, digits = '', written] = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(value) ?? []
  if (!/\d/.test(digits)) throw new TypeError(`"${value}" is no size`)
  const suffix = written ?? unit
  if (suffix === null) return roundHalfEven(Number(digits), 0)
  const [letter, kind] = [suffix.charAt(0).toUpperCase(), bits ? 'b' : 'B']
  const named = suffix.toLowerCase().includes(bits ? 'bit' : 'byte')
  if (!SIZES.includes(letter) || (suffix.length > 1 && !named && suffix[1] !== kind)) {
    throw new TypeError(
      `"${suffix}" is no unit of ${bits ? 'bits' : 'bytes'}: one of ${Array.from(SIZES).join(', ')}, or with ${kind}`,
    )
  }
  return roundHalfEven(Number(digits) * limitOf(letter), 0)
}

/** Python rounds a half to the even number. */
function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value
  if (digits > 0) return Number(value.toFixed(Math.min(100, digits)))
  const scale = 10 ** -digits
  const scaled = value / scale
  const floor = Math.floor(scaled)
  const rounded = scaled - floor === 0.5 ? 2 * Math.round(scaled / 2) : Math.round(scaled)
  return rounded * scale + 0
}

const PREFIXES: Readonly<Record<number, RegExp>> = { 2: /^0b/i, 8: /^0o/i, 16: /^0x/i }

function parseWhole(value: string, base: number): number | null {
  const [, sign = '', written = ''] = /^\s*([+-]?)(\w+)\s*$/.exec(value) ?? []
  const digits = (PREFIXES[base] === undefined ? written : written.replace(PREFIXES[base], ''))
    .replaceAll(/(?<=\w)_(?=\w)/g, '')
    .toLowerCase()
  const known = new Set('0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base))
  if (digits === '' || Array.from(digits).some((digit) => !known.has(digit))) return null
  return (sign === '-' ? -1 : 1) * Number.parseInt(digits, base)
}

function truncated(value: unknown): number | null {
  return isNumber(value) && Number.isFinite(Number(value)) ? Math.trunc(Number(value)) : null
}

function fromFloat(value: string): number | null {
  return truncated(parseFloatText(value))
}

function parseFloatText(value: string): number | null {
  const word = value
    .trim()
    .toLowerCase()
    .replaceAll(/(?<=\d)_(?=\d)/g, '')
  if (/^[+-]?nan$/.test(word)) return Number.NaN
  if (/^[+-]?inf(?:inity)?$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(word) ? Number(word) : null
}
