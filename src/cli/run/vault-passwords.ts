/** Vault passwords, from where Ansible takes them and in its order: the first that fits opens, the first of all encrypts. */
import type { Source as Place } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { Secret } from '../../model/secret.ts'
import { renderDiagnostics } from '../../report/diagnostics.ts'
import { styleOf } from '../../report/style.ts'
import { DEFAULT_VAULT_ID, isVault } from '../../text/vault-format.ts'
import type { Vault } from '../../text/vault-values.ts'
import { createVault } from '../../text/vault-values.ts'
import type { VaultPassword } from '../../text/vault.ts'
import type { FlagValues } from '../command.ts'
import { originsOf, settingsOf } from '../config/load.ts'
import { usageError } from '../errors.ts'
import type { vaultFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { readSource, refusalOf } from './password-file.ts'
import { askPassword } from './prompt.ts'

export type VaultFlags = FlagValues<typeof vaultFlags>

/** Where one password comes from: `prompt`, a file, or a program. */
interface Source {
  /** Null where none was given, which is the default one. */
  id: string | null
  from: string
  /** The flag or setting that names it. */
  origin: string
  /** In ansible.cfg. */
  place?: Place | null
}

const known = new WeakMap<Io, Promise<VaultPassword[]>>()

/** Opens what ansible-vault encrypted; each value that is opened becomes known to `io.secrets`. */
export async function vaultOf(flags: VaultFlags, io: Io): Promise<Vault> {
  return createVault(await vaultPasswords(flags, io), (secret, origin) => io.secrets.add(secret, origin))
}

/**
 * The passwords of flags, environment and ansible.cfg, asked for and read once in a process. One that cannot be had is a
 * warning as long as another one can. Throws usage errors and DiagnosticsError.
 */
export async function vaultPasswords(flags: VaultFlags, io: Io): Promise<VaultPassword[]> {
  const reading = known.get(io) ?? readAll(sourcesOf(flags, io), io)
  known.set(io, reading)
  return await reading
}

function sourcesOf(flags: VaultFlags, io: Io): Source[] {
  const { vaultIdentityList, vaultPasswordFile, askVaultPass } = settingsOf(io)
  if (flags['ask-vault-pass'] && flags['vault-password-file'].length > 0) {
    throw usageError('--ask-vault-pass and --vault-password-file do not go together', 'use --vault-id for both')
  }
  const placeOf = (setting: 'vaultIdentityList' | 'vaultPasswordFile'): Place | null =>
    originsOf(io)[setting]?.source ?? null
  const asks = flags['ask-vault-pass'] || (askVaultPass === true && flags['vault-password-file'].length === 0)
  return [
    ...(vaultIdentityList ?? []).map((text) => ({
      ...named(text, 'vault_identity_list'),
      place: placeOf('vaultIdentityList'),
    })),
    ...flags['vault-id'].map((text) => named(text, '--vault-id')),
    ...flags['vault-password-file'].map((file) => unnamed(file, '--vault-password-file')),
    ...(vaultPasswordFile === null
      ? []
      : [{ ...unnamed(vaultPasswordFile, 'vault_password_file'), place: placeOf('vaultPasswordFile') }]),
    ...(asks ? [{ id: null, from: 'prompt', origin: '--ask-vault-pass' }] : []),
  ]
}

function named(text: string, origin: string): Source {
  const at = text.indexOf('@')
  if (text.slice(0, at).includes(';')) throw usageError(`${origin} ${text}: a vault id has no ";"`)
  return { id: at > 0 ? text.slice(0, at) : null, from: text.slice(at + 1), origin }
}

function unnamed(from: string, origin: string): Source {
  return { id: DEFAULT_VAULT_ID, from, origin }
}

async function readAll(sources: readonly Source[], io: Io): Promise<VaultPassword[]> {
  const passwords: VaultPassword[] = []
  const onlyOwnId = settingsOf(io).vaultIdMatch === true
  const failures: DiagnosticsError[] = []
  for (const source of sources) {
    try {
      const password = source.from === 'prompt' ? await ask(source, io) : await read(source, passwords, io)
      passwords.push({ id: source.id ?? DEFAULT_VAULT_ID, password, onlyOwnId })
    } catch (error) {
      if (!(error instanceof DiagnosticsError) || source.from === 'prompt') throw error
      failures.push(error)
    }
  }
  const diagnostics = failures.flatMap((failure) => failure.diagnostics)
  if (passwords.length === 0 && diagnostics.length > 0) throw new DiagnosticsError(diagnostics)
  const warnings = diagnostics.map((each) => ({ ...each, severity: 'warning' as const }))
  io.stderr.write(renderDiagnostics(warnings, styleOf(io.stderr, io.env)))
  return passwords
}

async function ask({ id, origin }: Source, io: Io): Promise<Secret> {
  const question = origin === '--ask-vault-pass' ? 'Vault password: ' : `Vault password (${id ?? DEFAULT_VAULT_ID}): `
  const password = await askPassword(question, origin, io, '--vault-password-file or --vault-id LABEL@FILE')
  if (password !== null) return password
  throw new DiagnosticsError([errorDiagnostic('password-file', `${origin}: the vault password is empty`)])
}

/** The file's text without blanks around it, which may be encrypted itself; or what the program prints. */
async function read(
  { id, from, origin, place = null }: Source,
  before: readonly VaultPassword[],
  io: Io,
): Promise<Secret> {
  const refuse = refusalOf(from, origin, place)
  const isClient = /-client(?:\.[^./]*)?$/.test(from)
  const args = isClient && id !== null ? ['--vault-id', id] : []
  const program = { args, stderr: isClient ? 'pipe' : 'inherit' } as const
  const { bytes, isProgram } = await readSource(from, { origin, place, program }, io)
  const written = isProgram ? bytes : Buffer.from(bytes.toString('latin1').trim(), 'latin1')
  const opened =
    !isProgram && isVault(written.toString('latin1'))
      ? await createVault(before).openFile(written.toString('latin1'), from)
      : written
  const text = opened.toString('utf8').replaceAll(/^[\r\n]+|[\r\n]+$/g, '')
  if (text === '') throw refuse('it holds no password')
  if (!Buffer.from(opened.toString('utf8')).equals(opened)) throw refuse('it is not UTF-8 text')
  const password = new Secret(text)
  io.secrets.add(password, origin)
  return password
}
