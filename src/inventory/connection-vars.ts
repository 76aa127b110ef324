/** Reads connection variables one by one: rendered, checked for type, with their places for messages. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import { Secret } from '../model/secret.ts'
import { Unsafe, unmarkUnsafe } from '../model/unsafe.ts'
import { readBoolean } from '../text/boolean.ts'
import { didYouMean } from '../text/closest.ts'
import { addOnce } from '../text/diagnostics.ts'
import { renderValue, TemplateError } from '../text/template.ts'
import { describeValue } from '../text/zod-issue.ts'
import { isHarmless, READ_NAMES, refusalReason } from './connection-names.ts'
import type { Inventory, PlayConnection, SettingOrigin } from './types.ts'
import { templateVars } from './vars.ts'

/** Each method takes the aliases of one variable and gives null where none is set. */
export interface VariableReader {
  diagnostics: Diagnostic[]
  /** Empty text is refused unless `or-empty` says otherwise. */
  text: (aliases: readonly string[], empty?: 'or-empty') => string | null
  secret: (aliases: readonly string[]) => Secret | null
  port: (aliases: readonly string[]) => number | null
  seconds: (aliases: readonly string[]) => number | null
  boolean: (aliases: readonly string[]) => boolean | null
  /** The value where it is one of these; others are refused. */
  only: (aliases: readonly string[], values: readonly string[]) => string | null
  /** Where the variable was written. */
  place: (aliases: readonly string[]) => Source | null
  /** Adds a diagnostic at the place of the variable, or of the setting that said it. */
  refuse: (aliases: readonly string[], why: string, hint: string, setting?: SettingOrigin) => void
}

/** A reader over the play's variables, then the host's. Mistakes are collected in its diagnostics. */
export function newVariableReader(host: Host, play: PlayConnection, inventory: Inventory): VariableReader {
  const diagnostics: Diagnostic[] = []
  const vars: Record<string, unknown> = { ...templateVars(inventory, host), ...play.vars }
  const nameOf = (aliases: readonly string[]): string | null =>
    aliases.findLast((name) => vars[name] !== undefined && vars[name] !== null) ?? null

  const place = (aliases: readonly string[]): Source | null => {
    const name = nameOf(aliases)
    return name === null ? null : placeOf(name, host, play, inventory)
  }
  const refuse = (aliases: readonly string[], why: string, hint: string, setting?: SettingOrigin): void => {
    if (setting !== undefined) {
      const { name, source } = setting
      diagnostics.push(errorDiagnostic('bad-config', `${name}: ${why}`, { source, hint }))
      return
    }
    const name = nameOf(aliases) ?? aliases[0] ?? ''
    const source = place(aliases)
    const detail = `for host ${host.name}`
    diagnostics.push(errorDiagnostic('bad-connection-variable', `${name}: ${why}`, { source, hint, detail }))
  }
  const value = (aliases: readonly string[]): unknown => {
    const name = nameOf(aliases)
    const written = name === null ? null : vars[name]
    if (written instanceof Unsafe) return written.text
    try {
      return unmarkUnsafe(renderValue(written, vars) ?? null)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      refuse(aliases, error.message, '')
      return null
    }
  }
  /** Null after noting why it cannot be opened. */
  const opened = (secret: Secret): string | null => {
    try {
      return secret.reveal()
    } catch (error) {
      if (!(error instanceof DiagnosticsError)) throw error
      for (const diagnostic of error.diagnostics) addOnce(diagnostics, diagnostic)
      return null
    }
  }
  /** For variables that are no passwords: they may be encrypted all the same, but are never made of a password. */
  const plain = (aliases: readonly string[]): { found: unknown; shown: string } => {
    const found = value(aliases)
    if (!(found instanceof Secret) || found.sealed === null) return { found, shown: describeValue(found) }
    return { found: opened(found), shown: 'something else' }
  }
  const text = (aliases: readonly string[], empty?: 'or-empty'): string | null => {
    const { found, shown } = plain(aliases)
    if (found === null) return null
    if (typeof found === 'number') return String(found)
    if (typeof found === 'string' && (found !== '' || empty === 'or-empty')) return found
    refuse(aliases, found === '' ? 'is empty' : `expected text, got ${shown}`, '')
    return null
  }
  const secret = (aliases: readonly string[]): Secret | null => {
    const found = value(aliases)
    if (found === null) return null
    if (found instanceof Secret) return opened(found) === null ? null : found
    if (typeof found === 'string') return new Secret(found)
    refuse(
      aliases,
      `expected text, got ${Array.isArray(found) ? 'a list' : typeof found}`,
      'put the password in quotes',
    )
    return null
  }
  const wholeNumber = (aliases: readonly string[], most: number, wanted: string, usual: number): number | null => {
    const { found, shown } = plain(aliases)
    if (found === null) return null
    const number = typeof found === 'string' && /^\d+$/.test(found) ? Number(found) : found
    if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= most) return number
    refuse(aliases, `expected ${wanted}, got ${shown}`, `write digits alone, such as ${usual}`)
    return null
  }
  const port = (aliases: readonly string[]): number | null => wholeNumber(aliases, 65_535, 'a port (1 to 65535)', 22)
  const seconds = (aliases: readonly string[]): number | null => wholeNumber(aliases, 86_400, 'a number of seconds', 10)
  const boolean = (aliases: readonly string[]): boolean | null => {
    const { found, shown } = plain(aliases)
    const read = readBoolean(found)
    if (found !== null && read === null) refuse(aliases, `expected yes or no, got ${shown}`, 'write yes or no')
    return read
  }
  const only = (aliases: readonly string[], values: readonly string[]): string | null => {
    const { found, shown } = plain(aliases)
    if (found === null) return null
    if (typeof found === 'string' && values.includes(found)) return found
    refuse(
      aliases,
      `${shown} is not supported yet in this version`,
      `this version knows ${values.filter((each) => !each.includes('.')).join(', ')}`,
    )
    return null
  }
  return { diagnostics, text, secret, port, seconds, boolean, only, place, refuse }
}

/** An error for every variable named ansible_* that is neither read nor harmless. */
export function findForeignVariables(host: Host, play: PlayConnection, inventory: Inventory): Diagnostic[] {
  const set = [...new Set([...Object.keys(host.vars), ...Object.keys(play.vars)])]
  const foreign = set.filter((name) => !isHarmless(name) && !READ_NAMES.includes(name))
  return foreign.map((name) => {
    const detail = `for host ${host.name}`
    const reason = refusalReason(name)
    const place = placeOf(name, host, play, inventory)
    if (reason !== null) {
      const hint = 'leave it out'
      return errorDiagnostic('refused-connection-variable', `${name}: ${reason}`, { source: place, hint, detail })
    }
    const near = didYouMean(name, READ_NAMES)
    const summary = `${name}: this connection variable is not supported${near === '' ? '' : `, ${near}`}`
    const hint = near === '' ? `supported: ${READ_NAMES.join(', ')}` : ''
    return errorDiagnostic('unknown-connection-variable', summary, { source: place, hint, detail })
  })
}

function placeOf(name: string, host: Host, play: PlayConnection, inventory: Inventory): Source | null {
  if (play.vars[name] !== undefined) return play.originOf?.(name) ?? null
  return inventory.originOf(host.name, name)
}
