/** What a reader of an OCI inventory should know of it: warnings, each said once for all hosts it concerns. */
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import { didYouMean } from '../../text/closest.ts'
import type { Locate } from '../../text/validate.ts'
import type { Nameless, OciHost } from './hosts.ts'
import { idOf, text } from './resource.ts'
import type { OciOptions } from './schema.ts'

/** So many names are shown. */
const SHOWN = 3

/** Instances without a name are left out, as the plugin does; under `strict` that is an error, as there. */
export function namelessNotice(instances: readonly Nameless[], options: OciOptions, source: Source): Diagnostic[] {
  const byPreference = options.hostname_format_preferences.length > 0
  const format = options.hostname_format ?? 'public_ip'
  const lacks = byPreference ? 'a name by hostname_format_preferences' : `a ${format}`
  const hint =
    byPreference || format !== 'public_ip'
      ? 'hostname_format_preferences with "id" as the last names every instance'
      : 'to list them by their private addresses, say hostname_format: private_ip'
  const tell = (some: readonly Nameless[], what: string, how: string): Diagnostic[] => {
    if (some.length === 0) return []
    const names = some.map(({ instance }) => text(instance, 'display_name') ?? idOf(instance))
    const summary = `${count(some, 'instance')} without ${what} left out: ${listed(names)}`
    const diagnostic = errorDiagnostic('oci-left-out', summary, { hint: how, source })
    return [options.strict ? diagnostic : { ...diagnostic, severity: 'warning' }]
  }
  const bare = options.primary_vnic_only ? 'a primary VNIC that could be read' : 'a VNIC that could be read'
  return [
    ...tell(
      instances.filter((each) => each.hasVnic),
      lacks,
      hint,
    ),
    ...tell(
      instances.filter((each) => !each.hasVnic),
      bare,
      "as in Oracle's plugin, names and addresses are those of VNICs",
    ),
  ]
}

/** Names of `hostnames` that no instance has. */
export function unknownNotice(wanted: readonly string[], names: ReadonlySet<string>, locate: Locate): Diagnostic[] {
  return [...wanted.entries()].flatMap(([i, name]) => {
    if (names.has(name)) return []
    const near = didYouMean(name, names)
    const summary = `hostnames: no instance is called "${name}"${near === '' ? '' : `, ${near}`}`
    const source = locate(['hostnames', i], 'value')
    return [{ ...errorDiagnostic('oci-no-instance', summary, { source }), severity: 'warning' }]
  })
}

/** `seen`: instances that were read, before filters. */
export function emptyNotice(seen: number, where: string, source: Source): Diagnostic {
  const [summary, hint] =
    seen === 0
      ? [`no instance runs in ${where}`, 'check regions and compartments']
      : [
          `none of the ${seen} instances that run in ${where} is kept`,
          'check filters, include_host_filters and exclude_host_filters',
        ]
  return { ...errorDiagnostic('oci-no-instance', summary, { hint, source }), severity: 'warning' }
}

/** Where the plugin would list an instance more than once. */
export function aliasNotice(hosts: readonly OciHost[], source: Source): Diagnostic[] {
  const several = hosts.filter((host) => host.aliases.length > 0)
  if (several.length === 0) return []
  const names = several.map((host) => `${host.aliases.join(', ')} → ${host.name}`)
  const summary = `${count(several, 'instance')} with several VNICs listed once; other names mean the same: ${listed(names)}`
  const hint = "Oracle's plugin lists one host for each VNIC; primary_vnic_only: true keeps the other names out"
  return [{ ...errorDiagnostic('oci-vnics', summary, { hint, source }), severity: 'warning' }]
}

/** Further names of instances that mean another host, whose own name or further name they are as well. */
export function unheardNotice(names: ReadonlySet<string>, source: Source): Diagnostic[] {
  if (names.size === 0) return []
  const summary = `${count([...names], 'name')} of a further VNIC left out, since another host has the same: ${listed([...names])}`
  const hint = 'primary_vnic_only: true keeps names of further VNICs out'
  return [{ ...errorDiagnostic('oci-same-name', summary, { hint, source }), severity: 'warning' }]
}

/** Instances that are called by their OCIDs, each with the name that it would have had; `why`: what is wrong with that. */
export function renamedNotice(
  hosts: readonly { name: string; ocid: string }[],
  why: string,
  source: Source,
): Diagnostic[] {
  if (hosts.length === 0) return []
  const names = hosts.map(({ name, ocid }) => `${name}: ${ocid}`)
  const summary = `${count(hosts, 'instance')} named by OCID, since ${why}: ${listed(names)}`
  const hint = 'make names differ, for example by hostname_format_preferences'
  return [{ ...errorDiagnostic('oci-same-name', summary, { hint, source }), severity: 'warning' }]
}

export function count({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`
}

function listed(names: readonly string[]): string {
  const rest = names.length - SHOWN
  return `${names.slice(0, SHOWN).join('; ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
