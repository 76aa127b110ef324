/** Values of ssh_config: each reader gives the one spelling that is kept, or null for what OpenSSH refuses. */

const GREATEST_INT = 2 ** 31 - 1

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Choices by what may be written; keys in lower case. */
export type Choices = Readonly<Record<string, string>>

export const YES_NO: Choices = { true: 'yes', false: 'no', yes: 'yes', no: 'no' }

export function readChoice(word: string, choices: Choices): string | null {
  const key = word.toLowerCase()
  return Object.hasOwn(choices, key) ? choices[key]! : null
}

/** `90` or `1m30s`, in seconds. Source: misc.c, convtime. */
export function readTime(word: string): string | null {
  if (!/^(?:\d+[smhdw]?|\d*\.\d+s?)+$/i.test(word)) return null
  let total = 0
  for (const [, number = '', unit = ''] of word.matchAll(/([\d.]+)([smhdw]?)/gi)) {
    total += Number(number) * SECONDS[unit.toLowerCase()]!
  }
  return total <= GREATEST_INT ? String(Math.floor(total)) : null
}

export function readNumber(word: string): string | null {
  return /^\d+$/.test(word) && Number(word) <= GREATEST_INT ? String(Number(word)) : null
}

/** 1 to 65535, or `ssh`. */
export function readPort(word: string): string | null {
  if (word === 'ssh') return '22'
  return /^\d+$/.test(word) && Number(word) >= 1 && Number(word) <= 65_535 ? String(Number(word)) : null
}
