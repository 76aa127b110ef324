/** glob(3) for the paths of Include: `*`, `?`, `[…]`, backslashes; hidden files only where the pattern begins with a dot. */
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const MAGIC = /[*?[]/

/** The absolute paths that a pattern names, sorted; none where nothing is there or a folder cannot be read. */
export function globPaths(pattern: string): string[] {
  let found = ['/']
  for (const part of pattern.split('/').filter((part) => part !== '')) {
    found = MAGIC.test(part.replaceAll(/\\./g, ''))
      ? found.flatMap((folder) => entriesOf(folder, part))
      : found.map((folder) => join(folder, part.replaceAll(/\\(.)/g, '$1')))
  }
  return found.filter(exists).sort()
}

function entriesOf(folder: string, pattern: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  const expression = toExpression(pattern)
  const isShown = (name: string): boolean => pattern.startsWith('.') || !name.startsWith('.')
  return names.filter((name) => isShown(name) && expression.test(name)).map((name) => join(folder, name))
}

/** A bracket that is not closed stands for itself. */
function toExpression(pattern: string): RegExp {
  const parts = pattern.replaceAll(/\\(.)|\[([!^]?)(\]?[^\]]*)\]|[\s\S]/g, (text, escaped, not, members) => {
    if (escaped !== undefined) return literal(escaped)
    if (members !== undefined) return `[${not === '' ? '' : '^'}${members.replaceAll(/[\\\]^[]/g, '\\$&')}]`
    return text === '*' ? '.*' : text === '?' ? '.' : literal(text)
  })
  try {
    return new RegExp(`^${parts}$`, 's')
  } catch {
    // A range that runs backwards holds nothing.
    return /(?!)/
  }
}

function literal(char: string): string {
  return char.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}

function exists(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
