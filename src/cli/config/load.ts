/** The settings of this process: read once, what is doubtful about them told once. */
import { renderDiagnostics } from '../../report/diagnostics.ts'
import { styleOf } from '../../report/style.ts'
import type { Io } from '../io.ts'
import type { SettingOrigins, Settings } from './settings.ts'
import { readSettings } from './settings.ts'

const known = new WeakMap<Io, ReturnType<typeof readSettings>>()

/** Throws DiagnosticsError for mistakes in ansible.cfg. */
export function settingsOf(io: Io): Settings {
  return readOnce(io).settings
}

/** Where they were set. Throws as settingsOf does. */
export function originsOf(io: Io): SettingOrigins {
  return readOnce(io).origins
}

function readOnce(io: Io): ReturnType<typeof readSettings> {
  const found = known.get(io)
  if (found !== undefined) return found
  const read = readSettings(io)
  known.set(io, read)
  io.stderr.write(renderDiagnostics(read.warnings, styleOf(io.stderr, io.env)))
  return read
}
