/** Passwords among variables are wrapped as soon as they are read. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { Secret } from '../model/secret.ts'
import { hasTemplate } from './template-scan.ts'

/** Ansible's variables that hold passwords. */
export const PASSWORD_NAMES = ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password']
export const BECOME_PASSWORD_NAMES = ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass']

const SECRET_NAMES = new Set([...PASSWORD_NAMES, ...BECOME_PASSWORD_NAMES])

/** The value as it may be kept: a Secret for a password, unless it is a template, which holds no secret itself. */
export function guardSecrets(
  name: string,
  value: unknown,
  source: Source,
): { value: unknown } | { diagnostic: Diagnostic } {
  if (!SECRET_NAMES.has(name) || value === null || value instanceof Secret) return { value }
  if (typeof value !== 'string') {
    const summary = `${name}: a password must be text`
    const hint = 'put it in quotes; YAML reads 0123 as a number of another value'
    return { diagnostic: errorDiagnostic('wrong-type', summary, { source, hint }) }
  }
  return { value: hasTemplate(value) ? value : new Secret(value) }
}
