import { didYouMean } from '../closest.ts'

/** The message for a name that nobody has. */
export function unknownName(kind: string, name: string, known: Iterable<string>): string {
  const near = didYouMean(name, known)
  return `there is no ${kind} "${name}" in this version${near === '' ? '' : `, ${near}`}`
}
