/** The inventory while it is being read: groups and hosts as the files name them, later words over earlier ones. */
import type { Source } from '../model/diagnostic.ts'

interface Variable {
  value: unknown
  source: Source | null
}

export type Variables = Map<string, Variable>

export interface DraftGroup {
  name: string
  hosts: Set<string>
  /** Names of child groups, each with the place where it was first put here. */
  children: Map<string, Source | null>
  vars: Variables
}

export interface Draft {
  hosts: Map<string, Variables>
  groups: Map<string, DraftGroup>
  /** The files that were read so far, as -i names them. */
  files: string[]
  /** For each host the absolute path of the file that named it first; none where it stands in a list of names. */
  foundIn: Map<string, string>
  /** Further names of hosts, each with the name of the one host that it means. */
  aliases: Map<string, string>
  /** Hosts that ranges stand for so far. */
  ranged: number
}

/** An inventory with the two groups that always exist. */
export function newDraft(): Draft {
  const draft: Draft = {
    hosts: new Map(),
    groups: new Map(),
    files: [],
    foundIn: new Map(),
    aliases: new Map(),
    ranged: 0,
  }
  draftGroup(draft, 'all').children.set('ungrouped', null)
  draftGroup(draft, 'ungrouped')
  return draft
}

/** The group of this name, made where there is none. */
export function draftGroup(draft: Draft, name: string): DraftGroup {
  const group = draft.groups.get(name) ?? { name, hosts: new Set(), children: new Map(), vars: new Map() }
  draft.groups.set(name, group)
  return group
}

/** Puts a host, under its own name or another of its names, into a group and returns its variables. */
export function draftHost(draft: Draft, group: DraftGroup, known: string): Variables {
  const name = draft.aliases.get(known) ?? known
  const vars = draft.hosts.get(name) ?? (new Map() as Variables)
  draft.hosts.set(name, vars)
  group.hosts.add(name)
  return vars
}
