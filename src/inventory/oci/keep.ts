/** Which instances an inventory keeps: the filters of the plugin, in its order. */
import { markUnsafe } from '../../model/unsafe.ts'
import type { Expressions } from './expressions.ts'
import type { Resource } from './resource.ts'
import { idOf } from './resource.ts'
import type { OciOptions } from './schema.ts'

const PLAIN = ['display_name', 'availability_domain', 'lifecycle_state'] as const

/** exclude_host_filters come first; include_host_filters stand in the place of filters. */
export function newKeep(options: OciOptions, expressions: Expressions): (instance: Resource) => boolean {
  const { include_host_filters: include, exclude_host_filters: exclude } = options
  const isExcluded = expressions.anyTrue(['exclude_host_filters'], exclude)
  const isIncluded = expressions.anyTrue(['include_host_filters'], include)
  const filter: Partial<OciOptions['filters'][number]> = Object.assign({}, ...options.filters)
  return (instance) => {
    const vars = markUnsafe(instance) as Resource
    if (exclude.length > 0 && isExcluded(vars, idOf(instance))) return false
    if (include.length > 0) return isIncluded(vars, idOf(instance))
    if (PLAIN.some((name) => (filter[name] ?? '') !== '' && filter[name] !== instance[name])) return false
    if (!hasAll(instance['freeform_tags'], filter.freeform_tags)) return false
    const tags = instance['defined_tags'] as Record<string, unknown> | null
    return Object.entries(filter.defined_tags ?? {}).every(([namespace, wanted]) => hasAll(tags?.[namespace], wanted))
  }
}

function hasAll(tags: unknown, wanted: Readonly<Record<string, unknown>> | undefined): boolean {
  const own = (tags ?? {}) as Record<string, unknown>
  return Object.entries(wanted ?? {}).every(([key, value]) => (Object.hasOwn(own, key) ? own[key] : null) === value)
}
