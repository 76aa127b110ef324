/** Makes the secrets of a run known before anything of it is shown. */
import { knowInventory } from '../inventory/known-secrets.ts'
import type { ConnectionFlags, Inventory } from '../inventory/types.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { DiagnosticsError } from '../model/diagnostic.ts'
import type { Target } from '../model/host.ts'
import type { Playbook } from '../playbook/types.ts'
import type { Redactor } from '../text/redact.ts'
import { addOnce } from '../text/diagnostics.ts'
import { addSecrets, addSecretVars, secretsIn } from '../text/secrets.ts'

/** Those that are written in inventory, playbooks and flags. */
export function knowWritten(
  secrets: Redactor,
  { inventory, playbooks, connection }: { inventory: Inventory; playbooks: Playbook[]; connection: ConnectionFlags },
): void {
  knowInventory(secrets, inventory)
  for (const play of playbooks.flatMap((playbook) => playbook.plays)) {
    addSecretVars(secrets, play.vars)
    for (const task of play.tasks) {
      addSecretVars(secrets, task.vars)
      addSecrets(secrets, task.args, `task "${task.name}"`)
    }
  }
  addSecrets(secrets, connection.password, 'the SSH password')
  addSecrets(secrets, connection.becomePassword, 'the sudo password')
}

/** Those that came out of templates: of how hosts are reached. */
export function knowTargets(secrets: Redactor, targets: readonly Target[]): void {
  for (const { password, become, jumps } of targets.map((target) => target.connection)) {
    addSecretVars(secrets, { ansible_password: password, ansible_become_password: become?.password, jumps })
  }
}

/** Those that came out of templates: of what tasks wish. `!vault` values among them are opened; gives what is wrong with them. */
export function knowWishes(
  secrets: Redactor,
  tasks: readonly { name: string; wants: ReadonlyMap<string, unknown> }[],
): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const { name, wants } of tasks) {
    for (const secret of new Set(secretsIn(wants))) {
      try {
        secrets.add(secret, `task "${name}"`)
      } catch (error) {
        if (!(error instanceof DiagnosticsError)) throw error
        for (const diagnostic of error.diagnostics) addOnce(diagnostics, diagnostic)
      }
    }
  }
  return diagnostics
}
