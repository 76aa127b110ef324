/** What ansible-vault encrypted in files that are read: whole files at once, single values only when they are used. */
import { createHash } from 'node:crypto'
import type { Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { Secret } from '../model/secret.ts'
import { DEFAULT_VAULT_ID, isVault, parseVault, VaultError } from './vault-format.ts'
import type { VaultKeys, VaultPassword } from './vault.ts'
import { decryptVault, decryptVaultSync, deriveKeysSync } from './vault.ts'

/** The vault passwords that are given. Both throw DiagnosticsError at the place of what cannot be opened. */
export interface Vault {
  /** The bytes of a file that is encrypted as a whole. */
  openFile: (text: string, file: string) => Promise<Buffer>
  /**
   * A `!vault` value. It is opened when it is revealed, since deriving a key takes some 10 ms and most values of a large
   * inventory are never used; what is wrong with it but its password is told at once.
   */
  value: (text: string, source: Source) => Secret
  /** Makes known what came out of a file, so that nothing that is shown has it. */
  know: (secret: Secret, origin: string) => void
}

/** `onOpen` gets each value that is opened, with its place as `FILE:LINE`, before anybody else, and what is said to `know`. */
export function createVault(
  passwords: readonly VaultPassword[],
  onOpen: (secret: Secret, origin: string) => void = () => {},
): Vault {
  const keys = new Map<string, VaultKeys>()
  const keysOf = (password: Secret, salt: Buffer): VaultKeys => {
    const name = createHash('sha256').update(salt).update(password.reveal()).digest('hex')
    const known = keys.get(name) ?? deriveKeysSync(password, salt)
    keys.set(name, known)
    return known
  }
  return {
    openFile: async (text, file) =>
      await decryptVault(text, passwords).catch((error: unknown) => {
        throw explained(error, text, { file, line: 1, column: 1 })
      }),
    value: (text, source) => {
      attempt(text, source, () => parseVault(text))
      let opened: string | null = null
      const read = (): string => {
        if (opened !== null) return opened
        opened = attempt(text, source, () => utf8(decryptVaultSync(text, passwords, keysOf)))
        onOpen(new Secret(opened), `${source.file}:${source.line}`)
        return opened
      }
      return new Secret(read, text)
    },
    know: onOpen,
  }
}

/** The bytes of a file, decrypted where ansible-vault encrypted it as a whole. Throws DiagnosticsError. */
export async function openBytes(bytes: Uint8Array, file: string, vault: Vault): Promise<Uint8Array> {
  const start = Buffer.from(bytes.subarray(0, 14)).toString('latin1')
  return isVault(start) ? await vault.openFile(Buffer.from(bytes).toString('latin1'), file) : bytes
}

function attempt<T>(text: string, source: Source, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw explained(error, text, source)
  }
}

function explained(error: unknown, text: string, source: Source): unknown {
  if (!(error instanceof VaultError)) return error
  const hint =
    error.fault === 'wrong-password' ? passwordHint(parseVault(text).id) : 'encrypt it again with ansible-vault'
  return new DiagnosticsError([
    errorDiagnostic('vault', `this cannot be decrypted: ${error.message}`, { source, hint }),
  ])
}

function passwordHint(id: string): string {
  return id === DEFAULT_VAULT_ID
    ? 'give its password: --vault-password-file FILE or --ask-vault-pass'
    : `give its password: --vault-id ${id}@FILE or --vault-id ${id}@prompt`
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new VaultError('damaged', 'what is in it is not UTF-8 text')
  }
}
