/** Which keys a zod schema knows at a path, for suggestions; looks through optional, default, union and the like. */
import type { z } from 'zod'

interface Definition {
  type: string
  shape?: Record<string, z.ZodType>
  innerType?: z.ZodType
  element?: z.ZodType
  valueType?: z.ZodType
  in?: z.ZodType
  out?: z.ZodType
  left?: z.ZodType
  right?: z.ZodType
  getter?: () => z.ZodType
  options?: readonly z.ZodType[]
}

/** Names of the keys that may stand at `path`, in the schema's order; empty where the schema names none. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let schemas = objectsIn(schema)
  for (const step of path) {
    schemas = schemas.flatMap((candidate) => child(definition(candidate), step)).flatMap(objectsIn)
  }
  return [...new Set(schemas.flatMap((candidate) => Object.keys(definition(candidate).shape ?? {})))]
}

function child(def: Definition, step: PropertyKey): z.ZodType[] {
  const next = def.shape?.[String(step)] ?? def.element ?? def.valueType
  return next === undefined ? [] : [next]
}

/** The schemas behind wrappers and alternatives. */
function objectsIn(schema: z.ZodType): z.ZodType[] {
  const def = definition(schema)
  const inner = [def.innerType, def.in, def.out, def.left, def.right, def.getter?.(), ...(def.options ?? [])]
  const wrapped = inner.filter((candidate) => candidate !== undefined)
  return wrapped.length === 0 ? [schema] : wrapped.flatMap(objectsIn)
}

function definition(schema: z.ZodType): Definition {
  const def: unknown = schema._zod.def
  return def as Definition
}
