/** Who asks: what signs requests, and what is known of the tenancy and region from that. */
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { AuthenticationDetailsProvider } from 'oci-common'
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { Profile } from './config-file.ts'
import { readProfile } from './config-file.ts'
import { keyIdentity } from './key-identity.ts'
import { instancePrincipal, METADATA_VARIABLE, resourcePrincipal } from './principal.ts'
import type { OciOptions } from './schema.ts'
import type { Sdk } from './sdk.ts'

export interface Identity {
  provider: AuthenticationDetailsProvider
  tenancy: string | null
  region: string | null
}

/** An identity that nobody has been asked about yet. */
export interface ClaimedIdentity {
  /** Differs where somebody else asks. */
  who: string
  /** Instance principals ask the metadata service of the machine, and OCI. Throws DiagnosticsError. */
  open: (sdk: Sdk) => Promise<Identity>
}

interface Surroundings {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Where the file says which plugin it is for. */
  source: Source
}

/** Null where `diagnostics` got an error. Everything is checked that can be without asking anybody. */
export function readIdentity(
  options: OciOptions,
  around: Surroundings,
  diagnostics: Diagnostic[],
): ClaimedIdentity | null {
  const path = expand(options.config_file, around)
  const isPrincipal = options.auth_type === 'instance_principal' || options.auth_type === 'resource_principal'
  const profile = readProfile(path, options.config_profile, !isPrincipal, diagnostics)
  if (profile === null) return null
  if (isPrincipal) {
    const stronger = ['tenancy', 'region'].map((name) => profile?.settings.get(name)?.value)
    const told = [around.env[METADATA_VARIABLE], around.env['OCI_RESOURCE_PRINCIPAL_RPST'], ...stronger]
    const who = createHash('sha256')
      .update(JSON.stringify([options.auth_type, ...told]))
      .digest('hex')
    return { who, open: (sdk) => openPrincipal(sdk, options, profile, around) }
  }
  if (profile === undefined) {
    const hint = 'make one with: oci setup config; or name it by config_file or OCI_CONFIG_FILE'
    const summary = `there is no OCI configuration ${path}`
    diagnostics.push(errorDiagnostic('oci-config', summary, { hint, source: around.source }))
    return null
  }
  return keyIdentity(profile, options, (file) => expand(file, around), diagnostics)
}

/** A profile's tenancy and region are stronger than a principal's. */
async function openPrincipal(
  sdk: Sdk,
  options: OciOptions,
  profile: Profile | undefined,
  { env, source }: Surroundings,
): Promise<Identity> {
  const isInstance = options.auth_type === 'instance_principal'
  try {
    const principal = isInstance ? await instancePrincipal(sdk, options.endpoint, env) : await resourcePrincipal(sdk)
    return {
      provider: principal.provider,
      tenancy: profile?.settings.get('tenancy')?.value ?? principal.tenancy,
      region: profile?.settings.get('region')?.value ?? principal.region,
    }
  } catch (error) {
    const [why = ''] = String((error as { message?: unknown }).message ?? error).split('\n')
    const hint = isInstance
      ? 'instance principals work on instances of OCI only, in a dynamic group that a policy names'
      : 'resource principals work inside of services of OCI only'
    const summary = `auth_type ${options.auth_type}: ${why}`
    throw new DiagnosticsError([errorDiagnostic('oci-auth', summary, { hint, source })])
  }
}

/** As the plugin: `~` is the home directory, anything else is relative to the working directory. */
function expand(path: string, around: Surroundings): string {
  const home = around.env['HOME'] ?? homedir()
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(around.cwd, path)
}
