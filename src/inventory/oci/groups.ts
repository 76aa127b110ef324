/** Groups that an instance is in by itself: by region, compartment, tags and the like. Names are the plugin's. */
import { markUnsafe } from '../../model/unsafe.ts'
import { pythonText } from '../../text/template/python.ts'
import type { Expressions } from './expressions.ts'
import type { Resource } from './resource.ts'
import { idOf, text } from './resource.ts'
import type { GroupKind, OciOptions } from './schema.ts'

/** Those of the plugin; fault_domain and shape are asked for by name. */
const BY_DEFAULT: readonly GroupKind[] = [
  'availability_domain',
  'compartment_name',
  'region',
  'freeform_tags',
  'defined_tags',
]

/** A group, with what the conditions of default_groups_preferences can name. */
interface Candidate {
  group: string
  vars: Readonly<Record<string, unknown>>
}

/** As the plugin: what is no letter, digit or one of `_#=.-` becomes `_`. */
export function sanitize(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_#=.-]/gu, '_')
}

/** Names of the groups of an instance, `all_hosts` first. */
export function newGroups(
  options: OciOptions,
  expressions: Expressions,
): (region: string, instance: Resource, compartment: Resource) => string[] {
  const preferences = options.default_groups_preferences
  const kinds =
    preferences === undefined ? (options.default_groups ?? BY_DEFAULT) : (Object.keys(preferences) as GroupKind[])
  const judges = kinds.map((kind) => {
    const { include, exclude } = preferences?.[kind] ?? {}
    const path = ['default_groups_preferences', kind]
    const isIncluded = expressions.anyTrue([...path, 'include'], include ?? [])
    const isExcluded = expressions.anyTrue([...path, 'exclude'], exclude ?? [])
    return (vars: Candidate['vars'], name: string): boolean => {
      const marked = markUnsafe(vars) as Candidate['vars']
      return ((include ?? []).length === 0 || isIncluded(marked, name)) && !isExcluded(marked, name)
    }
  })
  return (region, instance, compartment) => {
    const found = kinds.flatMap((kind, i) =>
      candidates(kind, region, instance, compartment)
        .filter(({ vars }) => judges[i]!(vars, idOf(instance)))
        .map(({ group }) => sanitize(group)),
    )
    return [...new Set(['all_hosts', ...found])]
  }
}

function candidates(kind: GroupKind, region: string, instance: Resource, compartment: Resource): Candidate[] {
  switch (kind) {
    case 'availability_domain': {
      const name = sanitize(text(instance, kind) ?? '')
      return name === '' ? [] : [{ group: name, vars: { availability_domain: name } }]
    }
    case 'compartment_name': {
      const name = text(compartment, 'name') ?? ''
      return name === '' ? [] : [{ group: name, vars: { ...instance, ...compartment } }]
    }
    case 'region': {
      return [{ group: `region_${region}`, vars: { ...instance, region } }]
    }
    case 'fault_domain':
    case 'shape': {
      const name = text(instance, kind)
      return name === null ? [] : [{ group: `${kind}_${name}`, vars: instance }]
    }
    case 'freeform_tags': {
      return entries(instance[kind]).map(([key, value]) => ({
        group: `tag_${key}=${pythonText(value)}`,
        vars: { [key]: value },
      }))
    }
    case 'defined_tags': {
      return entries(instance[kind]).flatMap(([namespace, tags]) =>
        entries(tags).map(([key, value]) => ({
          group: `${namespace}#${key}=${pythonText(value)}`,
          vars: { [namespace]: { [key]: value } },
        })),
      )
    }
  }
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}
