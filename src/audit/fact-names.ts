/** Facts by the names under which `doc` lists them. */
import type { DocumentedFact } from '../facts/define.ts'
import { facts, factsWithArguments } from '../facts/registry.ts'

/** `limits`, or with an argument `unit/chronyd.service`; null where there is none. */
export function factNamed(key: string): DocumentedFact | null {
  const plain = facts.get(key)
  if (plain !== undefined) return plain
  const at = key.indexOf('/')
  const [kind, argument] = [key.slice(0, at), key.slice(at + 1)]
  const family = factsWithArguments.find((one) => one.key.split('/', 1)[0] === kind)
  // Paths of files begin where the login would start unless they are whole.
  const isGood = argument !== '' && !/\p{Cc}/u.test(argument) && (kind !== 'file' || argument.startsWith('/'))
  return at < 0 || family === undefined || !isGood ? null : family.of(argument)
}

export function factNames(): string[] {
  return [...facts.keys(), ...factsWithArguments.map(({ key }) => key)]
}
