/**
 * What a profile is on the disk. NetworkManager writes a profile that it has in memory as it is, without touching the card
 * (measured on 1.52: to a temporary in the same folder, renamed; synced only where a file was there).
 */
import type { NmSettings } from '../../facts/nm_profile.ts'
import { isSaved } from '../../facts/nm_profile.ts'
import type { RunStep } from '../../model/change.ts'
import { loadStep, modifyStep } from './nm-settings.ts'
import { lasting, run } from './steps.ts'

/** Where NetworkManager writes new profiles, and where those in memory lie. */
const KEYFILES = '/etc/NetworkManager/system-connections'
const IN_MEMORY = '/run/NetworkManager/system-connections'

/** Writes the profile's settings. `file`: where they are, or most likely will be; null where nobody knows. */
export function saveSteps(uuid: string, settings: NmSettings, file: string | null): RunStep[] {
  return [lasting(modifyStep(uuid, settings)), syncStep(file)]
}

/** Brings the settings of before back: by the copy of the file where there is one, without a free block on the disk. */
export function unsaveSteps(uuid: string, old: NmSettings, file: string | null): RunStep[] {
  if (file === null) return [lasting(modifyStep(uuid, old))]
  return [lasting(modifyStep(uuid, old), file), lasting(loadStep(file))]
}

/** Forgets what was changed in memory only: NetworkManager reads the file again. */
export function forgetSteps(before: NmSettings, file: string | null): RunStep[] {
  if (file === null || !isSaved(before) || file.startsWith('/run/')) return []
  return [lasting(run('rm', '-f', memoryFile(before['connection.id'] ?? ''))), lasting(loadStep(file))]
}

/** What was written is on the disk. */
export function syncStep(file: string | null): RunStep {
  if (file === null) return lasting(run('sync', '-f', KEYFILES))
  return lasting(run('sync', '-f', file.slice(0, file.lastIndexOf('/'))), file)
}

/** Where a profile that has no file yet goes, unless a file of that name is there. */
export function newFile(name: string): string {
  return `${KEYFILES}/${fileName(name)}`
}

function memoryFile(name: string): string {
  return `${IN_MEMORY}/${fileName(name)}`
}

/** How NetworkManager names a profile's file: as the profile, but for what would hide it or make it a backup. */
function fileName(name: string): string {
  return `${name.replace(/^\./, '_').replace(/~$/, '_')}.nmconnection`
}
