/** The settings of this process: read once, what is doubtful about them told once. */
import { renderDiagnostics } from '../../report/diagnostics.ts'
import { styleOf } from '../../report/style.ts'
import type { Io } from '../io.ts'
import type { Settings } from './settings.ts'
import { readSettings } from './settings.ts'

const known = new WeakMap<Io, Settings>()

/** Throws DiagnosticsError for mistakes in ansible.cfg. */
export function settingsOf(io: Io): Settings {
  const found = known.get(io)
  if (found !== undefined) return found
  const { settings, warnings } = readSettings(io)
  known.set(io, settings)
  io.stderr.write(renderDiagnostics(warnings, styleOf(io.stderr, io.env)))
  return settings
}
