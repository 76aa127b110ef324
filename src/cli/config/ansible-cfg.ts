/** Finds ansible.cfg as Ansible does: the first of $ANSIBLE_CONFIG, ./, ~/.ansible.cfg and /etc/ansible/ that is there. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { readBounded } from '../../inventory/read.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { decodeText, unreadableFile } from '../../text/file.ts'
import type { IniEntry } from './ini.ts'
import { parseIni } from './ini.ts'

export interface ConfigPlaces {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
}

export interface ConfigFile {
  /** Absolute. */
  file: string
  entries: IniEntry[]
}

const SYSTEM_FILE = '/etc/ansible/ansible.cfg'

/** The configuration, or null where there is none; what is passed over is a warning. Throws DiagnosticsError. */
export function readConfigFile(places: ConfigPlaces): { config: ConfigFile | null; warnings: Diagnostic[] } {
  const { cwd } = places
  const here = join(cwd, 'ansible.cfg')
  const isOpen = (statSync(cwd, { throwIfNoEntry: false })?.mode ?? 0) & constants.S_IWOTH
  const named = fromEnvironment(places)
  const shown = (path: string): string => (path.startsWith(`${cwd}/`) ? relative(cwd, path) : path)
  const candidates = [named, isOpen ? null : here, expandPath('~/.ansible.cfg', places), SYSTEM_FILE]
  const file = candidates.find((path) => path !== null && isReadable(path)) ?? null
  const warnings = isOpen && existsSync(here) && (file === null || file !== named) ? [passedOver(shown(here))] : []
  return { config: file === null ? null : { file, entries: entriesOf(file, shown(file)) }, warnings }
}

function fromEnvironment(places: ConfigPlaces): string | null {
  const named = places.env['ANSIBLE_CONFIG']
  if (named === undefined || named === '') return null
  const path = resolve(places.cwd, expandPath(named, places))
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, 'ansible.cfg') : path
}

/** `~`, `$NAME` and `${NAME}` at their places; variables that are not set stay as they are. */
export function expandPath(path: string, { env }: ConfigPlaces): string {
  const home = env['HOME'] ?? homedir()
  const told = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path
  return told.replaceAll(/\$(?:(\w+)|\{([^}]+)\})/g, (whole, plain?: string, braced?: string) => {
    return env[plain ?? braced ?? ''] ?? whole
  })
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

function entriesOf(file: string, name: string): IniEntry[] {
  const source = { file: name, line: 1, column: 1 }
  if (!/\.(?:cfg|ini)$/.test(file)) {
    const summary = 'a configuration of Ansible has a name that ends in .cfg or .ini'
    throw new DiagnosticsError([errorDiagnostic('bad-config', summary, { source, hint: 'check ANSIBLE_CONFIG' })])
  }
  const { entries, diagnostics } = parseIni(readText(file, name), name)
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics)
  return entries
}

function readText(file: string, name: string): string {
  try {
    const decoded = decodeText(readBounded(file), name)
    if ('text' in decoded) return decoded.text
    throw new DiagnosticsError([decoded.diagnostic])
  } catch (error) {
    if (error instanceof DiagnosticsError) throw error
    throw new DiagnosticsError([unreadableFile(error, name)])
  }
}

function passedOver(file: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'config-passed-over',
    summary: 'this file is not read: everybody may write to its folder, and what it says decides where passwords go',
    detail: '',
    hint: 'chmod o-w the folder, or name the file in ANSIBLE_CONFIG',
    source: { file, line: 1, column: 1 },
  }
}
