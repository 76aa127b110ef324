/** Makes the secrets of a run known before anything of it is shown. */
import { knowInventory } from '../inventory/known-secrets.ts'
import type { ConnectionFlags, Inventory } from '../inventory/types.ts'
import type { Target } from '../model/host.ts'
import type { Playbook } from '../playbook/types.ts'
import type { Redactor } from '../text/redact.ts'
import { addSecrets, addSecretVars } from '../text/secrets.ts'

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

/** Those that came out of templates: of what tasks wish. */
export function knowWishes(
  secrets: Redactor,
  tasks: readonly { name: string; wants: ReadonlyMap<string, unknown> }[],
): void {
  for (const { name, wants } of tasks) addSecrets(secrets, wants, `task "${name}"`)
}
