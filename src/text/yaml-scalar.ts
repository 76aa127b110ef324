/** What a plain YAML scalar means to Ansible's loader: YAML 1.1 as PyYAML reads it. */

const TRUE = new Set(['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'])
const FALSE = new Set(['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'])
const NULL = new Set(['', '~', 'null', 'Null', 'NULL'])

const INFINITY = /^([-+]?)\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/
const BINARY = /^[-+]?0b[01_]+$/
const OCTAL = /^[-+]?0[0-7_]+$/
const HEX = /^[-+]?0x[\da-fA-F_]+$/
const DECIMAL = /^[-+]?(?:0|[1-9][\d_]*)$/
const SEXAGESIMAL = /^[-+]?[1-9][\d_]*(?::[0-5]?\d)+$/
const SEXAGESIMAL_FLOAT = /^[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*$/
/** An exponent needs a point and a sign: `1e3` is text in YAML 1.1. So is `+.5` to PyYAML. */
const FLOAT = /^(?:[-+]?\d[\d_]*\.[\d_]*|\.\d[\d_]*)(?:[eE][-+]\d+)?$/

/**
 * The value of a plain scalar: yes, no, on and off are booleans (y and n are text), 0644 is octal, 1:30 counts in
 * sixties. Dates stay text, since no parameter takes one, and so do whole numbers above 2^53, which would lose digits.
 */
export function resolvePlain(text: string): string | number | boolean | null {
  if (NULL.has(text)) return null
  if (TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  if (!/^[-+.\d]/.test(text)) return text
  return resolveNumber(text) ?? text
}

/** The number that a scalar stands for in YAML 1.1, or null where it is none, or a whole one that would lose digits here. */
export function resolveNumber(text: string): number | null {
  const infinity = INFINITY.exec(text)
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity
  if (NOT_A_NUMBER.test(text)) return Number.NaN
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '')
  const size = magnitude(text, digits)
  if (size === null || Number.isNaN(size) || (!text.includes('.') && !Number.isSafeInteger(size))) return null
  return negative && size !== 0 ? -size : size
}

function magnitude(text: string, digits: string): number | null {
  if (DECIMAL.test(text)) return Number.parseInt(digits, 10)
  if (BINARY.test(text)) return Number.parseInt(digits.slice(2), 2)
  if (OCTAL.test(text)) return Number.parseInt(digits, 8)
  if (HEX.test(text)) return Number.parseInt(digits.slice(2), 16)
  if (FLOAT.test(text)) return Number.parseFloat(digits)
  if (SEXAGESIMAL.test(text) || SEXAGESIMAL_FLOAT.test(text)) {
    return digits.split(':').reduce((sum, part) => sum * 60 + Number.parseFloat(part), 0)
  }
  return null
}
