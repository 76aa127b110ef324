/** Arguments of ansible-inventory: inventories, and the vault passwords in the files that they name. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../src/model/secret.ts'
import { DEFAULT_VAULT_ID } from '../../src/text/vault-format.ts'
import type { Vault } from '../../src/text/vault-values.ts'
import { createVault } from '../../src/text/vault-values.ts'
import type { VaultPassword } from '../../src/text/vault.ts'

export function readArgs(cwd: string, args: readonly string[]): { inventories: string[]; vault: Vault } {
  const inventories: string[] = []
  const passwords: VaultPassword[] = []
  for (const [i, flag] of args.entries()) {
    const value = args[i + 1] ?? ''
    const [id = '', file = ''] = flag === '--vault-id' ? value.split('@') : [DEFAULT_VAULT_ID, value]
    if (flag === '-i') inventories.push(value)
    else if (flag.startsWith('--vault-')) {
      passwords.push({ id, password: new Secret(readFileSync(join(cwd, file), 'utf8').trim()) })
    }
  }
  return { inventories, vault: createVault(passwords) }
}
