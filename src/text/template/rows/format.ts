/** Python's `%` formatting: %s %d %05.2f %(name)s. */
import { floatText, isMapping, number, pythonRepr, pythonText } from '../python.ts'

const SPEC = /%(?:\((\w+)\))?([-+ #0]*)(\*|\d+)?(?:\.(\d+))?([sdifFeEgGxXoucr%])/g

export function formatPython(template: string, args: readonly unknown[] | Readonly<Record<string, unknown>>): string {
  const values = Array.isArray(args) ? [...(args as unknown[])] : []
  const named = isMapping(args) ? args : isMapping(values[0]) ? values[0] : {}
  const filled = template.replaceAll(
    SPEC,
    (_, name: string | undefined, flags: string, width = '0', digits?: string, type = 's') => {
      if (type === '%') return '%'
      if (name === undefined && values.length === 0) throw new TypeError('not enough arguments for the format')
      if (name !== undefined && !Object.hasOwn(named, name)) throw new TypeError(`there is no argument "${name}"`)
      const value = name === undefined ? values.shift() : named[name]
      return padded(converted(value, type, digits, flags), flags, Number(width), type)
    },
  )
  if (values.length > 0 && !isMapping(values[0])) throw new TypeError('not all arguments are used by the format')
  return filled
}

function converted(value: unknown, type: string, digits: string | undefined, flags: string): string {
  if (type === 's') return pythonText(value).slice(0, digits === undefined ? undefined : Number(digits))
  if (type === 'r') return pythonRepr(value)
  if (type === 'c') return typeof value === 'number' ? String.fromCodePoint(value) : pythonText(value)
  const text = numeral(number(value), type, digits === undefined ? 6 : Number(digits))
  return text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
}

function numeral(value: number, type: string, digits: number): string {
  if (type === 'x') return Math.trunc(value).toString(16)
  if (type === 'X') return Math.trunc(value).toString(16).toUpperCase()
  if (type === 'o') return Math.trunc(value).toString(8)
  if ('diu'.includes(type)) return pythonText(Math.trunc(value))
  if ('fF'.includes(type)) return value.toFixed(digits)
  if ('eE'.includes(type)) return exponent(value.toExponential(digits), type)
  const plain = Number(value.toPrecision(Math.max(1, digits)))
  return plain !== 0 && (Math.abs(plain) < 1e-4 || Math.abs(plain) >= 10 ** Math.max(1, digits))
    ? exponent(plain.toExponential(), type)
    : floatText(plain).replace(/\.0$/, '')
}

function exponent(text: string, type: string): string {
  const made = text.replace(/e([+-])(\d)$/, 'e$10$2')
  return type === type.toUpperCase() ? made.toUpperCase() : made
}

function padded(text: string, flags: string, width: number, type: string): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0') || type === 's') return text.padStart(width)
  const [, sign = '', rest = ''] = /^([+\- ]?)(.*)$/.exec(text) ?? []
  return sign + rest.padStart(width - sign.length, '0')
}
