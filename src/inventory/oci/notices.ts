/** What a reader of an OCI inventory should know of it: warnings, each said once for all hosts it concerns. */
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import type { OciHost } from './hosts.ts'
import type { Resource } from './resource.ts'
import { idOf, text } from './resource.ts'
import type { OciOptions } from './schema.ts'

/** So many names are shown. */
const SHOWN = 3

/** Instances without a name are left out, as the plugin does; under `strict` that is an error, as there. */
export function namelessNotice(instances: readonly Resource[], options: OciOptions, source: Source): Diagnostic[] {
  if (instances.length === 0) return []
  const byPreference = options.hostname_format_preferences.length > 0
  const format = options.hostname_format ?? 'public_ip'
  const lacks = byPreference ? 'a name by hostname_format_preferences' : `a ${format}`
  const names = instances.map((each) => text(each, 'display_name') ?? idOf(each))
  const summary = `${count(instances, 'instance')} without ${lacks} left out: ${listed(names)}`
  const hint =
    byPreference || format !== 'public_ip'
      ? 'hostname_format_preferences with "id" as the last names every instance'
      : 'to list them by their private addresses, say hostname_format: private_ip'
  const diagnostic = errorDiagnostic('oci-left-out', summary, { hint, source })
  return [options.strict ? diagnostic : { ...diagnostic, severity: 'warning' }]
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

/** Two instances that would have one name: they stay two hosts. */
export function clashNotice(hosts: readonly { name: string; ocid: string }[], source: Source): Diagnostic[] {
  if (hosts.length === 0) return []
  const names = hosts.map(({ name, ocid }) => `${name}: ${ocid}`)
  const summary = `${count(hosts, 'instance')} named by OCID, since another has the same name: ${listed(names)}`
  const hint = 'make names differ, for example by hostname_format_preferences'
  return [{ ...errorDiagnostic('oci-same-name', summary, { hint, source }), severity: 'warning' }]
}

function count({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`
}

function listed(names: readonly string[]): string {
  const rest = names.length - SHOWN
  return `${names.slice(0, SHOWN).join('; ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
