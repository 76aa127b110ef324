/** Calls one row of the table, its arguments by name put in their places. */
import { didYouMean } from '../closest.ts'
import { TemplateError } from './errors.ts'
import type { Row } from './row.ts'
import { Named } from './row.ts'

/** Throws TemplateError that names the row. `args` may end with arguments by name. */
export function apply(row: Row, value: unknown, args: readonly unknown[]): unknown {
  if (value === undefined && row.takesUndefined !== true) {
    throw new TemplateError(`"${row.name}" is given an undefined value`, 'undefined')
  }
  try {
    return row.call(value, ...placed(row, args))
  } catch (error) {
    if (error instanceof TemplateError) throw error
    throw new TemplateError(`"${row.name}": ${error instanceof Error ? error.message : String(error)}`)
  }
}

function placed(row: Row, args: readonly unknown[]): unknown[] {
  const named = args.at(-1)
  const plain = named instanceof Named ? args.slice(0, -1) : [...args]
  const isOpen = row.params.some((name) => name.startsWith('*'))
  if (!isOpen && plain.length > row.params.length) throw new TypeError(`takes at most ${row.params.length} arguments`)
  if (!(named instanceof Named)) return plain
  const unknown = Object.keys(named.values).find((name) => !row.params.includes(name) && !row.params.includes('**'))
  if (unknown !== undefined) {
    const near = didYouMean(unknown, row.params)
    throw new TypeError(`there is no argument "${unknown}"${near === '' ? '' : `, ${near}`}`)
  }
  if (isOpen) return [...plain, named]
  for (const [name, value] of Object.entries(named.values)) plain[row.params.indexOf(name)] = value
  return Array.from(plain)
}
