/** Makes the secrets of an inventory known before anything of it is shown. */
import type { Host } from '../model/host.ts'
import { Secret } from '../model/secret.ts'
import type { Redactor } from '../text/redact.ts'
import { addSecretVars, guardPassword, SECRET_NAMES } from '../text/secrets.ts'
import { hasTemplate, renderValue, TemplateError } from '../text/template.ts'
import type { Inventory } from './types.ts'
import { templateVars } from './vars.ts'

/**
 * Passwords in all hosts' variables, also those that a password's template takes from other variables, and all text of
 * encrypted files. `!vault` values are made known by who opens them.
 */
export function knowInventory(redactor: Redactor, inventory: Inventory): void {
  for (const [text, name] of inventory.confidential ?? []) redactor.add(new Secret(text), name)
  for (const host of inventory.hosts.values()) {
    addSecretVars(redactor, host.vars)
    const templates = SECRET_NAMES.filter((name) => hasTemplate(host.vars[name]))
    if (templates.length > 0) addSecretVars(redactor, rendered(inventory, host, templates))
  }
}

function rendered(inventory: Inventory, host: Host, names: readonly string[]): Record<string, unknown> {
  const vars = templateVars(inventory, host)
  return Object.fromEntries(
    names.flatMap((name): [string, unknown][] => {
      try {
        return [[name, guardPassword(renderValue(vars[name], vars))]]
      } catch (error) {
        // Told where the password is needed.
        if (error instanceof TemplateError) return []
        throw error
      }
    }),
  )
}
