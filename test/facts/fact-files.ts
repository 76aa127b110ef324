/** The facts as the folder src/facts has them, so that one that is forgotten elsewhere is noticed. */
import { readdirSync } from 'node:fs'
import type { DocumentedFact } from '../../src/facts/define.ts'

export const CASES_FOLDER = new URL('../cases/facts/', import.meta.url)
const FACTS_FOLDER = new URL('../../src/facts/', import.meta.url)

/** Files of src/facts that hold no fact. */
const OTHERS = new Set(['define.ts', 'registry.ts'])

/** Gives the fact of a file; facts without arguments ignore it. */
type MakeFact = (argument: string) => DocumentedFact

/** What each file of src/facts exports as its fact, by file name without ending. */
export async function loadFactFiles(): Promise<Map<string, MakeFact>> {
  const files = readdirSync(FACTS_FOLDER).filter((file) => file.endsWith('.ts') && !OTHERS.has(file))
  const loaded = files.map(async (file): Promise<[string, MakeFact]> => {
    const exported = Object.entries((await import(new URL(file, FACTS_FOLDER).href)) as Record<string, unknown>)
    const made = exported.flatMap(([name, value]): MakeFact[] => {
      if (isFact(value)) return [() => value]
      return name.endsWith('Fact') && typeof value === 'function' ? [value as MakeFact] : []
    })
    if (made.length !== 1) throw new Error(`src/facts/${file} exports ${made.length} facts, it should export one`)
    return [file.replace(/\.ts$/, ''), made[0]!]
  })
  return new Map(await Promise.all(loaded))
}

function isFact(value: unknown): value is DocumentedFact {
  return typeof value === 'object' && value !== null && 'probe' in value && 'parse' in value
}
