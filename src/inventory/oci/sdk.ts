/** Oracle's SDK: loaded only when an OCI inventory is read, since it is no part of a usual installation. */
import { createRequire } from 'node:module'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'

export interface Sdk {
  common: typeof import('oci-common')
  core: typeof import('oci-core')
  identity: typeof import('oci-identity')
}

/** The three install and work together only at one version. */
const VERSION = '2.139.1'
const PACKAGES = ['oci-common', 'oci-core', 'oci-identity']

/** Throws DiagnosticsError where a package is missing or of another version. `require` looks beside this program. */
export function loadSdk(require: NodeJS.Require = createRequire(import.meta.url)): Sdk {
  const versions = PACKAGES.map((name) => [name, versionOf(name, require)] as const)
  const missing = versions.filter(([, version]) => version === null).map(([name]) => name)
  if (missing.length > 0) throw new DiagnosticsError([notInstalled(`not installed: ${missing.join(', ')}`)])
  const others = versions.filter(([, version]) => version !== VERSION)
  if (others.length > 0) {
    const found = others.map(([name, version]) => `${name} ${version}`).join(', ')
    throw new DiagnosticsError([notInstalled(`version ${VERSION} is needed, installed: ${found}`)])
  }
  return quietly(() => ({
    common: require('oci-common') as Sdk['common'],
    core: require('oci-core') as Sdk['core'],
    identity: require('oci-identity') as Sdk['identity'],
  }))
}

function versionOf(name: string, require: NodeJS.Require): string | null {
  try {
    return (require(`${name}/package.json`) as { version: string }).version
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

function notInstalled(why: string): Diagnostic {
  const hint = `where mptcp-fleet is installed: npm install ${PACKAGES.map((name) => `${name}@${VERSION}`).join(' ')}`
  return errorDiagnostic('oci-sdk', `OCI inventories need Oracle's SDK for TypeScript; ${why}`, { hint })
}

const SPOKEN = ['log', 'info', 'warn'] as const

/** Runs work of the SDK, which writes to the console by itself, also to stdout, where our results go: nothing is written. */
export function quietly<T>(work: () => T): T {
  const spoken = SPOKEN.map((name) => console[name])
  const restore = (): void => SPOKEN.forEach((name, i) => (console[name] = spoken[i]!))
  for (const name of SPOKEN) console[name] = () => {}
  try {
    const result = work()
    if (result instanceof Promise) return result.finally(restore) as T
    restore()
    return result
  } catch (error) {
    restore()
    throw error
  }
}
