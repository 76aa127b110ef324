/** Passwords among variables are wrapped as soon as they are read, and made known before anything is shown. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { Secret } from '../model/secret.ts'
import { Unsafe } from '../model/unsafe.ts'
import type { Redactor } from './redact.ts'
import { hasTemplate } from './template-scan.ts'

/** Ansible's variables that hold passwords. */
export const PASSWORD_NAMES = ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password']
export const BECOME_PASSWORD_NAMES = ['ansible_become_password', 'ansible_become_pass']
/** Those that count for one method alone. */
const METHOD_PASSWORD_NAMES = ['ansible_sudo_pass', 'ansible_su_pass', 'ansible_doas_pass']

/** All of them. */
export const SECRET_NAMES: readonly string[] = [...PASSWORD_NAMES, ...BECOME_PASSWORD_NAMES, ...METHOD_PASSWORD_NAMES]

/** The value as it may be kept: a Secret for a password, unless it is a template, which holds no secret itself. */
export function guardSecrets(
  name: string,
  value: unknown,
  source: Source,
): { value: unknown } | { diagnostic: Diagnostic } {
  if (!SECRET_NAMES.includes(name) || value === null || value instanceof Secret) return { value }
  if (value instanceof Unsafe) return { value: new Secret(value.text) }
  if (typeof value !== 'string') {
    const summary = `${name}: a password must be text`
    const hint = 'put it in quotes; YAML reads 0123 as a number of another value'
    return { diagnostic: errorDiagnostic('wrong-type', summary, { source, hint }) }
  }
  return { value: hasTemplate(value) ? value : new Secret(value) }
}

/** A password's value, once its template is rendered. */
export function guardPassword(value: unknown): unknown {
  return typeof value === 'string' ? new Secret(value) : value
}

/**
 * Makes every Secret inside a value known to the redactor; `origin` is the name of what holds it. Those that are still
 * encrypted stay so, and are made known when they are opened.
 */
export function addSecrets(redactor: Redactor, value: unknown, origin: string): void {
  for (const secret of secretsIn(value)) if (secret.sealed === null) redactor.add(secret, origin)
}

/** Every Secret inside a value. */
export function* secretsIn(value: unknown): Generator<Secret> {
  if (typeof value !== 'object' || value === null) return
  if (value instanceof Secret) return yield value
  for (const item of value instanceof Map ? value.values() : Object.values(value)) yield* secretsIn(item)
}

/** The same for variables, each by its own name. */
export function addSecretVars(redactor: Redactor, vars: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(vars)) addSecrets(redactor, value, name)
}
