/** Undo records under a vault password: they hold whole files of hosts. */
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { VaultPassword } from '../../text/vault.ts'
import type { FlagValues } from '../command.ts'
import type { vaultFlags } from '../flags.ts'
import type { Io } from '../io.ts'

type Flags = FlagValues<typeof vaultFlags>

/** The vault password of the flags and ANSIBLE_VAULT_PASSWORD_FILE; null: none is given. */
async function vaultPassword(flags: Flags, io: Io): Promise<VaultPassword | null> {
  const named = io.env['ANSIBLE_VAULT_PASSWORD_FILE'] ?? ''
  const file = flags['vault-password-file'] ?? (named === '' ? null : named)
  if (flags['ask-vault-pass']) {
    const { askPassword } = await import('./prompt.ts')
    const password = await askPassword('Vault password: ', '--ask-vault-pass', io)
    return password === null ? null : { id: 'default', password }
  }
  if (file === null) return null
  const { readPasswordFile } = await import('./password-file.ts')
  return { id: 'default', password: await readPasswordFile(file, '--vault-password-file', io) }
}

/** Encrypts the records of a run that begins, where a vault password is given. */
export async function recordSealer(flags: Flags, io: Io): Promise<((text: string) => string) | undefined> {
  const given = await vaultPassword(flags, io)
  if (given === null) return undefined
  const { encryptVaultSync } = await import('../../text/vault.ts')
  return (text) => encryptVaultSync(Buffer.from(text), given)
}

/** Decrypts the records of a run, where they are encrypted. */
export async function recordOpener(flags: Flags, io: Io): Promise<(text: string) => Promise<string>> {
  const given = await vaultPassword(flags, io)
  const { decryptVault, isVault, VaultError } = await import('../../text/vault.ts')
  return async (text) => {
    if (!isVault(text)) return text
    if (given === null) throw refused('the undo records of this run are encrypted, and no vault password is given')
    try {
      return (await decryptVault(text, [given])).toString('utf8')
    } catch (error) {
      if (error instanceof VaultError) throw refused(`the undo records of this run: ${error.message}`)
      throw error
    }
  }
}

function refused(summary: string): DiagnosticsError {
  return new DiagnosticsError([
    errorDiagnostic('vault', summary, { hint: "give the run's own with --vault-password-file" }),
  ])
}
