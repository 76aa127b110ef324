/** Reads the options of an `*.oci.yml` file: keys, then environment, then defaults; what contradicts itself is told. */
import * as z from 'zod'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import type { Validated } from '../../text/validate.ts'
import { locateIn, validate } from '../../text/validate.ts'
import type { YamlMap } from '../../text/yaml-node.ts'
import { toValue } from '../../text/yaml-node.ts'
import type { OciOptions } from './schema.ts'
import { ociSchema } from './schema.ts'

/** As in the plugin: the file is stronger, then the environment. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  config_file: 'OCI_CONFIG_FILE',
  config_profile: 'OCI_CONFIG_PROFILE',
  api_user_key_file: 'OCI_USER_KEY_FILE',
  api_user_key_pass_phrase: 'OCI_USER_KEY_PASS_PHRASE',
  auth_type: 'OCI_ANSIBLE_AUTH_TYPE',
  hostname_format: 'OCI_HOSTNAME_FORMAT',
  primary_vnic_only: 'OCI_PRIMARY_VNIC_ONLY',
}

type Env = Readonly<Record<string, string | undefined>>

/** The options, or null where `diagnostics` got an error. */
export function parseOciOptions(map: YamlMap, env: Env, diagnostics: Diagnostic[]): OciOptions | null {
  const written = withoutNothing(toValue(map)) as Record<string, unknown>
  for (const key of LISTS) {
    const item = written[key]
    if (item !== undefined) written[key] = Array.isArray(item) ? item.map(withoutNothing) : withoutNothing(item)
  }
  const surroundings = fromEnvironment(env, (key) => key in written)
  const value = { ...('value' in surroundings ? surroundings.value : {}), ...written }
  const validated = validate(ociSchema, value, { prefix: '', locate: locateIn(map) })
  if ('diagnostics' in surroundings) diagnostics.push(...surroundings.diagnostics)
  if ('diagnostics' in validated) diagnostics.push(...validated.diagnostics)
  if ('diagnostics' in surroundings || 'diagnostics' in validated) return null
  const options = validated.value
  if (options.instance_principal_authentication === 'instance_principal') options.auth_type = 'instance_principal'
  const wrong = contradictions(options).map(([key, summary, hint]) =>
    errorDiagnostic('oci-option', summary, { hint, source: map.entries.get(key)?.keySource ?? map.source }),
  )
  diagnostics.push(...wrong)
  return wrong.length === 0 ? options : null
}

/** Whose items are mappings of options as well. */
const LISTS = ['compartments', 'exclude_compartments', 'filters'] as const

/** A key with nothing behind it is as good as none. */
function withoutNothing(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null))
}

/** What the environment says where the file says nothing, by key; what is wrong with it names the variable. */
function fromEnvironment(env: Env, isWritten: (key: string) => boolean): Validated<Record<string, unknown>> {
  const set = Object.entries(ENVIRONMENT).filter(([key, name]) => !isWritten(key) && (env[name] ?? '') !== '')
  const schema = z.object(Object.fromEntries(set.map(([key, name]) => [name, ociSchema.shape[key as never]])))
  const values = Object.fromEntries(set.map(([, name]) => [name, env[name]]))
  const validated = validate<Record<string, unknown>>(schema, values, { prefix: '', locate: () => null })
  if ('diagnostics' in validated) return validated
  return { value: Object.fromEntries(set.map(([key, name]) => [key, validated.value[name]])) }
}

type Contradiction = [key: keyof OciOptions, summary: string, hint: string]

function contradictions(options: OciOptions): Contradiction[] {
  const found: Contradiction[] = []
  const exclusive = (a: keyof OciOptions, b: keyof OciOptions, both: boolean): void => {
    if (both) found.push([b, `${a} and ${b} cannot be used together`, 'remove one of them'])
  }
  const preferences = options.hostname_format_preferences.length > 0
  exclusive('hostname_format', 'hostname_format_preferences', preferences && options.hostname_format !== undefined)
  exclusive('filters', 'include_host_filters', options.filters.length > 0 && options.include_host_filters.length > 0)
  const { default_groups: kinds, default_groups_preferences: wishes } = options
  exclusive('default_groups', 'default_groups_preferences', (kinds?.length ?? 0) > 0 && wishes !== undefined)
  if (options.regions.length > 1 && options.regions.includes('all')) {
    found.push(['regions', 'regions: "all" stands alone', 'remove the others, or "all"'])
  }
  if (options.fetch_db_hosts) {
    const hint = 'remove fetch_db_hosts; list these hosts in an inventory file of their own'
    found.push(['fetch_db_hosts', 'fetch_db_hosts: hosts of databases are not supported', hint])
  }
  if (options.auth_type === 'instance_obo_user') {
    const hint = 'use api_key, security_token, instance_principal or resource_principal'
    found.push(['auth_type', 'auth_type: instance_obo_user (delegation tokens) is not supported', hint])
  }
  const endpoint = wrongEndpoint(options.endpoint)
  if (endpoint !== null)
    found.push(['endpoint', `endpoint: ${endpoint}`, 'as in: https://{service}.{region}.example.com'])
  return found
}

/** Signed requests carry names and session tokens: they go unencrypted to this machine alone. */
function wrongEndpoint(endpoint: string | undefined): string | null {
  if (endpoint === undefined) return null
  const example = serviceUrl(endpoint, 'iaas', 'us-phoenix-1')
  if (!/^https?:/.test(example) || !URL.canParse(example)) return 'this is no URL'
  const url = new URL(example)
  if (url.username !== '' || url.search !== '' || url.hash !== '') return 'it has no user, query or fragment'
  const isHere = /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(url.hostname)
  return url.protocol === 'http:' && !isHere ? 'http goes only to this machine; elsewhere it must be https' : null
}

/** The URL of a service by the option `endpoint`, without a slash at its end. */
export function serviceUrl(endpoint: string, service: string, region: string): string {
  return endpoint.replaceAll('{service}', service).replaceAll('{region}', region).replace(/\/+$/, '')
}
