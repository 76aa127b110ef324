/** A module's parameters, read from its zod schema. */
import * as z from 'zod'
import { yamlLines } from './value.ts'

/** One parameter; `inner` are the keys of a record or of a list's items. */
export interface ParamDoc {
  name: string
  type: string
  required: boolean
  /** As it would be written in YAML, null where there is none. */
  defaultText: string | null
  description: string
  inner: ParamDoc[]
}

interface JsonSchema {
  type?: string | string[]
  description?: string
  default?: unknown
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema | boolean
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  minimum?: number
  maximum?: number
  $ref?: string
}

/** Parameters in the order of the schema. */
export function paramDocs(schema: z.ZodType): ParamDoc[] {
  return properties(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: withDefault }) as JsonSchema,
  )
}

/** Zod leaves a default out where a preprocessing step stands before the type. */
function withDefault({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes
  jsonSchema: { default?: unknown }
}): void {
  const { def } = zodSchema._zod
  if (def.type === 'default') jsonSchema.default = def.defaultValue
}

function properties(schema: JsonSchema): ParamDoc[] {
  // A schema of several shapes (one of two ways to say it) shows the keys of all.
  const shapes = schema.anyOf ?? schema.oneOf ?? [schema]
  const docs = new Map<string, ParamDoc>()
  for (const shape of shapes) {
    for (const [name, inner] of Object.entries(shape.properties ?? {})) {
      const required = shapes.every((other) => other.required?.includes(name) === true) && inner.default === undefined
      if (!docs.has(name)) docs.set(name, paramDoc(name, inner, required))
    }
  }
  return [...docs.values()]
}

function paramDoc(name: string, schema: JsonSchema, required: boolean): ParamDoc {
  const items = typeof schema.items === 'object' ? schema.items : null
  return {
    name,
    type: typeText(schema),
    required,
    defaultText: schema.default === undefined ? null : yamlLines(schema.default, Infinity).join('\n'),
    description: schema.description ?? '',
    inner: properties(items ?? schema),
  }
}

function typeText(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(String).join(', ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const shapes = schema.anyOf ?? schema.oneOf
  if (shapes !== undefined) return oneOf([...new Set(shapes.map(typeText))])
  if (Array.isArray(schema.type)) return oneOf(schema.type.map((type) => typeText({ ...schema, type })))
  switch (schema.type) {
    case 'boolean': {
      return 'true or false'
    }
    case 'integer':
    case 'number': {
      return `${schema.type === 'integer' ? 'whole number' : 'number'}${range(schema)}`
    }
    case 'string': {
      return 'text'
    }
    case 'array': {
      return typeof schema.items === 'object' ? `list of ${typeText(schema.items)}` : 'list'
    }
    case 'object': {
      const values = schema.properties === undefined ? schema.additionalProperties : undefined
      return typeof values === 'object' ? `map of ${typeText(values)}` : 'record'
    }
    case undefined:
    default: {
      return schema.type ?? 'any'
    }
  }
}

/** `a`, `a or b`, `a, b or c`. */
function oneOf(texts: readonly string[]): string {
  return [texts.slice(0, -1).join(', '), texts.at(-1) ?? ''].filter((text) => text !== '').join(' or ')
}

/** JSON Schema has the limits of safe integers where a schema says nothing. */
function range({ minimum, maximum }: JsonSchema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : null
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : null
  if (low !== null && high !== null) return ` ${low} to ${high}`
  if (low !== null) return ` from ${low}`
  return high === null ? '' : ` up to ${high}`
}
