/** Undo records under a vault password: they hold whole files of hosts. */
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { Io } from '../io.ts'
import type { VaultFlags } from './vault-passwords.ts'
import { vaultPasswords } from './vault-passwords.ts'

/** Encrypts the records of a run that begins, where a vault password is given: the first one. */
export async function recordSealer(flags: VaultFlags, io: Io): Promise<((text: string) => string) | undefined> {
  const [given] = await vaultPasswords(flags, io)
  if (given === undefined) return undefined
  const { encryptVaultSync } = await import('../../text/vault.ts')
  return (text) => encryptVaultSync(Buffer.from(text), given)
}

/** Decrypts the records of a run, where they are encrypted. */
export async function recordOpener(flags: VaultFlags, io: Io): Promise<(text: string) => Promise<string>> {
  const given = await vaultPasswords(flags, io)
  const { isVault, VaultError } = await import('../../text/vault-format.ts')
  const { decryptVault } = await import('../../text/vault.ts')
  return async (text) => {
    if (!isVault(text)) return text
    if (given.length === 0) throw refused('the undo records of this run are encrypted, and no vault password is given')
    try {
      return (await decryptVault(text, given)).toString('utf8')
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
