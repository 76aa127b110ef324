/** This program and who runs it, as reports say it. */
import { localAccount } from '../../engine/local-account.ts'
import type { Generator } from '../../model/generator.ts'
import type { Io } from '../io.ts'

export function generatorOf({ version }: Io): Generator {
  return { name: 'mptcp-fleet', version, account: localAccount() }
}
