/** Python's str.format: {}, {0}, {name}, {name[key]}, {x[0]}, with `:>5` and the like. */
import { isNumber, member, number, pythonRepr, pythonText } from '../python.ts'

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rs]))?(?::((?:[^{}]|\{\w*\})*))?\}/g
const SPEC = /^(?:(.)?([<>^=]))?([-+ ]?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([bcdeEfFgGnosxX%]?)$/s

export function formatBraces(
  template: string,
  args: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): string {
  let next = 0
  const taken = (name: string): unknown =>
    name === '' ? args[next++] : /^\d+$/.test(name) ? args[Number(name)] : named[name]
  return template.replaceAll(FIELD, (all, field?: string, conversion?: string, spec = '') => {
    if (field === undefined) return all.charAt(0)
    const [, first = '', rest = ''] = /^([^.[]*)(.*)$/s.exec(field) ?? []
    if (rest.includes('.')) throw new TypeError(`"{${field}}": values have keys, not attributes: {name[key]}`)
    const value = taken(first)
    const steps = [...rest.matchAll(/\[([^\]]+)\]/g)].map(([, key]) => (/^\d+$/.test(key!) ? Number(key) : key))
    const found = steps.reduce(member, value)
    const inner = spec.replaceAll(/\{(\w*)\}/g, (__: string, name: string) => pythonText(taken(name)))
    if (found === undefined) throw new TypeError(`there is nothing for "{${field}}"`)
    return layout(conversion === 'r' ? pythonRepr(found) : found, inner)
  })
}

function layout(value: unknown, spec: string): string {
  const found = SPEC.exec(spec)
  if (found === null) throw new TypeError(`the format "${spec}" is not supported`)
  const [, fill = ' ', align, sign = '', , zero = '', width = '0', group = '', digits, type = ''] = found
  const isText = !isNumber(value) || (typeof value === 'boolean' && type === '')
  const plain = isText
    ? pythonText(value).slice(0, digits === undefined ? undefined : Number(digits))
    : signed(Number(value), numeral(number(value), type, digits, group), sign)
  if (zero === '0' && !isText && align === undefined) {
    const [, lead = '', rest = ''] = /^([+\- ]?)(.*)$/s.exec(plain) ?? []
    return lead + rest.padStart(Number(width) - lead.length, '0')
  }
  const missing = Math.max(0, Number(width) - plain.length)
  const at = align ?? (isText ? '<' : '>')
  if (at === '^') return fill.repeat(Math.floor(missing / 2)) + plain + fill.repeat(Math.ceil(missing / 2))
  return at === '<' ? plain + fill.repeat(missing) : fill.repeat(missing) + plain
}

function signed(value: number, text: string, sign: string): string {
  return value < 0 || sign === '' || sign === '-' ? text : sign + text
}

function numeral(value: number, type: string, digits: string | undefined, group: string): string {
  if (type === 'x') return value.toString(16)
  if (type === 'X') return value.toString(16).toUpperCase()
  if (type === 'o') return value.toString(8)
  if (type === 'b') return value.toString(2)
  if (type === '%') return `${(value * 100).toFixed(digits === undefined ? 6 : Number(digits))}%`
  const plain =
    'fF'.includes(type) && type !== ''
      ? value.toFixed(digits === undefined ? 6 : Number(digits))
      : digits === undefined
        ? pythonText(value)
        : String(Number(value.toPrecision(Number(digits))))
  if (group === '') return plain
  return plain.replace(/^(-?\d+)/, (whole) => whole.replaceAll(/\B(?=(?:\d{3})+$)/g, group))
}
