/** Puts hosts that OCI's instances became into the draft, each instance once whatever it is called. */
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import type { Draft } from '../draft.ts'
import { draftGroup, draftHost } from '../draft.ts'
import type { OciHost } from './hosts.ts'
import { aliasNotice, renamedNotice, unheardNotice } from './notices.ts'

/** Refused as names of hosts in any inventory; here whoever may name an instance could stop a run by it. */
function isReserved(name: string): boolean {
  return name === 'all' || name.startsWith('-')
}

/** The names under which they are in the draft. The OCID is another name of each, and so are those of its other VNICs. */
export function addHosts(hosts: readonly OciHost[], draft: Draft, source: Source, found: Diagnostic[]): string[] {
  const owners = new Map([...draft.aliases].filter(([alias]) => isInstance(alias)).map(([ocid, name]) => [name, ocid]))
  const clashes: { name: string; ocid: string }[] = []
  const reserved: { name: string; ocid: string }[] = []
  /** Further names that mean another host. */
  const unheard = new Set<string>()
  const listed: OciHost[] = []
  for (const host of hosts) {
    const known = draft.aliases.get(host.ocid)
    const isTaken = known === undefined && (isReserved(host.name) || owners.has(host.name))
    if (isTaken) (isReserved(host.name) ? reserved : clashes).push({ name: host.name, ocid: host.ocid })
    const name = known ?? (isTaken ? host.ocid : host.name)
    owners.set(name, host.ocid)
    // A name of its own is stronger than another's further name.
    if (draft.aliases.delete(name)) unheard.add(name)
    if (name !== host.ocid) setAlias(draft, host.ocid, name)
    const own = { ...host, name, aliases: [host.name, ...host.aliases].filter((alias) => alias !== name && !isTaken) }
    listed.push(own)
    for (const group of host.groups) draftHost(draft, draftGroup(draft, group), name)
    const vars = draft.hosts.get(name)!
    for (const [key, value] of Object.entries(host.vars)) vars.set(key, { value, source: null })
  }
  // Once all have their names.
  for (const { name, aliases } of listed) {
    for (const alias of aliases) {
      const isTaken = isReserved(alias) || owners.has(alias) || (draft.aliases.get(alias) ?? name) !== name
      if (isTaken) unheard.add(alias)
      else setAlias(draft, alias, name)
    }
  }
  found.push(
    ...aliasNotice(listed, source),
    ...unheardNotice(unheard, source),
    ...renamedNotice(clashes, 'another has the same name', source),
    ...renamedNotice(reserved, 'no host can be called so', source),
  )
  return listed.map((host) => host.name)
}

/** Where a file before this one has a host of this name, it is that instance. What OCI says is said later, and counts. */
function setAlias(draft: Draft, alias: string, name: string): void {
  const before = draft.hosts.get(alias)
  if (before !== undefined) {
    for (const { hosts } of draft.groups.values()) if (hosts.delete(alias)) hosts.add(name)
    draft.hosts.set(name, new Map([...before, ...(draft.hosts.get(name) ?? [])]))
    draft.hosts.delete(alias)
    draft.foundIn.delete(alias)
  }
  draft.aliases.set(alias, name)
}

function isInstance(name: string): boolean {
  return name.startsWith('ocid1.')
}
