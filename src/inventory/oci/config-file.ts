/** The configuration file of Oracle's command line and SDKs (`~/.oci/config`), as Python's configparser reads it. */
import { readFileSync } from 'node:fs'
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import { didYouMean } from '../../text/closest.ts'
import { decodeText, unreadableFile } from '../../text/file.ts'

interface Setting {
  value: string
  source: Source
}

/** The settings of one profile, those of DEFAULT under them; `source` is where the profile begins. */
export interface Profile {
  settings: ReadonlyMap<string, Setting>
  source: Source
}

/**
 * Null where `diagnostics` got an error; undefined where there is no such file, or, if it is not needed, no DEFAULT in it:
 * for Python DEFAULT is always there.
 */
export function readProfile(
  path: string,
  name: string,
  isNeeded: boolean,
  diagnostics: Diagnostic[],
): Profile | null | undefined {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    diagnostics.push(unreadableFile(error, path))
    return null
  }
  const decoded = decodeText(bytes, path)
  if ('diagnostic' in decoded) {
    diagnostics.push(decoded.diagnostic)
    return null
  }
  const profiles = parseProfiles(decoded.text, path, diagnostics)
  if (profiles === null) return null
  const chosen = profiles.get(name)
  if (chosen === undefined && name === 'DEFAULT' && !isNeeded) return undefined
  if (chosen === undefined) {
    const near = didYouMean(name, profiles.keys())
    const summary = `there is no profile "${name}"${near === '' ? '' : `, ${near}`}`
    const hint = `profiles: ${[...profiles.keys()].join(', ') || 'none'}; choose one by config_profile or OCI_CONFIG_PROFILE`
    diagnostics.push(errorDiagnostic('oci-profile', summary, { hint, source: { file: path, line: 1, column: 1 } }))
    return null
  }
  const settings = new Map([...(profiles.get('DEFAULT')?.settings ?? []), ...chosen.settings])
  return { settings, source: chosen.source }
}

function parseProfiles(text: string, file: string, diagnostics: Diagnostic[]): Map<string, Profile> | null {
  const profiles = new Map<string, { settings: Map<string, Setting>; source: Source }>()
  let current: Map<string, Setting> | null = null
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue
    const source = { file, line: i + 1, column: 1 }
    const section = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim()
    const [, key = '', value = ''] = /^\s*([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    // Oracle's tools refuse both; whoever meant one of two keys should say which.
    const isTwice =
      section === undefined ? current?.has(key.toLowerCase()) : section !== 'DEFAULT' && profiles.has(section)
    if (isTwice === true) {
      const summary =
        section === undefined ? `"${key}" stands twice in this profile` : `there are two profiles "${section}"`
      diagnostics.push(errorDiagnostic('oci-config', summary, { source, hint: 'remove one of them' }))
      return null
    }
    if (section !== undefined) {
      const profile = profiles.get(section) ?? { settings: new Map<string, Setting>(), source }
      profiles.set(section, profile)
      current = profile.settings
    } else if (key === '' || current === null) {
      const summary = key === '' ? 'expected key=value' : 'expected a [profile] before this line'
      // The line is not shown: it may be a part of a key.
      diagnostics.push(errorDiagnostic('oci-config', summary, { source, hint: 'see: oci setup config' }))
      return null
    } else current.set(key.toLowerCase(), { value, source })
  }
  return profiles
}
